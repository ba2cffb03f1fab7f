"""Documents as files: ``POST /v1/documents`` with a multipart body of parts ``files``."""

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from service.problems import caller_language
from service.rendering import job_out
from service.schemas.jobs import AcceptedOut
from service.state import State
from service.uploading import accept_uploads


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


@router.post("", status_code=202)
async def add(
    files: list[UploadFile], state: State, request: Request, response: Response
) -> AcceptedOut:
    """Queue the documents of files, each under its name; a bad file fails alone."""
    job = await accept_uploads(state, files)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return AcceptedOut(job=job_out(job, caller_language(request)))
