"""Who may do what: the key of a request, or, where there are no keys, that it comes from here.

With no key the service trusts whoever reaches it, so it must be reached from this machine only: a
page of another site that makes a browser call it (DNS rebinding, cross-site posts) and a proxy that
brings in others are turned away.
"""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp

from index.filters import Filters
from index.messages import preferred_language
from service.asgi import Receive, Scope, Send
from service.keys import PREFIX, Key, Keys
from service.limits import Limits
from service.problems import refused
from service.refusal import Refusal, unauthorized
from service.widget import WidgetSessions

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")

# Nothing in there that not everybody may know; the console itself asks who comes.
_OPEN = (
    "/", "/web", "/widget.js", "/console", "/docs", "/openapi.json", "/healthz", "/readyz",
    "/v1/widget/session",
)  # fmt: skip
_BY_PATH = (
    ("/v1/ask", "ask"),
    ("/v1/search", "ask"),
    ("/v1/feedback", "ask"),
    ("/v1/widget/suggestions", "ask"),
    ("/v1/chat/completions", "ask"),
    ("/v1/models", "ask"),
    ("/v1/jobs", "ingest"),
    ("/metrics", "admin"),
    ("/v1/admin", "admin"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a name for limits and the log, and what the key lets through."""

    name: str
    filters: Filters = Filters()  # noqa: RUF009 # frozen


def required_scope(method: str, path: str) -> str | None:
    """Return the scope that a request needs; None where it needs no key, ``""`` any key.

    What is not known here needs ``admin``, so that nothing is open by oversight.
    """
    if any(path == known or path.startswith(f"{known}/") for known in _OPEN[1:]) or path == "/":
        return None
    if path == "/v1/info":
        return ""
    if path == "/v1/documents" or path.startswith("/v1/documents/"):
        return "read" if method in ("GET", "HEAD") else "ingest"
    for known, scope in _BY_PATH:
        if path == known or path.startswith(f"{known}/"):
            return scope
    return "admin"


class Access:
    """ASGI middleware that puts the Caller into the request's state, or turns the request away."""

    def __init__(
        self,
        app: ASGIApp,
        keys: Keys,
        widget: WidgetSessions,
        limits: Limits,
        origins: Collection[str] = (),
    ) -> None:
        self._app = app
        self._keys = keys
        self._widget = widget
        self._limits = limits
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            try:
                scope.setdefault("state", {})["caller"] = self._caller(scope, headers)
            except Refusal as refusal:
                language = preferred_language(headers.get("accept-language", ""))
                await refused(refusal, language, scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope, headers: Headers) -> Caller:
        address = scope["client"][0] if scope.get("client") else ""
        wanted = required_scope(scope["method"], scope["path"])
        if not self._keys.are_configured():
            if not self._is_local(headers, address):
                raise Refusal("forbidden", "http.forbidden")
            if wanted is not None:
                self._limits.count_address(address)
            return Caller(address)
        if wanted is None:
            if scope["path"] == "/v1/widget/session":
                self._limits.count_session(address)
            return Caller(address)
        self._limits.count_address(address)
        given = bearer(headers)
        if not given.startswith(PREFIX):
            return self._session(given, scope, headers.get("origin"))
        key = self._keys.verified(given)
        if key is None:
            raise unauthorized("http.unauthorized")
        caller = permitted(key, wanted)
        self._limits.count_key(caller.name)
        return caller

    def _session(self, token: str, scope: Scope, origin: str | None) -> Caller:
        key, session = self._widget.verified(token, scope["method"], scope["path"], origin)
        self._limits.count_session(session)
        self._limits.count_key(f"key:{key.id}")
        return Caller(f"session:{session}", key.filters)

    def _is_local(self, headers: Headers, address: str) -> bool:
        host = headers.get("host", "")
        origin = headers.get("origin")
        try:
            if not _names_this_machine(host):
                return False
            foreign = origin is not None and urlsplit(origin).netloc != host
            if foreign and origin not in self._origins:
                return False
            if not ipaddress.ip_address(address).is_loopback:
                return False
        except ValueError:  # one of them is no address
            return False
        return not any(name in headers for name in _FORWARDED)


def _names_this_machine(host: str) -> bool:
    """Say whether a ``Host`` names this machine, with a port or without. Raises ValueError."""
    parts = urlsplit(f"//{host}")
    name = parts.hostname
    if name not in LOOPBACK:
        return False
    written = f"[{name}]" if ":" in name else name
    return host.lower() == (written if parts.port is None else f"{written}:{parts.port}")


def bearer(headers: Headers) -> str:
    """Return the key that a request carries. Raises Refusal where it carries none, or several."""
    given = headers.getlist("authorization")
    kind, _, key = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if kind.lower() != "bearer" or not key.strip():
        raise unauthorized("http.no_key")
    return key.strip()


def permitted(key: Key, scope: str) -> Caller:
    """Return the holder of ``key`` as a caller. Raises Refusal where it lacks ``scope``."""
    if "publishable" in key.scopes:
        raise Refusal("forbidden", "http.publishable")
    if scope and scope not in key.scopes:
        raise Refusal("forbidden", "http.scope", scope=scope)
    return Caller(f"key:{key.id}", key.filters)


async def _caller_of(request: Request) -> Caller:  # else it would be run in a thread
    caller: Caller = request.state.caller
    return caller


Asker = Annotated[Caller, Depends(_caller_of)]
