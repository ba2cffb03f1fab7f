"""How the service answers: from the cache where it can, else in its turn and in time."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse

from index.library import Library
from index.messages import MessageLanguage
from index.reader import Index
from rag.pipeline import Pipeline
from service.access import Caller
from service.admission import Admission, outcome
from service.cache import AnswerCache
from service.deadline import Deadline
from service.metrics import Metrics
from service.purging import named_documents
from service.recent import Recent
from service.rendering import answer_out
from service.schemas.asking import AnswerOut, AskIn, AskTimings
from service.settings import ServiceSettings
from service.streaming import AnswerEvents, streamed
from service.tracing import Tracing

_Result = TypeVar("_Result")
_log = logging.getLogger("yauap.questions")


class Answering:
    """Answers over one pipeline for all callers of one service."""

    def __init__(
        self,
        pipeline: Pipeline,
        index: Index,
        library: Library,
        admission: Admission,
        recent: Recent,
        metrics: Metrics,
        tracing: Tracing,
        settings: ServiceSettings,
    ) -> None:
        self._pipeline = pipeline
        self._index = index
        self._library = library
        self._admission = admission
        self._recent = recent
        self._metrics = metrics
        self._tracing = tracing
        self._log_questions = settings.log_questions
        self._seconds = settings.request_timeout
        self._cache = AnswerCache(settings.cache_bytes)

    async def answer(self, body: AskIn, asker: Caller) -> AnswerOut:
        """Return the answer. Raises Refusal where there is no room, or it takes too long."""
        return await (await self.begin(body, asker))()

    async def begin(self, body: AskIn, asker: Caller) -> Callable[[], Awaitable[AnswerOut]]:
        """Return what gives the answer, once it is worked on.

        Raises Refusal where there is no room; what is returned, where it takes too long.
        """
        events = AnswerEvents(self.deadline())
        if (found := self._remembered(body, asker)) is not None:
            return partial(run_in_threadpool, self._given, found, cached=True)
        work = self._work(body, asker, events)
        done = await self._admission.start(asker.name, work, events.deadline)
        return partial(outcome, done, events.deadline)

    async def stream(
        self, body: AskIn, asker: Caller, instance: str, language: MessageLanguage
    ) -> EventSourceResponse:
        """Return the response that streams the answer. Raises Refusal where there is no room."""
        events = AnswerEvents(self.deadline())
        if (found := self._remembered(body, asker)) is not None:
            events.replay(await run_in_threadpool(self._given, found, cached=True))
        else:
            work = events.reporting(self._work(body, asker, events), instance, language)
            await self._admission.start(asker.name, work, events.deadline)
        return streamed(events, instance, language)

    async def run(self, asker: Caller, work: Callable[[], _Result]) -> _Result:
        """Return what other work gives that a reader waits for, in its turn too."""
        return await self._admission.run(asker.name, work, self.deadline())

    def deadline(self) -> Deadline:
        """Return until when what comes in now must be answered."""
        return Deadline(self._seconds)

    def _work(self, body: AskIn, asker: Caller, events: AnswerEvents) -> Callable[[], AnswerOut]:
        def work() -> AnswerOut:
            key = self._cache.key(self._index.moment(), body, asker.filters)
            with self._tracing.answer() as span:
                given = answer_out(self._pipeline.ask(body.to_ask(asker.filters), events))
                self._tracing.stages(span, given)
            self._cache.put(key, given)
            return self._given(given, cached=False)

        return work

    def _given(self, answer: AnswerOut, cached: bool) -> AnswerOut:
        self._metrics.answered(answer, cached)
        if self._log_questions:
            told = {"question": answer.question, "reason": answer.reason, "answer_id": answer.id}
            _log.info("answer", extra=told)
        cited = named_documents(answer.model_dump(include={"citations"}))
        self._recent.keep(answer, partial(self._library.is_live, cited))
        return answer

    def _remembered(self, body: AskIn, asker: Caller) -> AnswerOut | None:
        found = self._cache.get(self._cache.key(self._index.moment(), body, asker.filters))
        if found is None:
            return None
        at_once = AskTimings(retrieve=0, answer=0, total=0)
        fresh = {"id": secrets.token_urlsafe(12), "timings_ms": at_once}
        return found.model_copy(update=fresh)
