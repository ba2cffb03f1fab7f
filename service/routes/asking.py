"""Asking."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from service.access import Asker
from service.bodies import JsonRoute
from service.leaving import while_waited_for
from service.problems import caller_language
from service.schemas.asking import AnswerOut, AskIn
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
