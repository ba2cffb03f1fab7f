"""What only the operator sees and does."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.administration import compact, compaction_out, index_out, key_out, new_key
from service.backups import backup_response
from service.bodies import JsonRoute
from service.cursors import cursor_of, number_of
from service.evaluation import evaluation_out, evaluation_report, latest_run
from service.exports import ExportFormat, export_feedback, export_refused
from service.problems import caller_language
from service.schemas.admin import CompactionOut, EvaluationOut, IndexOut
from service.schemas.feedback import FeedbackListOut, RefusedListOut
from service.schemas.keys import KeyIn, KeysOut, NewKeyOut
from service.state import State

router = APIRouter(prefix="/v1/admin", tags=["operator"], route_class=JsonRoute)

Cursor = Annotated[str | None, Query(max_length=2000)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Form = Annotated[ExportFormat, Query(alias="format")]

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/jsonl": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        }
    }
}
_TAR = {"content": {"application/x-tar": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/index")
def index(state: State, request: Request) -> IndexOut:
    """Say what is in the index, what it takes on disk, and how its compaction goes."""
    return index_out(state, caller_language(request))


@router.post("/compaction", status_code=202)
def ask_for_compaction(state: State, request: Request) -> CompactionOut:
    """Have removed from disk what was deleted; ``GET /v1/admin/index`` says how it goes."""
    compact(state)
    return compaction_out(state, caller_language(request))


@router.post("/backup", response_class=Response, responses={200: _TAR})
async def backup(state: State) -> Response:
    """Return the data folder in one file, which ``yauap index restore`` takes."""
    return await backup_response(state)


@router.get("/feedback")
def feedback(
    state: State,
    rating: Annotated[int | None, Query(ge=-1, le=1)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> FeedbackListOut:
    """List what readers said of answers, latest first."""
    items = state.feedback.page(rating, number_of(cursor), limit + 1)
    more = len(items) > limit
    return FeedbackListOut(
        items=items[:limit], next_cursor=cursor_of(items[limit - 1].number) if more else None
    )


@router.get("/feedback/export", response_class=Response, responses=_FILE)
def feedback_file(state: State, form: Form = "gold") -> Response:
    """Return what readers found right as a draft gold set, or all that they said as CSV."""
    return export_feedback(state, form)


@router.get("/refused")
def refused(state: State, cursor: Cursor = None, limit: Limit = 100) -> RefusedListOut:
    """List the latest questions that were not answered, where the settings have them kept."""
    items = state.recent.refused(limit + 1, number_of(cursor))
    more = len(items) > limit
    return RefusedListOut(
        items=items[:limit], next_cursor=cursor_of(items[limit - 1].number) if more else None
    )


@router.get("/refused/export", response_class=Response, responses=_FILE)
def refused_file(state: State, form: Form = "gold") -> Response:
    """Return the refused questions as a draft gold set of unanswerable ones, or as CSV."""
    return export_refused(state, form)


@router.get("/keys")
def keys(state: State) -> KeysOut:
    """List all keys, without their secrets."""
    return KeysOut(items=[key_out(key) for key in state.keys.list()])


@router.post("/keys", status_code=201)
def make_key(body: KeyIn, state: State) -> NewKeyOut:
    """Make a key; its secret is told this once. The first must hold ``admin``."""
    key, secret = new_key(state.keys, body)
    return NewKeyOut(key=key_out(key), secret=secret)


@router.delete("/keys/{key_id}", status_code=204, response_class=Response)
def revoke_key(key_id: str, state: State) -> None:
    """Revoke a key, from the next request on."""
    state.keys.revoke(key_id)


@router.get("/evaluation")
def evaluation(state: State) -> EvaluationOut:
    """Return the figures of the latest finished run under ``runs/`` in the data folder."""
    return evaluation_out(latest_run(state.folder.catalog.data_dir))


@router.get("/evaluation/report", response_class=HTMLResponse)
def report(state: State) -> Response:
    """Return the whole report of that run as a file."""
    run = latest_run(state.folder.catalog.data_dir)
    named = {"Content-Disposition": 'attachment; filename="evaluation.html"'}
    return HTMLResponse(evaluation_report(run), headers=named)
