"""Documents as files: ``POST /v1/documents`` with a multipart body of parts ``files``."""

from collections.abc import Sequence
from functools import partial
from typing import BinaryIO, cast

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from index.ingest import accept_files
from index.job_records import JobRecord
from index.messages import message
from index.readers import File
from index.readers.formats import SUFFIXES
from index.readers.source import inner_name
from service.problems import caller_language, problem
from service.rendering import job_out
from service.schemas import AcceptedOut
from service.state import ServiceState, State


class _MultipartRoute(APIRoute):
    """A route that takes multipart bodies alone and leaves all others to the next one."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as usual where the body is multipart."""
        kind = Headers(scope=scope).get("content-type", "") if scope["type"] == "http" else ""
        if kind.partition(";")[0].strip().lower() != "multipart/form-data":
            return Match.NONE, {}
        return super().matches(scope)


router = APIRouter(
    prefix="/v1/documents", tags=["documents"], route_class=_MultipartRoute, include_in_schema=False
)


@router.post("", status_code=202, response_model=AcceptedOut)
async def add(
    files: list[UploadFile], state: State, request: Request, response: Response
) -> AcceptedOut | Response:
    """Queue the documents of files, each under its name; a bad file fails alone.

    The name is only an id: nothing is ever written or read by it. Where not one of the files is of
    a known format, or small enough, the request is refused as a whole.
    """
    language = caller_language(request)
    given = [_file(upload) for upload in files]
    if not any(file.suffix in SUFFIXES for file in given):
        detail = message("document.format", language, formats=", ".join(sorted(SUFFIXES)))
        return problem("unsupported-media-type", detail, request.url.path)
    limit = state.settings.max_file_bytes
    if all((upload.size or 0) > limit for upload in files):
        detail = message("document.file_too_large", language, limit=limit)
        return problem("too-large", detail, request.url.path)
    # Few at a time, and not in the threads that answer questions.
    job = await run_sync(_accepted, state, given, limiter=state.reading)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return AcceptedOut(job=job_out(job, language))


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
