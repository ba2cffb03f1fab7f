"""An id, a line in the log and a count for every request.

The line never says what was asked, nor the query string.
"""

import logging
import re
import secrets
import sqlite3
import time
import traceback
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import Headers
from starlette.types import ASGIApp

from service.asgi import Message, Receive, Scope, Send
from service.metrics import Metrics
from service.tracing import Tracing, describe

_log = logging.getLogger("yauap.requests")
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


class Observing:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        identifier = given if _ID.fullmatch(given) else secrets.token_hex(8)
        _request_id.set(identifier)
        started, status = time.perf_counter(), 500

        async def noted(part: Message) -> None:
            nonlocal status
            if part["type"] == "http.response.start":
                status = part["status"]
                part["headers"] = [*part["headers"], (b"x-request-id", identifier.encode())]
            await send(part)

        try:
            with self._tracing.request(scope["method"], headers) as span:
                try:
                    await self._app(scope, receive, noted)
                finally:
                    describe(span, scope["method"], _route(scope), status, identifier)
        finally:
            seconds = time.perf_counter() - started
            route = _route(scope)
            self._metrics.served(route, status, seconds)
            caller = scope.get("state", {}).get("caller")
            _log.info(
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "ms": round(1000 * seconds, 1),
                    "caller": caller.name if caller else None,
                },
            )


def _route(scope: Scope) -> str:
    """Return the pattern of the address, never what a client made up."""
    return str(getattr(scope.get("route"), "path", "other"))


class _WithRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class _Formatter(JsonFormatter):
    """Leaves out what an unforeseen error says: it may repeat what was asked."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 # the library's name
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            told = f"{type(error).__module__}.{type(error).__qualname__}"
            if isinstance(error, OSError | sqlite3.Error):  # these speak of the machine
                told += f": {error}"
            lines[:0] = [*traceback.format_tb(error.__traceback__), told]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


def log_as_json(with_questions: bool = False) -> None:
    """Write the log of this process to standard error, an object a line."""
    handler = logging.StreamHandler()
    fields = ("asctime", "levelname", "name", "message", "request_id")
    # Everything beyond ASCII is escaped: nothing in a line can end it, or be obeyed by a terminal.
    formatter = JsonFormatter if with_questions else _Formatter
    handler.setFormatter(formatter(list(fields), json_ensure_ascii=True))
    handler.addFilter(_WithRequestId())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("yauap").setLevel(logging.INFO)
