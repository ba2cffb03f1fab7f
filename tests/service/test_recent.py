"""The latest answers may be lost without harm: nothing else fails with them."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

from index.errors import Conflict
from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from rag.types import Answer
from service.cli_asking import ask
from service.cli_options import recent_of
from service.mcp_server import make_server
from service.recent import Recent
from service.settings import ServiceSettings
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


def test_an_answer_whose_document_is_deleted_while_it_is_given_is_not_kept(
    serve: Serve, honey_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Answer] = []
    ask = Pipeline.ask

    def slow(self: Pipeline, *arguments: Any) -> Answer:
        given.append(ask(self, *arguments))
        for document in {cited.document_id for cited in given[0].citations}:
            assert client.delete(f"/v1/documents/{document}").status_code == 204
        return given[0]

    monkeypatch.setattr(Pipeline, "ask", slow)
    with serve() as client:
        answer = client.post("/v1/ask", json=QUESTION).json()
        body = {"answer_id": answer["id"], "rating": 1}
        assert client.post("/v1/feedback", json=body).status_code == 404

    assert given[0].citations
    for file in honey_folder.glob(f"{Recent.FILE}*"):
        assert given[0].citations[0].quote.encode() not in file.read_bytes()


def test_a_reader_that_holds_on_to_forgotten_answers_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.recent._WAIT_SECONDS", 0.2)
    recent = Recent(tmp_path, answers=1, refused=0)
    reader = sqlite3.connect(tmp_path / Recent.FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM answers").fetchall()

    with pytest.raises(Conflict, match="still running"):
        recent.forget(lambda answer: True)

    reader.close()
    recent.forget(lambda answer: True)


def test_feedback_finds_answers_of_the_command_line_and_of_tools(
    serve: Serve, honey_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(QUESTION["question"], as_json=True, data_dir=honey_folder)
    by_command = json.loads(capsys.readouterr().out)["id"]

    settings = ServiceSettings(data_dir=honey_folder)
    folder = DataFolder(settings)
    server = make_server(make_pipeline(folder, settings), folder.library, recent_of(honey_folder))

    async def asked() -> str:
        async with Client(server) as client:
            result = await client.call_tool("ask", QUESTION)
        return str(result.structured_content["id"])

    with serve() as client:
        for identifier in (by_command, asyncio.run(asked())):
            body = {"answer_id": identifier, "rating": 1}
            assert client.post("/v1/feedback", json=body).status_code == 204


def test_a_folder_that_cannot_be_written_remembers_nothing(
    honey_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (honey_folder / Recent.FILE).mkdir()  # a permission would not stop an administrator

    ask(QUESTION["question"], as_json=True, data_dir=honey_folder)

    assert json.loads(capsys.readouterr().out)["id"]
