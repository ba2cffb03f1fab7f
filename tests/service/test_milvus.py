"""A service and commands whose vectors lie in a Milvus server, which may be away."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.messages import MESSAGE_LANGUAGES, message
from tests.milvus_server import free_port, running
from tests.service.commands import wait_for, yauap
from tests.service.running import Service
from tests.service.seed_questions import CHAIRMAN
from tests.service.serving import Serve
from tests.service.test_problems import require_problem


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("milvus"), free_port()) as address:
        yield address


def hits(client: httpx.Client) -> list[str]:
    """Return what a search finds."""
    response = client.post("/v1/search", json={"query": "мёд"})
    assert response.status_code == 200, response.text
    return sorted(hit["document_id"] for hit in response.json()["results"])


def test_while_milvus_is_away_the_service_says_so_and_then_goes_on(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    with serve(vectors=f"http://127.0.0.1:{port}", milvus_timeout=2, cache_bytes=0) as client:
        wait_for(lambda: client.get("/readyz").status_code == 200, "the model")
        added = {"documents": [{"id": "new", "text": "Новый мёд."}]}
        with running(tmp_path / "milvus", port):
            job = client.post("/v1/documents", json=added).json()["job"]["id"]
            wait_for(lambda: hits(client) == ["closed", "new", "open"], "the document")
            assert client.get(f"/v1/jobs/{job}").json()["state"] == "succeeded"
            assert client.get("/v1/info").json()["index"]["vectors"] == "milvus"

        for language in MESSAGE_LANGUAGES:
            heads = {"Accept-Language": language}
            asked = (
                client.get("/readyz", headers=heads),
                client.post("/v1/search", json={"query": "мёд"}, headers=heads),
                client.post("/v1/ask", json={"question": "Какой мёд?"}, headers=heads),
            )
            expected = message("milvus.unreachable", language, why="§").split("§")
            for response in asked:
                detail = require_problem(response, "unavailable")["detail"]
                assert detail.startswith(expected[0])
                assert detail.endswith(expected[1])
                assert str(port) not in detail
        assert client.get("/healthz").status_code == 200
        assert all(record.exc_info is None for record in caplog.records)

        with running(tmp_path / "milvus", port):
            wait_for(lambda: client.get("/readyz").status_code == 200, "Milvus")
            assert hits(client) == ["closed", "new", "open"]


def told(run_out: str) -> list[Any]:
    """Return the hits of a search's JSON."""
    return list(json.loads(run_out)["results"])


def test_commands_carry_an_index_there_and_back(filled_folder: Path, milvus: str) -> None:
    def run(*command: str, vectors: str, status: int = 0) -> str:
        settings = {"YAUAP_VECTORS": vectors, "YAUAP_MILVUS_TIMEOUT": "2"}
        done = yauap(*command, data_dir=filled_folder, **settings)
        assert done.status == status, done.err
        return done.out + done.err

    run("index", "compact", vectors="faiss")  # what was deleted counts in how much a word weighs
    search = ("search", "молодые промышленники", "--json")
    in_files = told(run(*search, vectors="faiss"))

    said = run("index", "migrate", vectors=milvus)
    assert milvus in said
    assert "in Milvus is not used" not in said
    assert "found by Milvus" in run("index", "info", vectors=milvus)
    assert "as they were written" in run("index", "verify", vectors=milvus)
    assert told(run(*search, vectors=milvus)) == in_files
    assert "yauap index migrate" in run(*search, vectors="faiss", status=1)
    away = f"http://127.0.0.1:{free_port()}"
    assert "YAUAP_VECTORS" in run(*search, vectors=away, status=1)

    assert "yauap_" in run("index", "migrate", vectors="faiss")
    assert told(run(*search, vectors="faiss")) == in_files


def test_an_address_that_is_none_is_refused_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for place in ("milvus", "http://root:s3cret@127.0.0.1:1", "/a/folder"):
        run = yauap("index", "info", data_dir=tmp_path / "data", YAUAP_VECTORS=place)
        assert run.status in (1, 2)
        assert "YAUAP_VECTORS" in run.err
        assert "s3cret" not in run.err + run.out


def test_several_processes_answer_from_one_milvus(filled_folder: Path, milvus: str) -> None:
    service = Service(filled_folder, YAUAP_WORKERS="2", YAUAP_VECTORS=milvus)
    try:
        service.wait_until_ready()
        before = service.ask(CHAIRMAN)["answer"]
        service.add({"id": "letter", "text": "Письмо из Зилаира о пчёлах."})
        for _ in range(6):  # a connection each, so either process
            assert service.found("Письмо из Зилаира")[0] == "letter"
            assert service.ask(CHAIRMAN)["answer"] == before
        assert service.client.get("/v1/info").json()["index"]["vectors"] == "milvus"
    finally:
        service.stop()
    assert "Traceback" not in service.log
    for line in service.log.splitlines()[3:]:
        json.loads(line)
