"""An answer as server-sent events, in the order of the contract."""

import json
import queue
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

from index.messages import MessageLanguage, message
from rag.fact_wording import AnswerLanguage
from rag.retrieval import Hit
from rag.types import Citation, Observer, RestartReason
from service.deadline import Deadline
from service.problems import described, problem_object
from service.rendering import citation_out, hits_out
from service.replay import replay
from service.schemas.asking import AnswerOut
from service.schemas.searching import HitOut

_HEARTBEAT_SECONDS = 10
_POLL_SECONDS = 0.02


class AnswerEvents(Observer):
    """Takes what the pipeline reports, in its thread, and gives it to the response.

    The work ends with a Refusal where nobody waits for it any more.
    """

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.queue: queue.SimpleQueue[ServerSentEvent | None] = queue.SimpleQueue()

    def started(self, answer_id: str, language: AnswerLanguage, index_version: str) -> None:
        """Report that work has begun."""
        self.deadline.require()
        self.put("meta", {"id": answer_id, "language": language, "index_version": index_version})

    def found(self, hits: Sequence[Hit]) -> None:
        """Report what is considered."""
        self.deadline.require()
        self._sources(hits_out(hits))

    def cited(self, citation: Citation) -> None:
        """Report what the next words stand on."""
        self.put("citation", citation_out(citation).model_dump(mode="json"))

    def said(self, text: str) -> None:
        """Report the next words."""
        self.put("delta", {"text": text})

    def restarted(self, reason: RestartReason) -> None:
        """Report that the answer begins anew."""
        self.put("restart", {"reason": reason})

    def wanted(self) -> bool:
        """Whether the answer would still be in time for somebody."""
        return self.deadline.is_wanted

    def put(self, name: str, data: Any) -> None:
        """Queue one event."""
        self.queue.put(ServerSentEvent(event=name, data=json.dumps(data, ensure_ascii=False)))

    def replay(self, answer: AnswerOut) -> None:
        """Report an answer that stands already."""
        self.put("meta", answer.model_dump(include={"id", "language", "index_version"}))
        self._sources(answer.sources)
        for name, data in replay(answer):
            self.put(name, data)
        self._finish(answer)

    def reporting(
        self, work: Callable[[], AnswerOut], instance: str, language: MessageLanguage
    ) -> Callable[[], None]:
        """Return ``work`` as work whose answer, or whose error, is the last event."""

        def reported() -> None:
            try:
                self._finish(work())
            except Exception as error:  # the response has begun: the error is its last event
                name, detail = described(error, language)
                self.put("error", problem_object(name, detail, instance))
                self.queue.put(None)

        return reported

    def _finish(self, answer: AnswerOut) -> None:
        self.put("final", answer.model_dump(mode="json"))
        self.queue.put(None)

    def _sources(self, hits: Sequence[HitOut]) -> None:
        self.put("sources", [hit.model_dump(mode="json") for hit in hits])


def streamed(events: AnswerEvents, instance: str, language: MessageLanguage) -> EventSourceResponse:
    """Return the response that tells ``events`` as they come."""
    return event_stream(_told(events, instance, language), events.deadline.left)


def event_stream(events: AsyncIterator[ServerSentEvent | str], grace: float) -> EventSourceResponse:
    """Return the response that tells ``events``; when the service stops, ``grace`` seconds more."""
    return EventSourceResponse(
        events,
        ping=_HEARTBEAT_SECONDS,
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        shutdown_grace_period=grace,
    )


async def _told(
    events: AnswerEvents, instance: str, language: MessageLanguage
) -> AsyncIterator[ServerSentEvent]:
    try:
        while True:
            try:
                event = events.queue.get_nowait()
            except queue.Empty:
                if events.deadline.left == 0:
                    late = problem_object("timeout", message("http.timeout", language), instance)
                    yield ServerSentEvent(event="error", data=json.dumps(late, ensure_ascii=False))
                    return
                await anyio.sleep(_POLL_SECONDS)
                continue
            if event is None:
                return
            yield event
    finally:
        events.deadline.nobody_waits()
