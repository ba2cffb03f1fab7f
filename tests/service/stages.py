"""What the service of the session goes through before the tests ask it: nothing, then an ingest.

It starts over an empty data folder, and what it says then is kept; then ``yauap ingest``, another
process, fills the folder while the service runs.
"""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.messages import MESSAGE_LANGUAGES, MessageLanguage
from tests.service.commands import DOCUMENT_BYTES, SEEDS, Run, wait_for, yauap
from tests.service.running import Json, Service, copied_folder


@dataclass(frozen=True)
class BeforeDocuments:
    """What the service said while there was nothing in it, and of the first document."""

    unready: dict[MessageLanguage, httpx.Response]
    alive: httpx.Response
    information: Json
    listed: Json
    answers: dict[str, Json]
    events: list[tuple[str, Any]]
    results: Json
    job: Json
    then_ready: httpx.Response
    then_found: Json
    then_deleted: httpx.Response
    at_last: httpx.Response


@pytest.fixture(scope="session")
def before_documents(empty_service: Service) -> BeforeDocuments:
    """Ask the empty service everything, then post a document and delete it again."""
    alive = empty_service.client.get("/healthz")
    # The first answer waits for the model, so that only the documents are missing afterwards.
    answers = {
        "ba": empty_service.ask("Өфөлә метро ҡасан асыла?"),
        "ru": empty_service.ask("Когда в Уфе откроют метро?"),
    }
    wait_for(
        lambda: "no documents" in empty_service.readiness().json()["detail"], "the model alone"
    )
    unready = {language: empty_service.readiness(language) for language in MESSAGE_LANGUAGES}
    events = empty_service.stream({"question": "Когда в Уфе откроют метро?", "stream": True})
    results = empty_service.search("метро")
    listed = empty_service.client.get("/v1/documents").json()
    information = empty_service.client.get("/v1/info").json()
    job = empty_service.add(
        {"id": "first", "text": "Первая очередь трамвая в Нефтекамске открыта в мае 2031 года."}
    )
    return BeforeDocuments(
        unready=unready,
        alive=alive,
        information=information,
        listed=listed,
        answers=answers,
        events=events,
        results=results,
        job=job,
        then_ready=empty_service.readiness(),
        then_found=empty_service.search("трамвай в Нефтекамске"),
        then_deleted=empty_service.document("first", "DELETE"),
        at_last=empty_service.readiness(),
    )


@pytest.fixture(scope="session")
def mixed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of good and bad files of all kinds."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "inner").mkdir()
    (folder / "inner" / "good.txt").write_text("Сибай ҡалаһында яңы китапхана 1987 йылда асылды.")
    (folder / "marked.txt").write_bytes(
        "Новый мост в Бирске построен в 2029 году.".encode("utf-16")
    )
    (folder / "headed.md").write_text("# Умартасылар көнө\n\nБәйрәм Бөрйән районында үтте.\n")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.md").write_bytes(b" \n\t\n")
    (folder / "binary.txt").write_bytes(b"\x7fELF\x00\x00\x01\x02")
    (folder / "cyrillic.txt").write_bytes("Уфа стоит на реке Белой.".encode("cp1251"))
    (folder / "gigantic.txt").write_text("Слово за слово. " * (DOCUMENT_BYTES // 16))
    unreadable, memory = folder / "unreadable.txt", Path("/proc/self/mem")
    if memory.exists():
        unreadable.symlink_to(memory)  # reading its start fails, for the superuser too
    else:
        unreadable.touch(0)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.txt").write_text("Этого никто не просил показывать.")
    lines = [
        {"id": "jsonl/one", "text": "Ҡурай фестивале Стәрлетамаҡта июндә үтә.", "source": "press"},
        {"id": "jsonl/none"},
        {"id": "jsonl/number", "text": 5},
        {"id": "jsonl/other", "text": "Что-то.", "colour": "red"},
        {"id": "jsonl/long", "text": "Слово. " * (DOCUMENT_BYTES // 7)},
        {"id": "jsonl/last", "text": "Лыжная база в Абзаково принимает гостей.", "title": "База"},
    ]
    written = [json.dumps(line, ensure_ascii=False) for line in lines]
    written[2:2] = ["{broken", "", "[1, 2]", "[" * 50_000]
    (folder / "lines.jsonl").write_text("\n".join(written))
    return folder


@pytest.fixture(scope="session")
def first_ingest(
    empty_service: Service, before_documents: BeforeDocuments, mixed_folder: Path
) -> Run:
    """Ingest the seeds, and with them good and bad files of all kinds, while the service runs."""
    lone = mixed_folder.parent / "lone.pdf"
    lone.write_bytes(b"%PDF-1.7")
    other = lone.with_suffix(".exe")
    other.write_bytes(b"MZ")
    return yauap("ingest", SEEDS, mixed_folder, lone, other, data_dir=empty_service.data_dir)


@dataclass(frozen=True)
class AfterIngest:
    """What the service said of the documents that another process had brought and took away."""

    documents: dict[str, Json]
    texts: dict[str, str]
    found: list[str]
    deletion: Run
    then_found: list[str]


@pytest.fixture(scope="session")
def after_ingest(empty_service: Service, first_ingest: Run) -> AfterIngest:
    """Look at what was ingested, then delete all but the seeds, again from another process."""
    empty_service.wait_until_ready()
    ids = empty_service.ids()
    documents = {name: empty_service.document(name).json() for name in ids}
    texts = {name: empty_service.text(name) for name in ids}
    found = empty_service.found("мост в Бирске")
    others = [name for name in ids if not (SEEDS / name).is_file()]
    deletion = yauap("documents", "delete", *others, data_dir=empty_service.data_dir)
    return AfterIngest(
        documents=documents,
        texts=texts,
        found=found,
        deletion=deletion,
        then_found=empty_service.found("мост в Бирске"),
    )


@dataclass(frozen=True)
class Rebuilding:
    """What the commands said after the size of a chunk was changed."""

    before: Run
    rebuild: Run
    information: Run
    verification: Run
    answer: Run
    with_former_size: Run


@pytest.fixture(scope="session")
def rebuilt(
    empty_service: Service, after_ingest: AfterIngest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[Rebuilding]]:
    """A copy of the service's folder, rebuilt in the background; the model is loaded twice."""
    folder = copied_folder(empty_service.data_dir, tmp_path_factory.mktemp("rebuilt") / "data")
    other = {"YAUAP_CHUNK_TOKENS": "64"}

    def rebuilding() -> Rebuilding:
        question = "Кластерлы үҫеш үҙәге ҡайһы йылда булдырылды?"
        return Rebuilding(
            before=yauap("ingest", SEEDS, data_dir=folder, **other),
            rebuild=yauap("index", "rebuild", data_dir=folder, **other),
            information=yauap("index", "info", data_dir=folder, **other),
            verification=yauap("index", "verify", data_dir=folder, **other),
            answer=yauap("ask", question, "--json", data_dir=folder, **other),
            with_former_size=yauap("ingest", SEEDS, data_dir=folder),
        )

    with ThreadPoolExecutor(1) as executor:
        yield executor.submit(rebuilding)
