"""The documented settings of nginx, run with that of this machine: streams, limits, addresses."""

import threading
from pathlib import Path
from typing import Any

import pytest

from service.keys import Keys
from tests.service.attacks.talking import port_of
from tests.service.commands import wait_for
from tests.service.proxied import NGINX, proxied
from tests.service.serving import Serve
from tests.service.test_keys import bearing
from tests.service.test_limits import QUESTION
from tests.service.test_problems import require_problem

pytestmark = pytest.mark.skipif(NGINX is None, reason="apt-get install nginx")


def test_a_stream_comes_through_event_by_event(
    serve: Serve, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*_: Any, **__: Any) -> Any:
        assert go_on.wait(20)
        return []

    monkeypatch.setattr("rag.pipeline.retrieve", slow)
    headers = bearing(keys.create("ours", ["ask"])[1])
    with serve() as client, proxied([port_of(client)], tmp_path) as through:
        body = {**QUESTION, "stream": True}
        with through.stream("POST", "/v1/ask", json=body, headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            lines = response.iter_lines()
            assert next(lines) == "event: meta"  # while the passages are still looked for
            go_on.set()
            assert "event: final" in list(lines)


def test_the_true_address_counts_and_not_the_one_that_is_claimed(
    serve: Serve, keys: Keys, tmp_path: Path
) -> None:
    headers = bearing(keys.create("ours", ["read"])[1])
    settings = {"trusted_proxies": "127.0.0.1", "rate_per_address": "3/hour"}
    with serve(**settings) as client, proxied([port_of(client)], tmp_path) as through:
        statuses = [
            through.get(
                "/v1/documents", headers={**headers, "X-Forwarded-For": f"8.8.8.{n}"}
            ).status_code
            for n in range(4)
        ]
        assert statuses == [200, 200, 200, 429]
        # Where nothing is before it, the service believes the one that is named.
        near = client.get("/v1/documents", headers={**headers, "X-Forwarded-For": "8.8.8.8"})
        assert near.status_code == 200


def test_ids_with_slashes_and_large_bodies_come_through(
    serve: Serve, keys: Keys, tmp_path: Path
) -> None:
    headers = bearing(keys.create("ours", ["read", "ingest"])[1])
    text = "Мёд бывает разный. " * 10_000
    with serve() as client, proxied([port_of(client)], tmp_path) as through:
        body = {"documents": [{"id": "a/б:в", "text": text}]}
        job = through.post("/v1/documents", json=body, headers=headers)
        assert job.status_code == 202
        address = job.headers["location"]
        wait_for(lambda: through.get(address, headers=headers).json()["finished_at"], "the job")
        path = "/v1/documents/a%2F%D0%B1%3A%D0%B2"
        assert through.get(path, headers=headers).json()["id"] == "a/б:в"
        assert through.get(f"{path}/text", headers=headers).text == text


def test_without_a_key_whoever_comes_through_is_turned_away(serve: Serve, tmp_path: Path) -> None:
    with serve() as client, proxied([port_of(client)], tmp_path) as through:
        require_problem(through.get("/v1/info"), "forbidden")
        assert client.get("/v1/info").status_code == 200
