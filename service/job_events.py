"""The progress of a job as server-sent events: ``progress`` …, and ``final`` with the whole job."""

import json
from collections.abc import AsyncIterator

import anyio
from anyio.to_thread import run_sync
from sse_starlette import EventSourceResponse, ServerSentEvent

from index.job_records import JobRecord
from index.jobs import Jobs
from index.messages import MessageLanguage
from service.rendering import job_out
from service.schemas.jobs import JobProgressOut
from service.streaming import event_stream

_POLL_SECONDS = 0.3


def stream_job(jobs: Jobs, job: JobRecord, language: MessageLanguage) -> EventSourceResponse:
    """Return the response that tells of ``job`` until it is finished."""
    # A job outlasts the service that works on it: whoever watches asks again.
    return event_stream(_events(jobs, job, language), grace=0)


async def _events(
    jobs: Jobs, job: JobRecord, language: MessageLanguage
) -> AsyncIterator[ServerSentEvent]:
    told = None
    while job.finished_at is None:
        if told != (told := (job.state, job.ready)):
            progress = JobProgressOut(
                job=job_out(job, language), ready=job.ready, seconds_left=job.seconds_left
            )
            yield _event("progress", progress.model_dump(mode="json"))
        await anyio.sleep(_POLL_SECONDS)
        job = await run_sync(jobs.get, job.id)
    yield _event("final", job_out(job, language).model_dump(mode="json"))


def _event(name: str, data: object) -> ServerSentEvent:
    return ServerSentEvent(event=name, data=json.dumps(data, ensure_ascii=False))
