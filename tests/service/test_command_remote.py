"""``yauap ask`` and ``search``, asked of a running service, and of what is none."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from index.errors import Unavailable
from service.client import post
from service.schemas.asking import AnswerOut
from tests.service.commands import (
    Run,
    together,
)
from tests.service.contract import Answer, Results, checked
from tests.service.running import Service
from tests.service.seed_questions import CENTRE, CHAIRMAN, MODERATOR, WEATHER


@pytest.fixture(scope="module")
def runs(service: Service) -> list[Run]:
    """What ``ask`` and ``search`` print, each asked of the running service."""
    commands = [
        ("ask", MODERATOR),
        ("ask", WEATHER),
        ("ask", CHAIRMAN, "--json", "--top-k", "3"),
        ("search", CENTRE),
        ("search", CENTRE, "--json", "--top-k", "2"),
    ]
    asked = [(*command, "--url", service.url + "/") for command in commands]
    # Four at a time: a fifth might be told to come again.
    return together(asked[:3], service.data_dir) + together(asked[3:], service.data_dir)


def test_a_running_service_can_be_asked(service: Service, runs: list[Run]) -> None:
    assert [(run.status, run.err) for run in runs] == [(0, "")] * 5
    answered, refused, answer, found, results = (run.out for run in runs)
    expected = service.ask(MODERATOR)
    assert answered.splitlines()[0] == expected["answer"]
    for citation in expected["citations"]:
        place = f"[{citation['number']}] {citation['document_id']}"
        assert f"{place}, characters {citation['start']}–{citation['end']}" in answered
    assert f"Confidence: {expected['confidence']:.2f}" in answered
    refusal = service.ask(WEATHER)
    assert refused.splitlines()[0] == refusal["answer"]
    assert refused.count("·") >= len(refusal["related"])
    same = service.ask(CHAIRMAN, top_k=3)
    told = json.loads(answer)
    checked(Answer, told)
    assert {**told, "id": "", "timings_ms": {}} == {**same, "id": "", "timings_ms": {}}
    hits = service.search(CENTRE)["results"]
    for rank, hit in enumerate(hits, 1):
        assert f"{rank}. {hit['document_id']} ({hit['start']}–{hit['end']})" in found
    told = json.loads(results)
    checked(Results, told)
    assert told["results"] == hits[:2] or len(told["results"]) == 2


def test_a_question_that_is_none_is_refused(service: Service) -> None:
    questions: list[str | bytes] = [" \n", b"\xff\xfe"]
    url = ("--url", service.url)
    runs = together([("ask", question, *url) for question in questions], service.data_dir)
    for run in runs:
        assert (run.status, run.out) == (1, "")
        assert run.err == "A question is 1–2000 characters of text.\n"


class _Other(BaseHTTPRequestHandler):
    """A server that is no Yauap: it answers with what its address asks for."""

    replies: dict[str, tuple[int, str]] = {  # noqa: RUF012 # read only
        "list": (200, "[]"),
        "object": (200, '{"answer": 5}'),
        "text": (200, "<html>"),
        "empty": (200, ""),
        "problem": (503, '{"type": "about:blank", "title": "t", "status": 503, "detail": "Позже.", '
                         '"instance": "/"}'),
        "error-list": (500, "[1]"),
        "error-text": (502, "Bad gateway"),
    }  # fmt: skip

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.replies[self.path.split("/")[1]]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def other_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Other) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


_DEAD = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "address", [_DEAD, "127.0.0.1:8000", "", "http://", "ftp://127.0.0.1", "http://[", "http://я:я"]
)
def test_an_address_where_no_service_is_is_refused(address: str) -> None:
    with pytest.raises(Unavailable, match=f"No service answers at {re.escape(address)}: "):
        post(address, "/v1/ask", {"question": "Кто?"}, AnswerOut)


@pytest.mark.parametrize("reply", ["list", "object", "text", "empty", "error-list", "error-text"])
def test_a_server_that_is_none_of_ours_is_refused(other_server: str, reply: str) -> None:
    address = f"{other_server}/{reply}"
    with pytest.raises(Unavailable, match=f"No service answers at {re.escape(address)}: "):
        post(address, "/v1/ask", {"question": "Кто?"}, AnswerOut)


def test_what_is_wrong_with_an_address_is_said(tmp_path: Path, other_server: str) -> None:
    addresses = (_DEAD, f"{other_server}/problem")
    commands = [("search", "Кто?", "--url", address) for address in addresses]
    dead, problem = together(commands, tmp_path / "data")
    assert (dead.status, dead.out, problem.status, problem.out) == (1, "", 1, "")
    assert dead.err.startswith(f"No service answers at {_DEAD}: ")
    assert problem.err == "The service refused: Позже.\n"
