"""Jobs: what became of documents, while they are worked on and after."""

from typing import Annotated

from fastapi import Query, Response
from sse_starlette import EventSourceResponse

from service.console.doors import Form, Operator, console_router
from service.cursors import cursor_of, number_of
from service.job_events import stream_job
from service.rendering import job_item_out, job_out
from service.state import State

router = console_router()

_PAGE = 50
Cursor = Annotated[str | None, Query(max_length=2000)]


@router.get("/jobs")
def jobs_page(pages: Operator, state: State, cursor: Cursor = None) -> Response:
    """List the jobs, the newest first."""
    jobs = state.folder.jobs.page(number_of(cursor), _PAGE + 1)
    return pages.show(
        "jobs",
        jobs=[job_out(job, pages.language) for job in jobs[:_PAGE]],
        is_first=cursor is None,
        next_cursor=cursor_of(jobs[_PAGE - 1].sequence) if len(jobs) > _PAGE else None,
    )


@router.get("/jobs/{job_id}")
def job_page(job_id: str, pages: Operator, state: State, cursor: Cursor = None) -> Response:
    """Show one job and what became of each of its documents."""
    record = state.folder.jobs.get(job_id)
    after = number_of(cursor)
    items = state.folder.jobs.items(job_id, -1 if after is None else after, _PAGE + 1)
    return pages.show(
        "job",
        job=job_out(record, pages.language),
        ready=record.done + record.staged,
        items=[job_item_out(item, pages.language) for item in items[:_PAGE]],
        is_first=cursor is None,
        next_cursor=cursor_of(items[_PAGE - 1].index) if len(items) > _PAGE else None,
    )


@router.get("/jobs/{job_id}/events")
def events(job_id: str, pages: Operator, state: State) -> EventSourceResponse:
    """Stream the progress of a job until it is finished."""
    return stream_job(state.folder.jobs, state.folder.jobs.get(job_id), pages.language)


@router.post("/jobs/{job_id}/cancellation")
def cancel(job_id: str, pages: Operator, _: Form, state: State) -> Response:
    """Cancel a job that is not finished."""
    state.folder.jobs.cancel(job_id)
    return pages.go(f"/jobs/{job_id}")
