"""One real service in a process of its own, and the command line as a user runs it.

The service of the session starts over an empty data folder. What it says then is kept; then
``yauap ingest``, another process, fills the folder while the service runs.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import pytest

from eval.runner import run
from eval.tasks import Options
from index.catalog import Catalog
from index.messages import MESSAGE_LANGUAGES, MessageLanguage
from service.app import create_app
from service.keys import Keys
from service.settings import ServiceSettings
from tests.eval.toy import TownSystem, towns, write_gold
from tests.fakes import FakeEmbedder, fake_folder, ingest

SEEDS = Path(__file__).parents[2] / "seeds"
LANGUAGES = MESSAGE_LANGUAGES
BODY_BYTES = 2_000_000
DOCUMENT_BYTES = 200_000

_YAUAP = Path(sys.executable).with_name("yauap")
_LIMITS = {
    "YAUAP_MAX_BODY_BYTES": str(BODY_BYTES),
    "YAUAP_MAX_DOCUMENT_BYTES": str(DOCUMENT_BYTES),
}
_Found = TypeVar("_Found")

Json = dict[str, Any]
Argument = str | bytes | Path


def wait_for(look: Callable[[], _Found | None], what: str, seconds: float = 120) -> _Found:
    """Return what ``look`` gives once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return these settings, the limits of the tests, and nothing else of whoever runs them."""
    kept = ("PATH", "HOME", "TMPDIR", "YAUAP_MODEL_DIR")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **{"LANG": "C.UTF-8", "COLUMNS": "250", "YAUAP_LANGUAGE": "en"},
        **_LIMITS,
        **settings,
    }


@dataclass(frozen=True)
class Run:
    """What a command came to."""

    status: int
    out: str
    err: str


def start_yauap(
    *arguments: Argument,
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
    stdout: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start the command ``yauap`` over a data folder, in the background."""
    return subprocess.Popen(
        [_YAUAP, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=data_dir.parent,
        env=environment({"YAUAP_DATA_DIR": str(data_dir), **(settings or {})}),
    )


def finished(process: subprocess.Popen[bytes]) -> Run:
    """Wait for a command. It ends by itself and never with a traceback, whatever it was given."""
    with process:
        out, err = process.communicate(timeout=240)
    run = Run(process.returncode, (out or b"").decode(), err.decode())
    assert "Traceback" not in run.err, run.err
    assert run.status in (0, 1, 2), run
    return run


def yauap(*arguments: Argument, data_dir: Path, **settings: str) -> Run:
    """Run the command ``yauap`` over a data folder and return what it came to."""
    return finished(start_yauap(*arguments, data_dir=data_dir, settings=settings))


def together(commands: Iterable[Sequence[Argument]], data_dir: Path, **settings: str) -> list[Run]:
    """Run several commands at the same time."""
    started = [start_yauap(*c, data_dir=data_dir, settings=settings) for c in commands]
    return [finished(process) for process in started]


class Service:
    """``yauap serve`` over a data folder, on a free port of this machine, and a client of it."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self._log = data_dir.parent / f"{data_dir.name}.{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [_YAUAP, "serve", "--port", "0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data_dir.parent,
                env=environment({"YAUAP_DATA_DIR": str(data_dir), **settings}),
            )
        self.url = wait_for(self._announced, "the address of the service")
        self.port = int(self.url.rpartition(":")[2])
        # A connection for each request: some tests leave theirs in a bad state.
        once = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False, limits=once)

    def _announced(self) -> str | None:
        assert self._process.poll() is None, self.log
        found = re.search(r"http://127\.0\.0\.1:\d+", self.log)
        return found.group() if found else None

    @property
    def log(self) -> str:
        """What it printed so far."""
        return self._log.read_text(encoding="utf-8")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its status."""
        self.client.close()
        if self._process.poll() is None:
            self._process.send_signal(how)
        try:
            return self._process.wait(timeout=60)
        finally:
            self._process.kill()
            self._process.wait()

    def readiness(self, language: str = "en") -> httpx.Response:
        """Ask whether it can answer."""
        return self.client.get("/readyz", headers={"Accept-Language": language})

    def wait_until_ready(self) -> None:
        """Wait until it can answer."""
        wait_for(lambda: self.readiness().status_code == 200, "the service to be ready")

    def ask(self, question: str, **fields: Any) -> Json:
        """Return the answer to a question."""
        return self._posted("/v1/ask", {"question": question, **fields})

    def search(self, query: str, group: bool = False, **fields: Any) -> Json:
        """Return the results of a search."""
        path = "/v1/search?group_by=document" if group else "/v1/search"
        return self._posted(path, {"query": query, **fields})

    def found(self, query: str, **fields: Any) -> list[str]:
        """Return the ids of the documents that a search finds, best first."""
        return [hit["document_id"] for hit in self.search(query, **fields)["results"]]

    def _posted(self, path: str, body: Json) -> Json:
        response = self.client.post(path, json=body)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    def stream(self, body: Json, **headers: str) -> list[tuple[str, Any]]:
        """Return the streamed events of an answer: their names and data."""
        response = self.client.post("/v1/ask", json=body, headers=headers)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/event-stream")
        return [*_events(response.content.decode())]

    def post(self, *documents: Any) -> httpx.Response:
        """Post documents."""
        # Written out here, so that what is no Unicode or no number can be sent too.
        return self.client.post(
            "/v1/documents",
            content=json.dumps({"documents": documents}),
            headers={"Content-Type": "application/json"},
        )

    def add(self, *documents: Any, language: str = "en") -> Json:
        """Post documents and return their job once it is finished."""
        response = self.post(*documents)
        assert response.status_code == 202, response.text
        return self.finished_job(response.json()["job"]["id"], language)

    def finished_job(self, job: str, language: str = "en") -> Json:
        """Return a job once it is finished."""

        def look() -> Json | None:
            response = self.client.get(f"/v1/jobs/{job}", headers={"Accept-Language": language})
            told: Json = response.json()
            return told if told["state"] in ("succeeded", "failed", "cancelled") else None

        return wait_for(look, f"job {job}")

    def document(self, identifier: str, method: str = "GET", after: str = "") -> httpx.Response:
        """Send a request about a document; ``after`` follows its id in the path."""
        return self.client.request(method, f"/v1/documents/{quote(identifier, safe='')}{after}")

    def text(self, identifier: str, version: int | None = None) -> str:
        """Return the stored text of a document."""
        response = self.document(
            identifier, after="/text" if version is None else f"/text?version={version}"
        )
        assert response.status_code == 200, response.text
        return response.content.decode()

    def ids(self) -> list[str]:
        """Return the ids of all documents."""
        page = self.client.get("/v1/documents", params={"limit": 500}).json()
        assert page["next_cursor"] is None
        return [item["id"] for item in page["items"]]


def _events(stream: str) -> Iterator[tuple[str, Any]]:
    for block in stream.replace("\r\n", "\n").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        fields = dict(line.split(": ", 1) for line in lines)
        if fields:
            yield fields["event"], json.loads(fields["data"])


@pytest.fixture(scope="session")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of the session, over a folder that did not exist; not to be used after that."""
    service = Service(tmp_path_factory.mktemp("service") / "data")
    yield service
    assert service.stop() in (0, -signal.SIGTERM)
    assert "Traceback" not in service.log, service.log


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
    unready = {language: empty_service.readiness(language) for language in LANGUAGES}
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


@pytest.fixture(scope="session")
def service(
    empty_service: Service, after_ingest: AfterIngest, request: pytest.FixtureRequest
) -> Service:
    """The service with the seeds in it and nothing else."""
    if any("rebuilt" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("rebuilt")  # begun now, to be done when it is wanted
    return empty_service


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


@pytest.fixture
def fresh(service: Service) -> Iterator[Service]:
    """The service; documents that a test adds are deleted after it."""
    before = set(service.ids())
    yield service
    for identifier in service.ids():
        if identifier not in before:
            service.document(identifier, "DELETE")


@pytest.fixture
def filled_folder(service: Service, tmp_path: Path) -> Path:
    """A copy of the data folder of the service, of this test alone."""
    return copied_folder(service.data_dir, tmp_path / "data")


def copied_folder(source: Path, target: Path) -> Path:
    """Copy a data folder while a service may be reading it."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("catalog.sqlite*", "*.lock"))
    with (
        closing(sqlite3.connect(source / "catalog.sqlite")) as old,
        closing(sqlite3.connect(target / "catalog.sqlite")) as new,
    ):
        old.backup(new)
    return target


HONEY = (
    {"id": "open", "text": "Бал тәмле. Мёд сладкий.", "source": "public"},
    {"id": "closed", "text": "Мёд горький. Бал әсе.", "source": "internal"},
)
Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def honey_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two documents over the fake embedder, as services of this process see."""
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    ingest(fake_folder(tmp_path / "data", chunk_tokens=192), *HONEY)
    return tmp_path / "data"


@pytest.fixture
def keys(honey_folder: Path) -> Keys:
    """The keys of that folder: none yet."""
    return Keys(Catalog(honey_folder))


@pytest.fixture
def serve(honey_folder: Path) -> Serve:
    """Serve that folder in this process with the settings that are given."""
    from tests.service.test_problems import served

    @contextmanager
    def start(**settings: Any) -> Iterator[httpx.Client]:
        given = {"data_dir": honey_folder, "min_confidence": 0, **settings}
        with served(create_app(ServiceSettings(**given))) as client:
            yield client

    return start


@pytest.fixture(scope="session")
def town_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished evaluation. Read only."""
    folder = tmp_path_factory.mktemp("evaluation")
    corpus = towns(35)
    gold = write_gold(folder / "toy.jsonl", 35)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.runner.commit", lambda: "c0ffee0123456789")
        run(TownSystem(corpus), [gold], corpus, folder / "run", Options())
    return folder / "run"


@pytest.fixture
def finished_run(town_run: Path, tmp_path: Path) -> Path:
    """A copy of it, of this test alone."""
    return Path(shutil.copytree(town_run, tmp_path / "run"))
