"""The latest answers may be lost without harm: nothing else fails with them."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from mcp.client import Client

from index.folder import DataFolder
from rag.factory import make_pipeline
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
