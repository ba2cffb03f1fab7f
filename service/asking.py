"""Bodies of the contract in, bodies of the contract out: the same for HTTP and the command line."""

import time

from index.filters import Filters
from rag.pipeline import Pipeline
from service.recent import Recent
from service.rendering import answer_out, hits_out
from service.schemas.asking import AnswerOut, AskIn
from service.schemas.searching import SearchIn, SearchOut, SearchTimings


def answer(pipeline: Pipeline, body: AskIn, recent: Recent | None = None) -> AnswerOut:
    """Answer as ``POST /v1/ask`` does, to one who may see all documents.

    Remembered in ``recent``, so that feedback can be given by its id.
    """
    given = answer_out(pipeline.ask(body.to_ask()))
    if recent is not None:
        recent.keep(given)
    return given


def results(
    pipeline: Pipeline,
    body: SearchIn,
    group_by_document: bool = False,
    within: Filters | None = None,
) -> SearchOut:
    """Search as ``POST /v1/search`` does, ``within`` the documents that the caller may see."""
    started = time.perf_counter()
    filters = body.filters.to_filters() & (within or Filters())
    found = pipeline.search(body.query, body.top_k, body.mode, filters, group_by_document)
    elapsed = round(1000 * (time.perf_counter() - started), 3)
    return SearchOut(
        results=hits_out(found.hits),
        language=found.language,
        index_version=found.index_version,
        timings_ms=SearchTimings(retrieve=elapsed, total=elapsed),
    )
