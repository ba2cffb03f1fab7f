"""A service that is told to stop: answers that were begun are finished, jobs go on later."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from index.jobs import OPEN_STATES
from service.compaction import Compaction
from service.worker import Worker
from tests.fakes import FakeEmbedder, fake_folder
from tests.scripted_model import Exchange, ScriptedModel
from tests.service.commands import wait_for
from tests.service.running import Service
from tests.service.seed_questions import CHAIRMAN

_DOCUMENTS = 20


def test_answers_that_were_begun_are_finished(filled_folder: Path) -> None:
    asked, go_on = threading.Semaphore(0), threading.Event()

    def late(exchange: Exchange) -> None:
        asked.release()
        assert go_on.wait(60)
        exchange.head(500)  # whatever it says, the extractive answer is there

    with ScriptedModel() as model, ThreadPoolExecutor(3) as executor:
        model.script(late)
        settings = {"YAUAP_LLM_BASE_URL": model.url, "YAUAP_LLM_MODEL": "scripted"}
        service = Service(filled_folder, **settings)
        try:
            service.wait_until_ready()
            whole = executor.submit(service.ask, CHAIRMAN)
            streamed = executor.submit(
                service.stream, {"question": CHAIRMAN, "top_k": 7, "stream": True}
            )
            for _ in range(2):
                assert asked.acquire(timeout=60)
            stopped = executor.submit(service.stop)
            wait_for(lambda: not listens(service), "the service to take no more")
            go_on.set()
            assert whole.result()["answered"]
            assert [name for name, _ in streamed.result()][-1] == "final"
            assert stopped.result() in (0, -signal.SIGTERM)
        finally:
            go_on.set()
            service.stop()
    assert "Traceback" not in service.log


def listens(service: Service) -> bool:
    try:
        return service.client.get("/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


def test_a_job_under_way_goes_on_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    whole = FakeEmbedder.embed_passages

    def slow(self: FakeEmbedder, texts: list[str]) -> object:
        begun.set()
        assert go_on.wait(20)
        return whole(self, texts)

    monkeypatch.setattr(FakeEmbedder, "embed_passages", slow)
    monkeypatch.setattr("index.staging.CHARACTERS_AT_A_TIME", 1000)
    folder = fake_folder(tmp_path / "data")
    documents = [{"id": str(n), "text": f"Мёд номер {n}. " * 20} for n in range(_DOCUMENTS)]
    job = folder.jobs.accept(documents, 10_000)
    worker = Worker(folder.indexer, folder.index, Compaction(folder.indexer))
    worker.start()
    assert begun.wait(20)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    go_on.set()
    stopping.join()
    left = folder.jobs.get(job)
    assert left.state in OPEN_STATES
    assert 0 < left.staged < _DOCUMENTS

    again = Worker(folder.indexer, folder.index, Compaction(folder.indexer))
    again.start()
    wait_for(lambda: folder.jobs.get(job).finished_at, "the job")
    again.stop()
    assert (folder.jobs.get(job).state, folder.jobs.get(job).added) == ("succeeded", _DOCUMENTS)
