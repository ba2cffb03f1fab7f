"""OpenAI's doors: models and chat completions."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from index.errors import NotFound
from index.messages import MessageLanguage
from service.access import Asker
from service.bodies import JsonRoute
from service.completions import (
    MODEL,
    CompletionIn,
    CompletionOut,
    ErrorOut,
    ModelOut,
    ModelsOut,
    UsageOut,
    chunks,
    completion,
)
from service.leaving import while_waited_for
from service.problems import PROBLEMS, caller_language, described, openai_error
from service.schemas.asking import AnswerOut, AskIn
from service.state import ServiceState, State
from service.streaming import event_stream

_ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": ErrorOut} for code in PROBLEMS.values()}
router = APIRouter(
    prefix="/v1",
    tags=["OpenAI"],
    route_class=JsonRoute,
    responses=_ERRORS,
)


@router.get("/models")
def models() -> ModelsOut:
    """List what can be asked: this service."""
    return ModelsOut(data=[ModelOut()])


@router.get("/models/{model}")
def model(model: str) -> ModelOut:
    """Show the one model."""
    _require(model)
    return ModelOut()


@router.post("/chat/completions", response_model=CompletionOut)
async def complete(
    body: CompletionIn, state: State, asker: Asker, request: Request
) -> CompletionOut | Response:
    """Answer the last message from the documents, or refuse; its words may be streamed."""
    _require(body.model)
    ask = body.to_ask()
    if body.stream:
        coming = await state.answering.begin(ask, asker)
        events = _events(state, coming, body, ask, caller_language(request))
        return event_stream(events, state.settings.request_timeout)
    given = await while_waited_for(request, state.answering.answer(ask, asker))
    if isinstance(given, Response):
        return given
    return completion(given, _usage(state, ask, given))


async def _events(
    state: ServiceState,
    coming: Callable[[], Awaitable[AnswerOut]],
    body: CompletionIn,
    ask: AskIn,
    language: MessageLanguage,
) -> AsyncIterator[str]:
    """Yield the chunks once the answer stands: what was said here cannot be taken back."""
    try:
        given = await coming()
        counted = body.stream_options is not None and body.stream_options.include_usage
        for chunk in chunks(given, _usage(state, ask, given) if counted else None):
            yield json.dumps(chunk, ensure_ascii=False)
    except Exception as error:  # the response has begun: the error is its last event
        yield json.dumps(openai_error(*described(error, language)), ensure_ascii=False)
    yield "[DONE]"


def _require(model: str) -> None:
    if model != MODEL:
        raise NotFound("openai.model", model=MODEL)


def _usage(state: ServiceState, ask: AskIn, given: AnswerOut) -> UsageOut:
    texts = [ask.question, *(turn.content for turn in ask.history), given.answer]
    *prompt, said = state.folder.embedder.count_tokens(texts)
    return UsageOut(
        prompt_tokens=sum(prompt), completion_tokens=said, total_tokens=sum(prompt) + said
    )
