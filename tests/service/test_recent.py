"""The latest answers may be lost without harm: nothing else fails with them."""

import sqlite3
from pathlib import Path

import pytest

from service.recent import Recent
from tests.service.serving import Serve
from tests.service.test_limits import QUESTION


def test_a_damaged_file_is_begun_anew(serve: Serve, honey_folder: Path) -> None:
    (honey_folder / Recent.FILE).write_bytes(b"This is no database at all. " * 200)
    with serve() as client:
        answer = client.post("/v1/ask", json=QUESTION).json()
        body = {"answer_id": answer["id"], "rating": 1}
        assert client.post("/v1/feedback", json=body).status_code == 204


def test_an_answer_that_cannot_be_kept_is_given(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Recent, "_keep", full)
    with serve() as client:
        for _ in range(2):  # anew, and from memory
            assert client.post("/v1/ask", json=QUESTION).json()["answered"]
