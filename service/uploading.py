"""Uploaded files into the queue: what the API and the console share."""

from collections.abc import Sequence
from functools import partial
from typing import BinaryIO, cast

from anyio.to_thread import run_sync
from starlette.datastructures import UploadFile

from index.ingest import accept_files
from index.job_records import JobRecord
from index.readers import File
from index.readers.formats import SUFFIXES
from index.readers.source import inner_name
from service.refusal import Refusal
from service.state import ServiceState


async def accept_uploads(state: ServiceState, uploads: Sequence[UploadFile]) -> JobRecord:
    """Queue the documents of files as one job, each under its name; a bad file fails alone.

    The name is only an id: nothing is ever written or read by it. Raises Refusal where not one of
    the files is of a known format, or small enough.
    """
    given = [_file(upload) for upload in uploads]
    if not any(file.suffix in SUFFIXES for file in given):
        formats = ", ".join(sorted(SUFFIXES))
        raise Refusal("unsupported-media-type", "document.format", formats=formats)
    limit = state.settings.max_file_bytes
    if all((upload.size or 0) > limit for upload in uploads):
        raise Refusal("too-large", "document.file_too_large", limit=limit)
    # Few at a time, and not in the threads that answer questions.
    return await run_sync(_accepted, state, given, limiter=state.reading)


def _accepted(state: ServiceState, given: Sequence[File]) -> JobRecord:
    state.folder.indexer.require_compatible()
    job_id = accept_files(state.folder, given)
    state.worker.wake()
    return state.folder.jobs.get(job_id)


def _file(upload: UploadFile) -> File:
    return File(inner_name(upload.filename or ""), partial(_opened, upload))


def _opened(upload: UploadFile) -> BinaryIO:
    """Return the bytes from their beginning; closing them leaves the upload open."""
    upload.file.seek(0)
    return cast(BinaryIO, _Left(upload.file))


class _Left:
    """A stream that is still there after who used it has closed it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.readline = stream.read, stream.readline
        self.seek, self.tell = stream.seek, stream.tell

    def __enter__(self) -> "_Left":
        return self

    def __exit__(self, *error: object) -> None:
        pass
