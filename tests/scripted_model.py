"""An OpenAI-compatible server that does as it is told: the failures of one must be forced.

A reply is what it does with one request; the last one given is repeated.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Json = dict[str, Any]
Reply = Callable[["Exchange"], None]


class Exchange:
    """One request, and the means to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: Json) -> None:
        self._handler = handler
        self.body = body

    @property
    def prompt(self) -> str:
        """What stands between the documents' tags and after them."""
        return str(self.body["messages"][-1]["content"])

    def number_of(self, words: str) -> int:
        """Return the number under which the model was shown a sentence that holds ``words``."""
        found = [line for line in self.prompt.splitlines() if words in line]
        match = re.match(r"(\d+): ", found[0]) if found else None
        assert match is not None, (words, self.prompt)
        return int(match.group(1))

    def head(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", kind)
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def write(self, text: str) -> None:
        self._handler.wfile.write(text.encode())
        self._handler.wfile.flush()

    def chunk(self, text: str | None, finish: str | None = None) -> None:
        delta = {} if text is None else {"role": "assistant", "content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted",
                 "choices": [choice]}  # fmt: skip
        self.write(f"data: {json.dumps(chunk)}\n\n")

    def end(self, finish: str = "stop") -> None:
        self.chunk(None, finish)
        self.write("data: [DONE]\n\n")


def says(text: str | Callable[[Exchange], str], size: int = 7, finish: str = "stop") -> Reply:
    """Stream a text, or what is made of the request, in pieces of ``size`` characters."""

    def reply(exchange: Exchange) -> None:
        whole = text if isinstance(text, str) else text(exchange)
        exchange.head()
        for at in range(0, len(whole), size):
            exchange.chunk(whole[at : at + size])
        exchange.end(finish)

    return reply


def breaks_off(text: str) -> Reply:
    """Stream a text and close the connection without an end."""

    def reply(exchange: Exchange) -> None:
        exchange.head()
        exchange.chunk(text)

    return reply


def status(code: int) -> Reply:
    """Refuse with a status, and say something that nobody should get to see."""

    def reply(exchange: Exchange) -> None:
        exchange.head(code, "application/json")
        exchange.write(json.dumps({"error": {"message": "secret of the server"}}))

    return reply


def sends(text: str, kind: str = "text/event-stream") -> Reply:
    """Send a body that is no stream of chunks."""

    def reply(exchange: Exchange) -> None:
        exchange.head(200, kind)
        exchange.write(text)

    return reply


def silent(exchange: Exchange) -> None:
    """Take the request and say nothing until the client leaves."""
    exchange.head()
    trickles("")(exchange)


def trickles(text: str) -> Reply:
    """Begin with a text, then keep the connection alive and never end."""

    def reply(exchange: Exchange) -> None:
        exchange.head()
        if text:
            exchange.chunk(text)
        while True:  # ends by the error of writing to a client that is gone
            exchange.write(": still there\n\n")
            time.sleep(0.02)

    return reply


def endless(text: str) -> Reply:
    """Say the same again and again."""

    def reply(exchange: Exchange) -> None:
        exchange.head()
        while True:
            exchange.chunk(text)

    return reply


class ScriptedModel:
    """The server, on a free port of this machine."""

    def __init__(self) -> None:
        self.requests: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.left = threading.Event()  # a client closed the connection on us
        self._replies: list[Reply] = [says("NO_ANSWER")]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """What a client takes for its base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def script(self, *replies: Reply) -> None:
        """Set what it does with the next requests, and forget the earlier ones."""
        self._replies = list(replies)
        self.requests.clear()
        self.headers.clear()
        self.left.clear()

    def __enter__(self) -> "ScriptedModel":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # as the base class calls it
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                scripted.requests.append(body)
                scripted.headers.append({k.lower(): v for k, v in self.headers.items()})
                replies = scripted._replies
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                try:
                    reply(Exchange(self, body))
                except OSError:
                    scripted.left.set()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler
