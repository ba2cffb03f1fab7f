"""Signing in with an admin key, and out."""

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from service.access import permitted
from service.console.doors import (
    Form,
    Operator,
    Visitor,
    client_address,
    console_router,
    field,
    require_own_form,
)
from service.console.pages import ROOT, Pages
from service.keys import Key
from service.refusal import Refusal
from service.state import ServiceState, State

router = console_router()


@router.get("/sign-in")
def sign_in_page(pages: Visitor) -> Response:
    """Ask for the key."""
    return pages.show("sign_in", detail=None)


@router.post("/sign-in")
async def sign_in(request: Request, pages: Visitor, state: State) -> Response:
    """Open a session for the holder of an admin key; the page says why where it is none."""
    async with request.form() as form:
        require_own_form(pages, form)
        given = field(form, "key").strip()
    try:
        key = await run_in_threadpool(_key, state, client_address(request), given)
    except Refusal as refusal:
        if refusal.problem == "too-many-requests":
            raise
        status = 401 if refusal.problem == "unauthorized" else 403
        return pages.show("sign_in", status, detail=refusal.in_language(pages.language))
    # A new one: what the browser had before may have been put there by somebody else.
    session = state.console.open(key.id)
    return Pages(request, pages.language, session, state.console).go("")


@router.post("/sign-out")
def sign_out(pages: Operator, _: Form, state: State) -> Response:
    """Leave the session, which nobody can enter again."""
    if pages.session.key_id:
        state.console.close(pages.session)
    left = Pages(pages.request, pages.language, state.console.open(), state.console)
    response = left.go("/sign-in")
    response.delete_cookie(pages.session.cookie, path=ROOT)
    return response


def _key(state: ServiceState, address: str, given: str) -> Key:
    state.limits.count_address(address)
    state.limits.count_sign_in(address)
    key = state.keys.verified(given)
    if key is None:
        raise Refusal("unauthorized", "http.unauthorized")
    permitted(key, "admin")
    return key
