"""Jobs."""

from fastapi import APIRouter, Request

from service.problems import caller_language
from service.rendering import job_out
from service.schemas import JobOut
from service.state import State

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.get("/{job_id}")
def one(job_id: str, state: State, request: Request) -> JobOut:
    """Show what became of a job's documents so far."""
    return job_out(state.folder.jobs.get(job_id), caller_language(request))
