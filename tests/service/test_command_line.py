"""The command ``yauap`` as a user runs it: in a process of its own, over a folder of files."""

import json
import os
import pty
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from index.errors import Unavailable
from index.messages import MessageLanguage
from service.client import post
from service.schemas import AnswerOut
from tests.service.conftest import (
    DOCUMENT_BYTES,
    LANGUAGES,
    SEEDS,
    AfterIngest,
    Rebuilding,
    Run,
    Service,
    finished,
    start_yauap,
    together,
    yauap,
)
from tests.service.contract import Answer, Document, Results, checked
from tests.service.seed_questions import CENTRE, CHAIRMAN, MODERATOR, WEATHER

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_each_bad_file_is_named_with_its_reason(first_ingest: Run) -> None:
    assert first_ingest.status == 1
    assert first_ingest.out == ""
    reasons = dict(
        line.split(": ", 1) for line in first_ingest.err.splitlines() if re.match(r"\S+: ", line)
    )
    expected = {
        "empty.txt": "There is no text in it.",
        "blank.md": "There is no text in it.",
        "binary.txt": "This is not text",
        "gigantic.txt": f"It is larger than {DOCUMENT_BYTES} bytes.",
        "unreadable.txt": "The file cannot be read",
        "lone.pdf": "The file is damaged, or it is not of the format that its name says.",
        "lone.exe": "This file format is not known. Known are: .csv, .docx, .epub, ",
        "lines.jsonl:3": "This line is not a JSON object.",
        "lines.jsonl:5": "This line is not a JSON object.",
        "lines.jsonl:6": "This line is not a JSON object.",
        "jsonl/none": "The field text is missing",
        "jsonl/number": "The field text is missing or not a string.",
        "jsonl/other": "There is no field “colour”.",
        "jsonl/long": f"It is larger than {DOCUMENT_BYTES} bytes.",
    }
    for name, reason in expected.items():
        assert reasons.pop(name).startswith(reason), name
    assert "added: 9 · updated: 0 · unchanged: 0 · failed: 14" in first_ingest.err
    assert set(reasons) <= {"Left", "added"}


def test_the_rest_goes_in(after_ingest: AfterIngest) -> None:
    seeds = {file.name for file in SEEDS.glob("*.txt")}
    good = {"inner/good.txt", "marked.txt", "cyrillic.txt", "headed.md", "jsonl/one", "jsonl/last"}
    assert set(after_ingest.documents) == seeds | good
    for document in after_ingest.documents.values():
        checked(Document, document)
    for name in seeds:
        assert after_ingest.texts[name] == (SEEDS / name).read_text(encoding="utf-8")
    assert after_ingest.texts["marked.txt"] == "Новый мост в Бирске построен в 2029 году."
    assert after_ingest.texts["cyrillic.txt"] == "Уфа стоит на реке Белой."
    assert after_ingest.documents["headed.md"]["title"] == "Умартасылар көнө"
    assert after_ingest.documents["jsonl/last"]["title"] == "База"
    assert after_ingest.documents["jsonl/one"]["source"] == "press"
    languages = {name: told["language"] for name, told in after_ingest.documents.items()}
    assert languages["jsonl/one"] == languages["inner/good.txt"] == "ba"
    assert languages["jsonl/last"] == languages["marked.txt"] == "ru"


def test_the_second_time_nothing_changes(service: Service) -> None:
    before = service.client.get("/v1/documents").json()
    run = yauap("ingest", SEEDS, data_dir=service.data_dir)
    assert run.status == 0
    assert "added: 0 · updated: 0 · unchanged: 3 · failed: 0" in run.err
    assert service.client.get("/v1/documents").json() == before


def test_a_path_that_is_missing_is_named(service: Service, tmp_path: Path) -> None:
    missing = tmp_path / "нигә\x1b[31m.txt"
    run = yauap("ingest", SEEDS, missing, data_dir=service.data_dir)
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith("There is no file or folder “")
    assert "нигә" in run.err
    assert "\x1b" not in run.err


def test_file_names_that_cannot_be_ids_are_named(service: Service, tmp_path: Path) -> None:
    names = [bytes(tmp_path) + b"/\xff.txt"]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").touch()
        names.append(bytes(tmp_path / folder / "same.txt"))
    Path(os.fsdecode(names[0])).write_text("Файл с именем не в UTF-8.")
    run = yauap("ingest", SEEDS, *names, data_dir=service.data_dir, YAUAP_LANGUAGE="ba")
    assert run.status == 1
    assert "Идентификатор 1-ҙән 200-гә тиклем баҫмала күренгән билдәнән тора." in run.err
    assert "same.txt: Унда текст юҡ." in run.err
    assert "same.txt: Ошондай уҡ исемле файл инде бар" in run.err
    assert "үҙгәрмәне: 3 · хата менән: 3" in run.err  # and all in the operator's language


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
    return together([(*c, "--url", service.url + "/") for c in commands], service.data_dir)


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


def test_the_data_folder_can_be_named_on_the_command_line(service: Service, tmp_path: Path) -> None:
    option = ("--data-dir", service.data_dir)
    run = yauap("index", "info", *option, data_dir=tmp_path / "other")
    told = service.client.get("/v1/info").json()
    assert f"3 documents, {told['counts']['chunks']} passages" in run.out
    assert told["index_version"] in run.out
    assert told["embedding_model"]["revision"] in run.out
    assert not (tmp_path / "other").exists()


def test_a_flipped_byte_is_found(filled_folder: Path) -> None:
    snapshot = max((filled_folder / "snapshots").iterdir())
    file = max(snapshot.iterdir(), key=lambda file: file.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    run = yauap("index", "verify", data_dir=filled_folder)
    assert run.status == 1
    assert f"{snapshot.name}/{file.name}" in run.err


def test_a_folder_is_backed_up_purged_and_restored(filled_folder: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    assert yauap("index", "backup", backup, data_dir=filled_folder).status == 0
    name = max(SEEDS.glob("002_*.txt")).name
    text = (SEEDS / name).read_bytes()[:200]

    run = yauap("documents", "delete", "--purge", name, data_dir=filled_folder)

    assert (run.status, run.err.splitlines()[0]) == (0, f"Deleted: {name}")
    kept = [file for file in filled_folder.rglob("*") if file.is_file()]
    assert [file for file in kept if text in file.read_bytes()] == []
    assert text in backup.read_bytes()
    run = yauap("index", "restore", backup, data_dir=filled_folder)
    assert (run.status, "is not empty" in run.err) == (1, True)
    run = yauap("index", "restore", backup, data_dir=tmp_path / "new")
    assert (run.status, "as they were written" in run.err) == (0, True)
    listed = yauap("documents", "list", data_dir=tmp_path / "new").out
    assert len(listed.splitlines()) == 3
    assert yauap("index", "compact", data_dir=tmp_path / "new").status == 0


def test_documents_of_gone_files_are_pruned_and_columns_mapped(
    fresh: Service, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("Первый файл о мостах.")
    (tmp_path / "b.csv").write_text("номер;тело\nb/1;Второй файл о мостах.\n")
    mapped = ("--map", "номер=id", "--map", "тело=text")
    run = yauap("ingest", tmp_path, *mapped, data_dir=fresh.data_dir)
    assert "added: 2" in run.err
    (tmp_path / "a.txt").unlink()

    run = yauap("ingest", "--prune", tmp_path, *mapped, data_dir=fresh.data_dir)

    assert (run.status, "Deleted, as their files are gone: 1" in run.err) == (0, True)
    assert {"a.txt", "b/1"} & set(fresh.ids()) == {"b/1"}
    run = yauap("ingest", tmp_path, "--map", "тело", data_dir=fresh.data_dir)
    assert (run.status, "Write COLUMN=FIELD" in run.err) == (1, True)


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "catalog.sqlite").write_bytes(b"This is no database at all. " * 100)
    run = yauap("documents", "list", data_dir=broken)
    assert (run.status, run.out) == (1, "")
    assert "catalog.sqlite in the data folder is damaged" in run.err
    blocked = tmp_path / "file"
    blocked.write_text("")
    run = yauap("index", "info", "--data-dir", blocked / "inside", data_dir=tmp_path / "unused")
    assert (run.status, run.out) == (1, "")
    assert f"The data folder {blocked / 'inside'} cannot be used" in run.err


def test_a_setting_that_is_not_allowed_is_named(tmp_path: Path) -> None:
    run = yauap("index", "info", data_dir=tmp_path / "data", YAUAP_CHUNK_TOKENS="31")
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith("The setting YAUAP_CHUNK_TOKENS is not allowed: ")


_HELP: dict[MessageLanguage, str] = {
    "ba": "Һорауға яуап бирергә.",
    "ru": "Ответить на вопрос.",
    "en": "Answer a question.",
}


@pytest.mark.parametrize("language", LANGUAGES)
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


def test_after_another_size_of_chunks_the_index_is_refused_until_it_is_rebuilt(
    service: Service, rebuilt: Future[Rebuilding]
) -> None:
    told = rebuilt.result()
    assert told.before.status == 1
    assert "The index was built in another way" in told.before.err
    assert "chunk_tokens: 192; now: 64" in told.before.err
    assert "yauap index rebuild" in told.before.err
    assert told.rebuild.status == 0
    (passages,) = re.findall(r"3 documents, (\d+) passages", told.information.out)
    assert int(passages) > service.client.get("/v1/info").json()["counts"]["chunks"]
    assert told.verification.status == 0
    assert told.verification.err == "All files of the index are as they were written.\n"
    assert (told.answer.status, told.answer.err) == (0, "")
    answer = json.loads(told.answer.out)
    checked(Answer, answer)
    assert "2011" in answer["answer"]
    for citation in answer["citations"]:
        text = service.text(citation["document_id"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert told.with_former_size.status == 1
    assert "chunk_tokens: 64; now: 192" in told.with_former_size.err
