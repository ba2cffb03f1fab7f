"""Jobs: what became of documents that were accepted, while they are worked on and after."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sse_starlette import EventSourceResponse

from service.cursors import cursor_of, number_of
from service.job_events import stream_job
from service.problems import caller_language
from service.rendering import job_item_out, job_out
from service.schemas.jobs import JobItemsOut, JobOut, JobsOut
from service.state import State

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Cursor = Annotated[str | None, Query(max_length=2000)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("")
def page(state: State, request: Request, cursor: Cursor = None, limit: Limit = 50) -> JobsOut:
    """List the jobs, the newest first; of their errors the first ten."""
    jobs = state.folder.jobs.page(number_of(cursor), limit + 1)
    more = len(jobs) > limit
    language = caller_language(request)
    return JobsOut(
        items=[job_out(job, language) for job in jobs[:limit]],
        next_cursor=cursor_of(jobs[limit - 1].sequence) if more else None,
    )


@router.get("/{job_id}")
def one(job_id: str, state: State, request: Request) -> JobOut:
    """Show what became of a job's documents so far."""
    return job_out(state.folder.jobs.get(job_id), caller_language(request))


@router.get("/{job_id}/items", response_model_exclude_unset=True)
def items(
    job_id: str, state: State, request: Request, cursor: Cursor = None, limit: Limit = 50
) -> JobItemsOut:
    """Show what became of each document of a job, in the order in which they were given."""
    after = number_of(cursor)
    found = state.folder.jobs.items(job_id, -1 if after is None else after, limit + 1)
    more = len(found) > limit
    language = caller_language(request)
    return JobItemsOut(
        items=[job_item_out(item, language) for item in found[:limit]],
        next_cursor=cursor_of(found[limit - 1].index) if more else None,
    )


@router.get("/{job_id}/events", response_class=EventSourceResponse)
def events(job_id: str, state: State, request: Request) -> EventSourceResponse:
    """Stream the progress of a job until it is finished."""
    return stream_job(state.folder.jobs, state.folder.jobs.get(job_id), caller_language(request))


@router.post("/{job_id}/cancel")
def cancel(job_id: str, state: State, request: Request) -> JobOut:
    """Cancel a job that is not finished; nothing of it goes in."""
    return job_out(state.folder.jobs.cancel(job_id), caller_language(request))
