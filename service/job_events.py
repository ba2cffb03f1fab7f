"""The progress of a job as server-sent events: ``progress`` …, and ``final`` with the whole job."""

import json
import time
from collections.abc import AsyncIterator

import anyio
from anyio.to_thread import run_sync
from sse_starlette import EventSourceResponse, ServerSentEvent

from index.jobs import JobRecord, Jobs
from index.messages import MessageLanguage
from service.rendering import job_out
from service.schemas import JobProgressOut
from service.streaming import event_stream

_POLL_SECONDS = 0.3


def stream_job(jobs: Jobs, job: JobRecord, language: MessageLanguage) -> EventSourceResponse:
    """Return the response that tells of ``job`` until it is finished."""
    # A job outlasts the service that works on it: whoever watches asks again.
    return event_stream(_events(jobs, job, language), grace=0)


async def _events(
    jobs: Jobs, job: JobRecord, language: MessageLanguage
) -> AsyncIterator[ServerSentEvent]:
    began, ready_then = time.monotonic(), _ready(job)
    told = None
    while job.finished_at is None:
        if told != (told := (job.state, _ready(job))):
            left = _seconds_left(job, ready_then, time.monotonic() - began)
            progress = JobProgressOut(
                job=job_out(job, language), ready=_ready(job), seconds_left=left
            )
            yield _event("progress", progress.model_dump(mode="json"))
        await anyio.sleep(_POLL_SECONDS)
        job = await run_sync(jobs.get, job.id)
    yield _event("final", job_out(job, language).model_dump(mode="json"))


def _ready(job: JobRecord) -> int:
    """Return how many documents are done or wait for the others to be published with them."""
    return job.done + job.staged


def _seconds_left(job: JobRecord, ready_then: int, passed: float) -> float | None:
    """Return how long the rest takes at the rate since then; None while there is none yet."""
    ready = _ready(job) - ready_then
    return None if ready <= 0 else round((job.total - _ready(job)) * passed / ready, 1)


def _event(name: str, data: object) -> ServerSentEvent:
    return ServerSentEvent(event=name, data=json.dumps(data, ensure_ascii=False))
