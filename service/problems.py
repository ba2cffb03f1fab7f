"""Errors as RFC 9457 problem objects, in the caller's language.

The types are ``urn:yauap:problem:NAME``; the names and their statuses stand in ``PROBLEMS``.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from index.errors import (
    Conflict,
    Gone,
    InvalidInput,
    NotFound,
    SnapshotMismatch,
    Unreachable,
    YauapError,
)
from index.messages import MessageLanguage, message, preferred_language
from service.faults import field_faults
from service.refusal import Refusal

_log = logging.getLogger(__name__)

PROBLEMS = {
    "bad-request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "conflict": 409,
    "gone": 410,
    "too-large": 413,
    "unsupported-media-type": 415,
    "invalid-request": 422,
    "too-many-requests": 429,
    "internal-error": 500,
    "unavailable": 503,
    "timeout": 504,
}
PROBLEM_TYPE = "application/problem+json"
_BY_STATUS = {status: name for name, status in PROBLEMS.items()}

_OPENAI = ("/v1/chat/completions", "/v1/models")
_OPENAI_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


def caller_language(request: Request) -> MessageLanguage:
    """Return the language for the caller's errors, from ``Accept-Language``."""
    return preferred_language(request.headers.get("accept-language", ""))


def problem_object(
    name: str, detail: str, instance: str, errors: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    """Return the members of a problem."""
    status = PROBLEMS[name]
    members: dict[str, Any] = {
        "type": f"urn:yauap:problem:{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return {**members, "errors": list(errors)} if errors else members


def problem(
    name: str,
    detail: str,
    instance: str,
    errors: Sequence[dict[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem as a response; where OpenAI's clients listen, as they expect it."""
    if is_for_openai(instance):
        status = 400 if PROBLEMS[name] == 422 else PROBLEMS[name]
        content = openai_error(name, detail, errors)
        return JSONResponse(content, status_code=status, headers=headers)
    return JSONResponse(
        problem_object(name, detail, instance, errors),
        status_code=PROBLEMS[name],
        media_type=PROBLEM_TYPE,
        headers=headers,
    )


def is_for_openai(path: str) -> bool:
    """Say whether OpenAI's clients listen at ``path``."""
    return path.startswith(_OPENAI)


def openai_error(
    name: str, detail: str, errors: Sequence[dict[str, str]] = ()
) -> dict[str, dict[str, str | None]]:
    """Return an error as OpenAI's clients expect it."""
    status = PROBLEMS[name]
    kind = _OPENAI_TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    param = errors[0]["field"] if errors else None
    return {"error": {"message": detail, "type": kind, "param": param, "code": name}}


def refused(refusal: Refusal, language: MessageLanguage, instance: str) -> JSONResponse:
    """Return the answer to a request that is turned away."""
    detail = refusal.in_language(language)
    return problem(refusal.problem, detail, instance, headers=refusal.headers)


def described(error: Exception, language: MessageLanguage) -> tuple[str, str]:
    """Return the problem's name and detail for an error; paths and causes go to the log only."""
    if isinstance(error, Refusal):
        return error.problem, error.in_language(language)
    if isinstance(error, (SnapshotMismatch, Unreachable)):  # the operator can do something
        return "unavailable", error.in_language(language)
    for kind, name in (
        (Gone, "gone"),
        (NotFound, "not-found"),
        (Conflict, "conflict"),
        (InvalidInput, "bad-request"),
    ):
        if isinstance(error, kind):
            return name, error.in_language(language)
    if isinstance(error, YauapError):
        _log.error("%s", error)
        return "unavailable", message("http.unavailable", language)
    _log.error("unforeseen", exc_info=error)
    return "internal-error", message("http.internal", language)


def described_status(status: int, language: MessageLanguage) -> tuple[str, str]:
    """Return the problem's name and detail for a status that the framework gives."""
    name = _BY_STATUS.get(status, "bad-request" if status < 500 else "internal-error")
    return name, message(f"http.{name.replace('-', '_')}", language)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application with a problem object."""

    async def ours(request: Request, error: Exception) -> Response:
        if isinstance(error, Refusal):
            return refused(error, caller_language(request), request.url.path)
        name, detail = described(error, caller_language(request))
        return problem(name, detail, request.url.path)

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        name, detail = described_status(status, caller_language(request))
        response = problem(name, detail, request.url.path)
        if status == 405:
            response.headers["Allow"] = ", ".join(_allowed(request))
        elif isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    async def invalid(request: Request, error: Exception) -> Response:
        language = caller_language(request)
        found = error.errors() if isinstance(error, RequestValidationError) else ()
        # A body that is not said to be JSON is left unread, as bytes.
        if any(f["loc"] == ("body",) and isinstance(f["input"], bytes) for f in found):
            detail = message("http.unsupported_media_type", language)
            return problem("unsupported-media-type", detail, request.url.path)
        if any(f["type"] == "json_invalid" for f in found):
            return problem("bad-request", message("field.json", language), request.url.path)
        given = {
            "body": getattr(error, "body", None),
            "query": request.query_params,
            "path": request.path_params,
        }
        errors = field_faults(found, given, language)
        detail = " ".join(fault["detail"] for fault in errors[:3])
        return problem("invalid-request", detail, request.url.path, errors)

    app.add_exception_handler(YauapError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def _allowed(request: Request) -> list[str]:
    """Return what the address of a request takes; several routes may share it."""
    routes = [r for r in request.app.routes if not isinstance(r, Mount)]
    allowed = [
        method
        for method in ("GET", "POST", "DELETE")
        if any(r.matches({**request.scope, "method": method})[0] is Match.FULL for r in routes)
    ] or ["GET"]  # of files
    return [*allowed, "HEAD"] if "GET" in allowed else allowed
