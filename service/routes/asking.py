"""Asking and searching."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from service.access import Asker
from service.asking import results
from service.bodies import JsonRoute
from service.leaving import while_waited_for
from service.problems import caller_language
from service.schemas.asking import AnswerOut, AskIn
from service.schemas.searching import SearchIn, SearchOut
from service.state import State

router = APIRouter(prefix="/v1", tags=["asking"], route_class=JsonRoute)


@router.post("/ask", response_model=AnswerOut)
async def ask(
    body: AskIn,
    state: State,
    asker: Asker,
    request: Request,
    accept: Annotated[str, Header()] = "",
) -> AnswerOut | Response:
    """Answer a question from the documents, or refuse; streamed where that is asked for."""
    if body.stream or "text/event-stream" in accept:
        language = caller_language(request)
        return await state.answering.stream(body, asker, request.url.path, language)
    return await while_waited_for(request, state.answering.answer(body, asker))


@router.post("/search", response_model=SearchOut)
async def search(
    body: SearchIn,
    state: State,
    asker: Asker,
    request: Request,
    group_by: Annotated[Literal["document"] | None, Query()] = None,
) -> SearchOut | Response:
    """Find passages, best first; with ``group_by=document`` documents by their best passage."""
    by_document = group_by == "document"
    found = state.answering.run(
        asker, lambda: results(state.pipeline, body, by_document, asker.filters)
    )
    return await while_waited_for(request, found)
