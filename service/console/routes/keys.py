"""Keys: who may use the service."""

from typing import Any

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from index.errors import YauapError
from service.administration import key_out, new_key
from service.console.doors import Form, Operator, console_router, field
from service.console.pages import Pages
from service.keys import SCOPES, Key
from service.refusal import Refusal
from service.schemas.keys import KeyIn
from service.state import ServiceState, State

router = console_router()


@router.get("/keys")
def keys_page(pages: Operator, state: State) -> Response:
    """List the keys."""
    return _shown(pages, state)


@router.post("/keys")
async def make_key(pages: Operator, form: Form, state: State) -> Response:
    """Make a key and show its secret, this once; or say what is wrong with what was asked for."""
    return await run_in_threadpool(_made, pages, form, state)


@router.post("/keys/revocation")
def revoke_key(pages: Operator, form: Form, state: State) -> Response:
    """Revoke a key, from the next request on."""
    state.keys.revoke(field(form, "id"))
    return pages.go("/keys")


def _made(pages: Pages, form: FormData, state: ServiceState) -> Response:
    try:
        key, secret = new_key(state.keys, _asked(form))
    except YauapError as error:
        return _shown(pages, state, 400, detail=error.in_language(pages.language), form=form)
    return _shown(pages, state, new=key, secret=secret)


def _asked(form: FormData) -> KeyIn:
    """Return the key that a form asks for. Raises Refusal where it asks for none."""
    sources = field(form, "sources").split("\n")
    days = field(form, "days").strip()
    try:
        return KeyIn.model_validate(
            {
                "name": field(form, "name"),
                "scopes": [scope for scope in form.getlist("scope") if isinstance(scope, str)],
                "days": int(days) if days else None,
                "filters": {"source": [line.strip() for line in sources if line.strip()]},
                "origins": field(form, "origins").split(),
            }
        )
    except ValueError as error:  # also pydantic's
        raise Refusal("invalid-request", "console.key_form") from error


def _shown(
    pages: Pages,
    state: ServiceState,
    status: int = 200,
    new: Key | None = None,
    secret: str = "",
    **values: Any,
) -> Response:
    return pages.show(
        "keys",
        status,
        keys=[key_out(key) for key in state.keys.list()],
        scopes=SCOPES,
        own_key=pages.session.key_id,
        new=new,
        secret=secret,
        **{"detail": None, "form": FormData(), **values},
    )
