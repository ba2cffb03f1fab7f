"""An answer as server-sent events, in the order of the contract."""

import json
import queue
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Any

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

from index.messages import MessageLanguage
from rag.fact_wording import AnswerLanguage
from rag.pipeline import Pipeline
from rag.retrieval import Hit
from rag.types import Answer
from service.problems import described, problem_object
from service.rendering import answer_out, citation_out, hits_out
from service.schemas import AskIn

_HEARTBEAT_SECONDS = 10
_POLL_SECONDS = 0.02


class _Events:
    """Takes what the pipeline reports, in its thread, and gives it to the response."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[ServerSentEvent | None] = queue.SimpleQueue()
        self.told_sources = False

    def started(self, answer_id: str, language: AnswerLanguage, index_version: str) -> None:
        """Report that work has begun."""
        self.put("meta", {"id": answer_id, "language": language, "index_version": index_version})

    def found(self, hits: Sequence[Hit]) -> None:
        """Report what is considered."""
        self.told_sources = True
        self.put("sources", [hit.model_dump(mode="json") for hit in hits_out(hits)])

    def put(self, name: str, data: Any) -> None:
        """Queue one event."""
        self.queue.put(ServerSentEvent(event=name, data=json.dumps(data, ensure_ascii=False)))


def stream_answer(
    pipeline: Pipeline, body: AskIn, instance: str, language: MessageLanguage
) -> EventSourceResponse:
    """Return the response that streams the answer."""
    return EventSourceResponse(
        _events(pipeline, body, instance, language),
        ping=_HEARTBEAT_SECONDS,
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _events(
    pipeline: Pipeline, body: AskIn, instance: str, language: MessageLanguage
) -> AsyncIterator[ServerSentEvent]:
    events = _Events()

    def work() -> None:
        try:
            _report(events, pipeline.ask(body.to_ask(), events), body.mode)
        except Exception as error:  # the response has begun: the error is its last event
            name, detail = described(error, language)
            events.put("error", problem_object(name, detail, instance))
        finally:
            events.queue.put(None)

    threading.Thread(target=work, name="answer", daemon=True).start()
    while True:
        try:
            event = events.queue.get_nowait()
        except queue.Empty:
            await anyio.sleep(_POLL_SECONDS)
            continue
        if event is None:
            return
        yield event


def _report(events: _Events, answer: Answer, mode: str) -> None:
    """Report the parts of an answer, each citation before the words that carry its marker."""
    if not events.told_sources:  # a greeting, or an empty index: nothing was looked for
        events.found(answer.sources)
    citations = {citation.number: citation for citation in answer.citations}
    shown = 0
    for part in answer.spans:
        for number in part.citations:
            if number in citations:
                events.put("citation", citation_out(citations.pop(number)).model_dump(mode="json"))
        events.put("delta", {"text": answer.text[shown : part.span.end]})
        shown = part.span.end
    if shown < len(answer.text):
        events.put("delta", {"text": answer.text[shown:]})
    events.put("final", answer_out(answer, mode).model_dump(mode="json"))
