"""Asking and searching."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from service.asking import answer, results
from service.problems import caller_language
from service.schemas import AnswerOut, AskIn, SearchIn, SearchOut
from service.state import State
from service.streaming import stream_answer

router = APIRouter(prefix="/v1", tags=["asking"])


@router.post("/ask", response_model=AnswerOut)
def ask(
    body: AskIn, state: State, request: Request, accept: Annotated[str, Header()] = ""
) -> AnswerOut | Response:
    """Answer a question from the documents, or refuse; streamed where that is asked for."""
    if body.stream or "text/event-stream" in accept:
        return stream_answer(state.pipeline, body, request.url.path, caller_language(request))
    return answer(state.pipeline, body)


@router.post("/search")
def search(
    body: SearchIn,
    state: State,
    group_by: Annotated[Literal["document"] | None, Query()] = None,
) -> SearchOut:
    """Find passages, best first; with ``group_by=document`` documents by their best passage."""
    return results(state.pipeline, body, group_by == "document")
