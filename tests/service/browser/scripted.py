"""A server whose answers a test writes itself, event by event, and pages of any site."""

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from service.web_files import FOLDER, widget_script

Json = dict[str, Any]
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass
class Reply:
    """What the server answers to one request; without a body it streams what is put into it."""

    status: int = 200
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: "queue.Queue[str | None]" = field(default_factory=queue.Queue)
    left: threading.Event = field(default_factory=threading.Event)  # the browser went away

    def send(self, event: str, data: Any) -> None:
        self.chunks.put(f"event: {event}\r\ndata: {json.dumps(data, ensure_ascii=False)}\r\n\r\n")

    def end(self) -> None:
        self.chunks.put(None)

    def whole(self, answer: Json) -> "Reply":
        """Stream an answer at once; returns the reply itself."""
        for citation in answer["citations"]:
            self.send("citation", citation)
        self.send("delta", {"text": answer["answer"]})
        self.send("final", answer)
        self.end()
        return self


@dataclass
class Received:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: Any


class Scripted:
    """The server of a test: its pages by path, and replies by path in the order of their use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.received: list[Received] = []
        self._replies: dict[str, list[Reply]] = {}
        self._turn = threading.Lock()
        self.reply("/v1/widget/suggestions", body={"suggestions": []}, times=100)

    def page(self, path: str, html: str, **headers: str) -> str:
        """Serve a page; returns its address."""
        self.pages[path] = html, {name.replace("_", "-"): text for name, text in headers.items()}
        return self.url + path

    def reply(self, path: str, times: int = 1, **reply: Any) -> Reply:
        """Answer the next request, or the next ones, for ``path`` with this."""
        made = Reply(**reply)
        with self._turn:
            self._replies.setdefault(path, []).extend([made] * times)
        return made

    def forget(self, path: str) -> None:
        """Take back the replies to ``path`` that are left."""
        self._replies[path] = []

    def answer(self, answer: Json) -> None:
        """Answer the next question with this, streamed."""
        self.reply("/v1/ask").whole(answer)

    def next_reply(self, received: Received) -> Reply:
        with self._turn:
            self.received.append(received)
            waiting = self._replies.get(received.path)
            return waiting.pop(0) if waiting else Reply(404, {"detail": "nothing was scripted"})

    def asked(self) -> list[Any]:
        """Return the bodies of the questions that came."""
        return [one.body for one in self.received if one.path == "/v1/ask"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # of a page with several widgets, all ask at once
    block_on_close = False  # a stream that nobody ends must not hold the test
    scripted: Scripted


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        html, headers = self.server.scripted.pages.get(path, ("", {}))
        if html:
            self._give(200, {"Content-Type": "text/html; charset=utf-8", **headers}, html.encode())
        elif path == "/favicon.ico":
            self._give(204, {}, b"")
        elif path == "/widget.js":
            kind = {"Content-Type": "text/javascript", "Content-Encoding": "gzip"}
            self._give(200, kind, widget_script())
        elif path.startswith("/web/") and (file := FOLDER / path.removeprefix("/web/")).is_file():
            self._give(200, {"Content-Type": _TYPES[file.suffix]}, file.read_bytes())
        else:
            self._reply(Received(path, dict(self.headers), None))

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._reply(Received(self.path, dict(self.headers), json.loads(content)))

    def _reply(self, received: Received) -> None:
        reply = self.server.scripted.next_reply(received)
        if reply.body is not None or reply.status == 204:
            kind = "application/json" if reply.status < 400 else "application/problem+json"
            content = b"" if reply.body is None else json.dumps(reply.body).encode()
            self._give(reply.status, {"Content-Type": kind, **reply.headers}, content)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            while (chunk := reply.chunks.get(timeout=120)) is not None:
                self.wfile.write(chunk.encode())
                self.wfile.flush()
        except OSError:
            reply.left.set()

    def _give(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Scripted]:
    """Serve on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.scripted = Scripted(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.scripted
        finally:
            server.shutdown()
            thread.join()


PASSAGE: Json = {
    "document_id": "news/7",
    "document_version": 1,
    "title": "Музей открыт",
    "url": "https://example.org/музей?a=1&b=2",
    "language": "ru",
    "published_at": "2024-02-01T09:00:00Z",
    "start": 400,
    "end": 431,
    "quote": "Музей пчёл открылся в 2033 году.",
}


def citation(number: int = 1, **fields: Any) -> Json:
    """Return a citation of the contract."""
    return {**PASSAGE, "number": number, "before": "Было так. ", "after": " Стало иначе.", **fields}


def hit(**fields: Any) -> Json:
    """Return a hit of the contract."""
    scores = {"score": 0.5, "scores": {"dense": 0.5, "lexical": 1.0}, "highlights": []}
    return {**PASSAGE, "chunk_id": "1", **scores, **fields}


def answer(words: str = "«Музей пчёл открылся в 2033 году.»", *cited: Json, **fields: Any) -> Json:
    """Return an answer of the contract: ``words`` and the markers of all that is cited."""
    cited = cited or (citation(),)
    numbers = [one["number"] for one in cited]
    text = f"{words} {''.join(f'[{number}]' for number in numbers)}"
    return {
        "id": "answer-1", "question": "", "language": "ru", "answered": True, "answer": text,
        "answer_spans": [{"start": 0, "end": len(text), "citations": numbers}],
        "confidence": 0.9, "reason": None, "citations": list(cited), "related": [], "sources": [],
        "generator": {"kind": "extractive", "model": None, "degraded": False},
        "index_version": "1", "timings_ms": {"retrieve": 1, "answer": 1, "total": 2}, **fields,
    }  # fmt: skip


def refusal(*related: Json, **fields: Any) -> Json:
    """Return a refusal of the contract, with what is nearby."""
    given = answer("", **{"reason": "low_confidence", "related": list(related), **fields})
    return {
        **given, "answered": False, "answer": "В документах этого нет.", "answer_spans": [],
        "citations": [],
    }  # fmt: skip
