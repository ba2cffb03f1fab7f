"""What no request gets past: limits of size and time; and no answer leaves without its headers.

The answer to an unforeseen error has them too.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp

from index.messages import MessageLanguage, message, preferred_language
from service.asgi import Message, Receive, Scope, Send
from service.deadline import Deadline
from service.problems import described, problem

# The longest history fits, each letter written as an escape.
_QUESTION_BYTES = 4_000_000

_PROBLEMS = {
    "too-large": "too-large",
    "slow-body": "bad-request",
    "encoded": "unsupported-media-type",
}

_UPLOADED = ("/v1/documents", "/console/documents")

_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action %s; frame-ancestors 'none'"
)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", _POLICY % b"'none'"),
)
# The console has forms, which a browser sends without an origin where it may name no referrer; and
# nothing of its pages is left in a cache.
_CONSOLE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", _POLICY % b"'self'"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, max_body_bytes: int, body_seconds: float) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._body_seconds = body_seconds

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
                part["headers"] = [*part.get("headers", ()), *_headers(scope["path"])]
            await send(part)

        headers = Headers(scope=scope)
        most = self._max_body_bytes
        if not scope["path"].startswith(_UPLOADED):
            most = min(most, _QUESTION_BYTES)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            await self._refuse("too-large", scope, receive, guarded)
            return
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            await self._refuse("encoded", scope, receive, guarded)
            return
        _keep_encoded_ids(scope)
        taken, whole = 0, False
        refused = ""
        deadline = Deadline(self._body_seconds)

        async def counted() -> Message:
            nonlocal taken, whole, refused
            if whole:  # what comes now is that the client leaves
                return await receive()
            try:
                part = await asyncio.wait_for(receive(), deadline.left)
            except TimeoutError:
                refused = "slow-body"
                return {"type": "http.disconnect"}
            whole = not part.get("more_body", False)
            taken += len(part.get("body", b""))
            if taken > most:
                refused = "too-large"
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
                await self._refuse(refused, scope, receive, guarded)

    async def _refuse(self, why: str, scope: Scope, receive: Receive, send: Send) -> None:
        detail = message(f"http.{why.replace('-', '_')}", _language(Headers(scope=scope)))
        await problem(_PROBLEMS[why], detail, scope["path"])(scope, receive, send)


def _headers(path: str) -> tuple[tuple[bytes, bytes], ...]:
    if path.startswith("/console/static/"):
        return (*_HEADERS, (b"cache-control", b"no-cache"))  # an upgrade does not mix old and new
    return _CONSOLE_HEADERS if path == "/console" or path.startswith("/console/") else _HEADERS


def _language(headers: Headers) -> MessageLanguage:
    return preferred_language(headers.get("accept-language", ""))


def _keep_encoded_ids(scope: Scope) -> None:
    """Leave document ids percent-encoded in the path: an id may hold «/»."""
    raw = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "replace")
    if raw.startswith("/v1/documents/"):
        scope["path"] = raw
