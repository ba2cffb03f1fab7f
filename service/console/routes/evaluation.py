"""The latest evaluation that was run over this data folder."""

from fastapi import Response
from fastapi.responses import HTMLResponse

from index.errors import NotFound
from service.console.doors import Operator, console_router
from service.evaluation import evaluation_out, evaluation_report, latest_run
from service.state import State

router = console_router()

# What an operator looks at first; the report has them all.
_MEASURES = (
    "evidence_hit", "match_quotes", "citation_validity", "unanswerable_refused",
    "answerable_refused", "answer_language", "document_recall@1", "document_ndcg@10",
    "evidence_recall@5",
)  # fmt: skip


@router.get("/evaluation")
def evaluation_page(pages: Operator, state: State) -> Response:
    """Show the figures of the latest finished run, or how to come by one."""
    try:
        run = evaluation_out(latest_run(state.folder.catalog.data_dir))
    except NotFound:
        run = None
    return pages.show("evaluation", run=run, measures=_MEASURES)


@router.get("/evaluation/report")
def report(_: Operator, state: State) -> Response:
    """Give the whole report as a file: its style and script stand in it, as in no page here."""
    run = latest_run(state.folder.catalog.data_dir)
    named = {"Content-Disposition": 'attachment; filename="evaluation.html"'}
    return HTMLResponse(evaluation_report(run), headers=named)
