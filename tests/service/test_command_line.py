"""The command ``yauap`` itself: its languages, its documents, and how it ends."""

import json
import os
from pathlib import Path

import pytest

from index.messages import MESSAGE_LANGUAGES, MessageLanguage
from tests.service.commands import (
    finished,
    start_yauap,
    together,
    yauap,
)
from tests.service.contract import Document, checked
from tests.service.running import Service

_HELP: dict[MessageLanguage, str] = {
    "ba": "Һорауға яуап бирергә.",
    "ru": "Ответить на вопрос.",
    "en": "Answer a question.",
}


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_help_speaks_the_language_of_the_operator(
    tmp_path: Path, language: MessageLanguage
) -> None:
    data = tmp_path / "data"
    run = yauap("--help", data_dir=data, YAUAP_LANGUAGE=language)
    assert run.status == 0
    for known, words in _HELP.items():
        assert (words in run.out) is (known == language)
    for command in ("ingest", "ask", "search", "serve", "documents", "index"):
        assert command in run.out
    assert not data.exists()


def test_without_a_setting_the_locale_decides(tmp_path: Path) -> None:
    locale = {"YAUAP_LANGUAGE": "", "LANG": "ru_RU.UTF-8"}
    assert _HELP["ru"] in yauap("ask", "--help", data_dir=tmp_path / "data", **locale).out


def test_a_command_that_is_none_is_refused(tmp_path: Path) -> None:
    commands = [(), ("answer",), ("serve", "--port", "x")]
    runs = together(commands, tmp_path / "data")
    assert [run.status for run in runs] == [2] * 3
    assert "ingest" in runs[0].out + runs[0].err


def test_documents_are_listed_shown_and_deleted(fresh: Service) -> None:
    fresh.add({"id": "с пробелом/и слэшем", "text": "Раз,\r\n\tдва.\n", "title": "Заглавие"})
    run = yauap("documents", "list", data_dir=fresh.data_dir)
    rows = [line.split("\t") for line in run.out.splitlines()]
    assert [row[0] for row in rows] == fresh.ids()
    assert rows[-1] == ["с пробелом/и слэшем", "ru", "1", "12", "Заглавие"]
    run = yauap("documents", "list", "--json", data_dir=fresh.data_dir)
    told = [json.loads(line) for line in run.out.splitlines()]
    for document in told:
        checked(Document, document)
        assert fresh.document(document["id"]).json() == document
    process = start_yauap("documents", "show", "с пробелом/и слэшем", data_dir=fresh.data_dir)
    with process:
        assert process.communicate(timeout=60)[0].decode() == "Раз,\r\n\tдва.\n"
    run = yauap("documents", "delete", "с пробелом/и слэшем", data_dir=fresh.data_dir)
    assert (run.status, run.err) == (0, "Deleted: с пробелом/и слэшем\n")
    assert fresh.document("с пробелом/и слэшем").status_code == 410
    run = yauap("documents", "show", "с пробелом/и слэшем", data_dir=fresh.data_dir)
    assert (run.status, run.out) == (1, "")
    assert run.err == "The document “с пробелом/и слэшем” was deleted.\n"


def test_a_reader_that_leaves_ends_the_command_quietly(service: Service) -> None:
    """As «head» does behind a pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        listing = start_yauap("documents", "list", data_dir=service.data_dir, stdout=writing)
    finally:
        os.close(writing)
    run = finished(listing)
    assert (run.status, run.err) == (1, "")
