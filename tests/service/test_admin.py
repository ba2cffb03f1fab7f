"""What the operator's part of the API tells and does."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.datasets import read_gold
from index.backup import restore
from index.build import Indexer
from index.catalog import Catalog
from index.errors import Unavailable
from index.library import Library
from index.messages import message
from service.compaction import Compaction
from service.evaluation import latest_run
from service.exports import as_cell
from service.keys import SCOPES, Keys
from tests.service.commands import wait_for
from tests.service.serving import Serve
from tests.service.test_keys import bearing
from tests.service.test_problems import require_problem

CALLS = (
    ("GET", "/v1/admin/index"), ("POST", "/v1/admin/compaction"), ("POST", "/v1/admin/backup"),
    ("GET", "/v1/admin/feedback"), ("GET", "/v1/admin/feedback/export"),
    ("GET", "/v1/admin/refused"), ("GET", "/v1/admin/refused/export"),
    ("GET", "/v1/admin/keys"), ("POST", "/v1/admin/keys"), ("DELETE", "/v1/admin/keys/x"),
    ("GET", "/v1/admin/evaluation"), ("GET", "/v1/admin/evaluation/report"),
)  # fmt: skip


@pytest.fixture
def client(serve: Serve) -> Iterator[httpx.Client]:
    with serve(kept_refusals=10) as client:
        yield client


def test_the_calls_of_this_file_are_all_that_there_are(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    there = {
        (method.upper(), path.replace("{key_id}", "x"))
        for path, methods in paths.items()
        if path.startswith("/v1/admin/")
        for method in methods
    }
    assert there == set(CALLS)


def test_only_an_admin_key_may(client: httpx.Client, keys: Keys) -> None:
    origin = ["https://example.org"]
    for scope in SCOPES:
        secret = keys.create(scope, [scope], origins=origin if scope == "publishable" else [])[1]
        for method, path in CALLS:
            response = client.request(method, path, headers=bearing(secret), json={})
            if scope == "admin":
                assert response.status_code not in (401, 403), path
            else:
                require_problem(response, "forbidden")
    for method, path in CALLS:
        require_problem(client.request(method, path), "unauthorized")


def test_the_index_is_described(client: httpx.Client, honey_folder: Path) -> None:
    told = client.get("/v1/admin/index").json()
    assert told["counts"]["documents"] == 2
    assert told["index_version"] == client.get("/v1/info").json()["index_version"]
    assert told["published_at"].endswith("Z")
    assert told["reason"] is None
    assert told["bytes"] > (honey_folder / "catalog.sqlite").stat().st_size
    assert told["deleted_chunks"] == 0
    assert told["compaction"] == {"state": "idle", "finished_at": None, "reason": None}


def test_a_compaction_is_asked_for_and_followed(client: httpx.Client) -> None:
    client.delete("/v1/documents/open")
    assert client.get("/v1/admin/index").json()["deleted_chunks"] == 1
    before = client.get("/v1/admin/index").json()["index_version"]
    asked = client.post("/v1/admin/compaction")
    assert asked.status_code == 202
    assert asked.json()["state"] in ("queued", "running", "succeeded")

    def done() -> Any:
        told = client.get("/v1/admin/index").json()
        return told if told["compaction"]["state"] == "succeeded" else None

    told = wait_for(done, "the compaction")
    assert told["deleted_chunks"] == 0
    assert told["index_version"] != before
    assert told["compaction"]["finished_at"].endswith("Z")


def test_a_compaction_asked_for_twice_while_it_waits_is_done_once_and_again_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = 0
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        def require_writer(self) -> None:
            """It may be done here."""

        def compact(self) -> None:
            nonlocal runs
            runs += 1
            begun.set()
            assert go_on.wait(20)

    compaction = Compaction(Slow())  # type: ignore[arg-type] # all it asks of it
    assert not compaction.run_if_asked()
    compaction.ask()
    compaction.ask()
    working = threading.Thread(target=compaction.run_if_asked)
    working.start()
    assert begun.wait(20)
    states: list[str] = [compaction.record.state]
    compaction.ask()  # what is deleted from now on may not be in the one that runs
    go_on.set()
    working.join()
    states.append(compaction.record.state)
    assert compaction.run_if_asked()
    states.append(compaction.record.state)
    assert (runs, states) == (2, ["running", "queued", "succeeded"])


def test_a_compaction_that_fails_says_why_in_the_callers_language(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Indexer) -> None:
        raise Unavailable("data.busy")

    monkeypatch.setattr(Indexer, "compact", full)
    client.post("/v1/admin/compaction")
    headers = {"Accept-Language": "ba"}

    def failed() -> Any:
        told = client.get("/v1/admin/index", headers=headers).json()["compaction"]
        return told if told["state"] == "failed" else None

    assert wait_for(failed, "the failure")["reason"] == message("data.busy", "ba")


def test_a_backup_is_whole_and_leaves_nothing_behind(
    client: httpx.Client, honey_folder: Path, tmp_path: Path
) -> None:
    response = client.post("/v1/admin/backup")
    assert response.headers["content-type"] == "application/x-tar"
    file = tmp_path / "backup.tar"
    file.write_bytes(response.content)
    restore(file, tmp_path / "restored")
    library = Library(Catalog(tmp_path / "restored"))
    assert [record.id for record in library.page(None, 10)] == ["closed", "open"]
    assert not list(honey_folder.glob(".backup-*"))


def test_keys_are_made_listed_and_revoked(client: httpx.Client, keys: Keys) -> None:
    refused = client.post("/v1/admin/keys", json={"name": "a", "scopes": ["ask"]})
    assert require_problem(refused, "conflict")["detail"] == message("key.first", "en")
    made = client.post("/v1/admin/keys", json={"name": "ours", "scopes": ["admin"]})
    assert made.status_code == 201
    headers = bearing(made.json()["secret"])
    filters = {"source": ["public"], "published_at": {"gte": "2024-01-01T00:00:00Z"}}
    guest = {"name": "guest", "scopes": ["read", "ask"], "days": 3, "filters": filters}
    second = client.post("/v1/admin/keys", json=guest, headers=headers).json()
    assert second["key"]["scopes"] == ["ask", "read"]
    assert second["key"]["filters"] == filters
    listed = client.get("/v1/admin/keys", headers=headers).json()["items"]
    assert {key["name"]: key["holds"] for key in listed} == {"ours": True, "guest": True}
    assert second["secret"] not in json.dumps(listed)
    assert keys.verified(second["secret"]) is not None
    path = f"/v1/admin/keys/{second['key']['id']}"
    assert client.delete(path, headers=headers).status_code == 204
    assert keys.verified(second["secret"]) is None
    require_problem(client.delete("/v1/admin/keys/none", headers=headers), "not-found")
    wrong = {"name": "x", "scopes": ["admin"], "filters": filters}
    require_problem(client.post("/v1/admin/keys", json=wrong, headers=headers), "bad-request")


def test_feedback_and_refusals_come_in_pages(client: httpx.Client, serve: Serve) -> None:
    ids = [
        client.post("/v1/ask", json={"question": f"Мёд номер {n}?"}).json()["id"] for n in range(5)
    ]
    for number, identifier in enumerate(ids):
        body = {"answer_id": identifier, "rating": 1 if number % 2 else -1, "comment": str(number)}
        assert client.post("/v1/feedback", json=body).status_code == 204
    assert _pages(client, "/v1/admin/feedback", "comment") == ["4", "3", "2", "1", "0"]
    right = client.get("/v1/admin/feedback", params={"rating": 1}).json()
    assert [item["comment"] for item in right["items"]] == ["3", "1"]
    with serve(accepted_wrong=0, kept_refusals=3) as strict:
        for number in range(5):
            strict.post("/v1/ask", json={"question": f"Мёд номер {number}?"})
        asked = [f"Мёд номер {n}?" for n in (4, 3, 2)]
        assert _pages(strict, "/v1/admin/refused", "question") == asked
        exported = strict.get("/v1/admin/refused/export").text
        assert len(exported.splitlines()) == 3
    require_problem(client.get("/v1/admin/refused?cursor=zz"), "bad-request")


def _pages(client: httpx.Client, path: str, field: str) -> list[str]:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get(path, params=query).json()
        assert 1 <= len(page["items"]) <= 2
        seen += [item[field] for item in page["items"]]
        cursor = page["next_cursor"]
    return seen


def test_drafts_of_refused_questions_are_gold(serve: Serve, tmp_path: Path) -> None:
    with serve(accepted_wrong=0, kept_refusals=100) as client:
        for question in ("Ҡайһы бал әсе?", "Когда мёд горький?", "Ҡайһы бал әсе?"):
            client.post("/v1/ask", json={"question": question})
        file = tmp_path / "draft.jsonl"
        file.write_bytes(client.get("/v1/admin/refused/export").content)
    drafts = {(one.text, one.language, one.kind) for one in read_gold([file])}
    assert drafts == {("Ҡайһы бал әсе?", "ba", "which"), ("Когда мёд горький?", "ru", "when")}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+7 347 000", "'+7 347 000"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("＝1", "'＝1"),
        ("мёд = сладкий", "мёд = сладкий"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (-1, -1),
        (0.5, 0.5),
    ],
)
def test_no_cell_is_a_formula(value: object, cell: object) -> None:
    assert as_cell(value) == cell


def test_there_is_no_evaluation_where_no_run_is_finished(
    client: httpx.Client, honey_folder: Path
) -> None:
    (honey_folder / "runs" / "begun").mkdir(parents=True)
    (honey_folder / "runs" / "begun" / "config.json").write_text("{}")
    for path in ("/v1/admin/evaluation", "/v1/admin/evaluation/report"):
        detail = require_problem(client.get(path), "not-found")["detail"]
        assert detail == message("evaluation.none", "en")


def test_the_run_begun_last_of_the_finished_ones_is_the_latest(
    client: httpx.Client, honey_folder: Path, finished_run: Path
) -> None:
    runs = honey_folder / "runs"
    runs.mkdir()
    config = json.loads((finished_run / "config.json").read_text())
    for name, year, is_finished in (("a", "2031", True), ("b", "2032", True), ("c", "2033", False)):
        folder = runs / name
        folder.mkdir()
        for file in finished_run.iterdir():
            if is_finished or file.name != "metrics.json":
                (folder / file.name).write_bytes(file.read_bytes())
        told = {**config, "created_at": f"{year}-01-01T00:00:00Z"}
        (folder / "config.json").write_text(json.dumps(told))
    assert latest_run(honey_folder).config.created_at.startswith("2032")
    figures = client.get("/v1/admin/evaluation").json()
    assert figures["created_at"] == "2032-01-01T00:00:00Z"
    assert (figures["questions"], figures["answerable"]) == (70, 35)
    (pooled, *_) = figures["slices"].values()
    hit = pooled["evidence_hit"]
    assert hit["low"] <= hit["value"] <= hit["high"]
    assert hit["part"] / hit["whole"] == pytest.approx(hit["value"])
    report = client.get("/v1/admin/evaluation/report")
    assert report.headers["content-disposition"] == 'attachment; filename="evaluation.html"'
