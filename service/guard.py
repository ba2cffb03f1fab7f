"""What no request gets past: foreign hosts, forwarded and cross-site requests, bodies too large.

With no key configured the service trusts whoever reaches it, so it must be reached from this
machine only: a page of another site that makes a browser call it (DNS rebinding, cross-site posts)
and a proxy that brings in others are turned away. And no answer leaves without its headers, that to
an unforeseen error included.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp

from index.messages import MessageLanguage, message, preferred_language
from service.problems import described, problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def guarded(part: Message) -> None:
            nonlocal started
            if part["type"] == "http.response.start":
                started = True
                part["headers"] = [*part.get("headers", ()), *_HEADERS]
            await send(part)

        headers = Headers(scope=scope)
        if not _is_local(headers):
            await self._refuse("forbidden", scope, receive, guarded)
            return
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._max_body_bytes:
            await self._refuse("too-large", scope, receive, guarded)
            return
        _keep_encoded_ids(scope)
        taken = 0
        refused = False

        async def counted() -> Message:
            nonlocal taken, refused
            part = await receive()
            taken += len(part.get("body", b""))
            if taken > self._max_body_bytes:
                refused = True
                return {"type": "http.disconnect"}
            return part

        async def unless_refused(part: Message) -> None:
            if not refused:
                await guarded(part)

        try:
            await self._app(scope, counted, unless_refused)
        except Exception as error:
            if started:
                raise
            name, detail = described(error, _language(headers))
            await problem(name, detail, scope["path"])(scope, receive, unless_refused)
        finally:
            if refused:
                await self._refuse("too-large", scope, receive, guarded)

    async def _refuse(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        detail = message(f"http.{name.replace('-', '_')}", _language(Headers(scope=scope)))
        await problem(name, detail, scope["path"])(scope, receive, send)


def _language(headers: Headers) -> MessageLanguage:
    return preferred_language(headers.get("accept-language", ""))


def _is_local(headers: Headers) -> bool:
    host = headers.get("host", "")
    origin = headers.get("origin")
    try:
        if urlsplit(f"//{host}").hostname not in LOOPBACK:
            return False
        if origin is not None and urlsplit(origin).netloc != host:
            return False
    except ValueError:  # neither of them is an address
        return False
    return not any(name in headers for name in _FORWARDED)


def _keep_encoded_ids(scope: Scope) -> None:
    """Leave document ids percent-encoded in the path: an id may hold «/»."""
    raw = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "replace")
    if raw.startswith("/v1/documents/"):
        scope["path"] = raw
