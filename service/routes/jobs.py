"""Jobs: what became of documents that were accepted, while they are worked on and after."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sse_starlette import EventSourceResponse

from index.errors import InvalidInput
from index.library import decode_cursor, encode_cursor
from service.job_events import stream_job
from service.problems import caller_language
from service.rendering import job_item_out, job_out
from service.schemas import JobItemsOut, JobOut, JobsOut
from service.state import State

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Cursor = Annotated[str | None, Query(max_length=2000)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("")
def page(state: State, request: Request, cursor: Cursor = None, limit: Limit = 50) -> JobsOut:
    """List the jobs, the newest first; of their errors the first ten."""
    before = None if cursor is None else _number(cursor)
    jobs = state.folder.jobs.page(before, limit + 1)
    more = len(jobs) > limit
    language = caller_language(request)
    return JobsOut(
        items=[job_out(job, language) for job in jobs[:limit]],
        next_cursor=encode_cursor(str(jobs[limit - 1].sequence)) if more else None,
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
    after = -1 if cursor is None else _number(cursor)
    found = state.folder.jobs.items(job_id, after, limit + 1)
    more = len(found) > limit
    language = caller_language(request)
    return JobItemsOut(
        items=[job_item_out(item, language) for item in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].index)) if more else None,
    )


@router.get("/{job_id}/events", response_class=EventSourceResponse)
def events(job_id: str, state: State, request: Request) -> EventSourceResponse:
    """Stream the progress of a job until it is finished."""
    return stream_job(state.folder.jobs, state.folder.jobs.get(job_id), caller_language(request))


@router.post("/{job_id}/cancel")
def cancel(job_id: str, state: State, request: Request) -> JobOut:
    """Cancel a job that is not finished; nothing of it goes in."""
    return job_out(state.folder.jobs.cancel(job_id), caller_language(request))


def _number(cursor: str) -> int:
    """Return the number that a cursor stands for. Raises InvalidInput for any other cursor."""
    try:
        return min(int(decode_cursor(cursor)), 2**62)
    except ValueError as error:
        raise InvalidInput("input.cursor") from error
