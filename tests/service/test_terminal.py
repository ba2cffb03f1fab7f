"""What documents say never commands the terminal of whoever reads it."""

import json
import os
import pty
import re
from contextlib import closing, suppress

import pytest

from tests.service.commands import (
    finished,
    start_yauap,
    together,
)
from tests.service.running import Service

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hostile(fresh: Service) -> Service:
    """The service with a document that would take over a terminal."""
    job = fresh.add(
        {
            "id": "hostile",
            "title": "\x1b]0;чужой заголовок\x07\x9b31m Ташбулат",
            "text": "Ташбулат\x1b[2J\x1b[31m ауылы\u202e \x9b5A 1811 йылда\r нигеҙләнгән.\x7f\x08",
        }
    )
    assert job["documents"]["added"] == 1
    return fresh


def test_a_document_cannot_command_the_terminal(hostile: Service) -> None:
    question = "Ташбулат ауылы ҡасан нигеҙләнгән?"
    answer = hostile.ask(question)
    assert "\x1b" in answer["sources"][0]["quote"]
    url = ("--url", hostile.url)
    commands = [
        ("search", question, "--json", *url),
        ("ask", question, *url),
        ("search", question, *url),
        ("documents", "list"),
    ]
    runs = together(commands, hostile.data_dir)
    for run in runs:
        assert run.status == 0
        assert "Ташбулат" in run.out
        assert not _CONTROL.search(run.out.replace("\t", ""))
    told = json.loads(runs[0].out)
    assert told["results"] == hostile.search(question)["results"]  # nothing is lost in JSON


def test_a_document_cannot_command_the_terminal_when_it_is_shown(hostile: Service) -> None:
    shown = on_a_terminal(hostile, "documents", "show", "hostile")
    assert "Ташбулат" in shown
    assert not _CONTROL.search(shown)


def on_a_terminal(service: Service, *arguments: str) -> str:
    """Return what the command prints where its output is a terminal."""
    reading, terminal = pty.openpty()
    try:
        process = start_yauap(*arguments, data_dir=service.data_dir, stdout=terminal)
    finally:
        os.close(terminal)
    shown = b""
    with closing(os.fdopen(reading, "rb", buffering=0)) as screen, suppress(OSError):
        while part := screen.read(65536):  # the end of a terminal reads as an error
            shown += part
    assert finished(process).status == 0
    return shown.decode().replace("\r\n", "\n")
