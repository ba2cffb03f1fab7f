"""Jobs: what becomes of documents that were accepted."""

from typing import Literal

from pydantic import BaseModel, Field


class JobDocumentsOut(BaseModel):
    """What became of a job's documents."""

    total: int
    done: int
    added: int
    updated: int
    unchanged: int
    failed: int


class JobErrorOut(BaseModel):
    """Why one document did not go in; ``index`` is its place in the request."""

    index: int
    document: str | None
    reason: str


class JobOut(BaseModel):
    """A job."""

    id: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    documents: JobDocumentsOut
    errors: list[JobErrorOut]
    index_version: str | None
    created_at: str
    finished_at: str | None
    ready: int = Field(description="documents done, or waiting to be published with the others")
    chunks: int = Field(description="passages of its new and changed documents so far")
    seconds_left: float | None = Field(description="estimate; null where there is none")


class JobsOut(BaseModel):
    """A page of jobs, the newest first."""

    items: list[JobOut]
    next_cursor: str | None


class JobItemOut(BaseModel):
    """What became of one document of a job."""

    index: int
    id: str | None
    state: Literal[
        "pending", "staged", "added", "updated", "unchanged", "failed", "superseded", "cancelled"
    ]
    reason: str | None = None


class JobItemsOut(BaseModel):
    """A page of a job's documents, in the order in which they were given."""

    items: list[JobItemOut]
    next_cursor: str | None


class JobProgressOut(BaseModel):
    """An event ``progress``: the job, how many of its documents are ready, and how long the rest
    may take.
    """

    job: JobOut
    ready: int
    seconds_left: float | None


class AcceptedOut(BaseModel):
    """The answer of ``POST /v1/documents``."""

    job: JobOut
