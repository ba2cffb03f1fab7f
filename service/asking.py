"""Bodies of the contract in, bodies of the contract out: the same for HTTP and the command line."""

import time

from index.text.language import detect_language
from rag.pipeline import Pipeline
from service.rendering import answer_out, hits_out
from service.schemas import AnswerOut, AskIn, SearchIn, SearchOut, SearchTimings


def answer(pipeline: Pipeline, body: AskIn) -> AnswerOut:
    """Answer as ``POST /v1/ask`` does."""
    return answer_out(pipeline.ask(body.to_ask()), body.mode)


def results(pipeline: Pipeline, body: SearchIn, group_by_document: bool = False) -> SearchOut:
    """Search as ``POST /v1/search`` does."""
    started = time.perf_counter()
    hits, version = pipeline.search(
        body.query, body.top_k, body.mode, body.filters.to_filters(), group_by_document
    )
    elapsed = round(1000 * (time.perf_counter() - started), 3)
    return SearchOut(
        results=hits_out(hits),
        language=detect_language(body.query).language,
        index_version=version,
        timings_ms=SearchTimings(retrieve=elapsed, total=elapsed),
    )
