"""Asking."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.accepting import wants_events
from service.access import Asker
from service.bodies import JsonRoute
from service.leaving import while_waited_for
from service.problems import caller_language
from service.schemas.asking import AnswerOut, AskIn
from service.state import State

router = APIRouter(prefix="/v1", tags=["asking"], route_class=JsonRoute)


@router.post("/ask", response_model=AnswerOut)
async def ask(body: AskIn, state: State, asker: Asker, request: Request) -> AnswerOut | Response:
    """Answer a question from the documents, or refuse; streamed where that is asked for."""
    if body.stream or wants_events(request.headers.getlist("accept")):
        language = caller_language(request)
        return await state.answering.stream(body, asker, request.url.path, language)
    return await while_waited_for(request, state.answering.answer(body, asker))
