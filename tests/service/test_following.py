"""Services that share no folder: one writes, the others follow it through a bucket."""

import json
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.folder import DataFolder
from index.messages import MESSAGE_LANGUAGES, message
from service.app import create_app
from service.keys import Keys
from service.replication import Replication
from service.settings import ServiceSettings
from tests.buckets import SECRET, Server, bucket_server
from tests.service.commands import wait_for, yauap
from tests.service.serving import Serve, served
from tests.service.test_keys import bearing
from tests.service.test_problems import require_problem

BUCKET = "s3://yauap/library"
WRITER = "https://writer.example"
_SECONDS = (
    20  # in which a follower has what was published; two polls of two seconds on a free machine
)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Server]:
    with bucket_server(tmp_path / "bucket") as server:
        yield server


@contextmanager
def following(folder: Path, **settings: Any) -> Iterator[httpx.Client]:
    given = {"data_dir": folder, "bucket": BUCKET, "writer": WRITER, "accepted_wrong": 1}
    with served(create_app(ServiceSettings(**{**given, **settings}))) as client:
        yield client


def found(client: httpx.Client) -> list[str]:
    response = client.post("/v1/search", json={"query": "мёд"})
    assert response.status_code == 200, response.text
    return sorted(hit["document_id"] for hit in response.json()["results"])


def wait_until_found(client: httpx.Client, *documents: str) -> None:
    wait_for(lambda: found(client) == [*documents], f"{documents} and nothing else")


def test_followers_answer_from_what_was_published_within_seconds(
    serve: Serve, bucket: Server, tmp_path: Path
) -> None:
    with (
        serve(bucket=BUCKET) as writer,
        following(tmp_path / "one") as one,
        following(tmp_path / "two") as two,
    ):
        for follower in (one, two):
            wait_until_found(follower, "closed", "open")
        published = time.monotonic()
        posted = writer.post("/v1/documents", json={"documents": [{"id": "new", "text": "Мёд."}]})
        assert posted.status_code == 202
        for follower in (one, two):
            wait_until_found(follower, "closed", "new", "open")
        assert time.monotonic() - published < _SECONDS
        deleted = time.monotonic()
        assert writer.delete("/v1/documents/closed").status_code == 204
        for follower in (one, two):
            wait_until_found(follower, "new", "open")
            assert follower.get("/v1/documents/closed").status_code == 410
            assert follower.get("/readyz").status_code == 200
            answer = follower.post("/v1/ask", json={"question": "Какой мёд?"}).json()
            assert {c["document_id"] for c in answer["citations"]} <= {"new", "open"}
        assert time.monotonic() - deleted < _SECONDS
        versions = {each.get("/v1/info").json()["index_version"] for each in (writer, one, two)}
        assert len(versions) == 1


def test_a_follower_goes_on_without_its_bucket_and_begins_without_it(
    serve: Serve, bucket: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(bucket=BUCKET):
        wait_for(lambda: "library/latest.json" in bucket.objects, "the bucket to be filled")
    with following(tmp_path / "one") as follower:  # taken before the first question
        assert found(follower) == ["closed", "open"]
    shutil.rmtree(bucket.folder)
    with caplog.at_level(logging.INFO), following(tmp_path / "one") as follower:
        assert found(follower) == ["closed", "open"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        with caplog.at_level(logging.INFO), following(tmp_path / "one") as follower:
            assert found(follower) == ["closed", "open"]
    assert BUCKET in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_who_would_write_is_told_where(bucket: Server, tmp_path: Path, language: str) -> None:
    requests: list[tuple[str, str, Any]] = [
        ("POST", "/v1/documents", {"documents": [{"text": "Мёд."}]}),
        ("DELETE", "/v1/documents/open", None),
        ("POST", "/v1/admin/keys", {"name": "ours", "scopes": ["admin"]}),
        ("POST", "/v1/admin/compaction", None),
        ("POST", "/v1/feedback", {"answer_id": "its own", "rating": 1}),
    ]
    expected = message("replica.read_only", language, writer=WRITER)  # type: ignore[arg-type] # of a parameter
    headers = {"Accept-Language": language}
    with following(tmp_path / "one") as follower:
        for method, path, body in requests:
            refused = follower.request(method, path, json=body, headers=headers)
            assert require_problem(refused, "conflict")["detail"] == expected, path


def test_keys_of_the_writer_hold_at_its_followers(
    serve: Serve, keys: Keys, bucket: Server, tmp_path: Path
) -> None:
    key, secret = keys.create("library", ["ask"])
    ours = bearing(secret)
    site = {"Origin": "https://library.example"}
    _, publishable = keys.create("page", ["publishable"], origins=[site["Origin"]])
    with serve(bucket=BUCKET) as writer, following(tmp_path / "one") as follower:
        wait_for(lambda: follower.get("/v1/info").status_code == 401, "the keys")
        assert follower.get("/v1/info", headers=ours).status_code == 200
        # A token that one of them gave holds at the other.
        opened = writer.post("/v1/widget/session", json={"key": publishable}, headers=site)
        token = {**bearing(opened.json()["token"]), **site}
        asked = follower.post("/v1/ask", json={"question": "Какой мёд?"}, headers=token)
        assert asked.status_code == 200
        keys.revoke(key.id)
        wait_for(lambda: follower.get("/v1/info", headers=ours).status_code == 401, "revocation")


def test_one_process_of_those_over_a_folder_sends(honey_folder: Path, bucket: Server) -> None:
    folder = DataFolder(ServiceSettings(data_dir=honey_folder, bucket=BUCKET))
    first, second = Replication(folder), Replication(folder)
    pointer = bucket.folder / "library" / "latest.json"
    first.start()
    wait_for(pointer.is_file, "what was there to be sent")
    sent = pointer.read_bytes()
    second.start()
    folder.library.delete("closed")
    wait_for(lambda: pointer.read_bytes() != sent, "the deletion to be sent")
    first.stop()  # and the other takes its place
    sent = pointer.read_bytes()
    folder.library.delete("open")
    wait_for(lambda: pointer.read_bytes() != sent, "the next one to be sent")
    second.stop()
    assert json.loads(pointer.read_bytes())["archive"].startswith("00000003-")


def test_a_follower_without_a_bucket_is_no_follower(tmp_path: Path) -> None:
    run = yauap("index", "info", data_dir=tmp_path / "data", YAUAP_WRITER=WRITER)
    assert run.status == 1
    assert "YAUAP_WRITER" in run.err
    assert "YAUAP_BUCKET" in run.err
    run = yauap("index", "info", data_dir=tmp_path / "data", YAUAP_BUCKET="s3:/yauap")
    assert run.status == 1
    assert "YAUAP_BUCKET" in run.err


def test_the_command_line_writes_nothing_into_what_follows(tmp_path: Path) -> None:
    settings = {"YAUAP_BUCKET": BUCKET, "YAUAP_WRITER": WRITER}
    for arguments in (
        ("ingest", "."),
        ("index", "compact"),
        ("keys", "create", "ours", "--scope", "ask"),
    ):
        (tmp_path / "letter.txt").write_text("Мёд сладкий.")
        run = yauap(*arguments, data_dir=tmp_path / "data", **settings)
        assert run.status == 1
        assert WRITER in run.err
