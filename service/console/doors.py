"""Who comes in: the operator of a request, its form, and errors as pages."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from index.messages import message
from service.access import Caller
from service.console.pages import ROOT, Pages, page_language
from service.problems import PROBLEMS, described, described_status
from service.refusal import Refusal
from service.state import ServiceState, State


class _SignInFirst(Exception):
    """A page is asked for by somebody who has not signed in."""


class _ConsoleRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except _SignInFirst:
                return (await run_in_threadpool(pages_of, request)).go("/sign-in")
            except Exception as error:
                return await run_in_threadpool(_error_page, request, error)

        return handled


def console_router() -> APIRouter:
    """Return a router for pages below the console's root."""
    return APIRouter(prefix=ROOT, route_class=_ConsoleRoute, include_in_schema=False)


def pages_of(request: Request) -> Pages:
    """Return the pages of a request, in a session of its own where it has none that holds."""
    known: Pages | None = getattr(request.state, "pages", None)
    if known is None:
        state: ServiceState = request.app.state.service
        session = state.console.of(request.cookies)
        known = Pages(request, page_language(request), session, state.console)
        request.state.pages = known
    return known


def _operator(request: Request, state: State) -> Pages:
    pages = pages_of(request)
    if state.keys.are_configured():
        state.limits.count_address(client_address(request))
    if not state.console.may_operate(pages.session):
        if request.method == "GET":
            raise _SignInFirst
        raise Refusal("unauthorized", "console.signed_out")
    if pages.session.key_id:
        request.state.caller = Caller(f"key:{pages.session.key_id}")
        state.limits.count_key(request.state.caller.name)
    return pages


Operator = Annotated[Pages, Depends(_operator)]
Visitor = Annotated[Pages, Depends(pages_of)]


async def _sent(request: Request, pages: Operator) -> AsyncIterator[FormData]:
    """Give the form of an operator; it is not even read where none has signed in."""
    async with request.form() as form:
        require_own_form(pages, form)
        yield form


Form = Annotated[FormData, Depends(_sent)]


def require_own_form(pages: Pages, form: FormData) -> None:
    """Raise Refusal where a form was not made for this very session."""
    if not pages.sessions.is_form_token(pages.session, field(form, "form_token")):
        raise Refusal("forbidden", "console.form")


def field(form: FormData, name: str) -> str:
    """Return a field of a form as text, empty where there is none."""
    given = form.get(name)
    return given if isinstance(given, str) else ""


def client_address(request: Request) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client else ""


def _error_page(request: Request, error: Exception) -> Response:
    pages = pages_of(request)
    headers: dict[str, Any] = {}
    if isinstance(error, RequestValidationError):
        name, detail = "invalid-request", message("http.invalid_request", pages.language)
    elif isinstance(error, HTTPException):
        name, detail = described_status(error.status_code, pages.language)
    else:
        name, detail = described(error, pages.language)
        if isinstance(error, Refusal) and "Retry-After" in error.headers:
            headers["Retry-After"] = error.headers["Retry-After"]
    response = pages.show("error", PROBLEMS[name], detail=detail, status=PROBLEMS[name])
    response.headers.update(headers)
    return response
