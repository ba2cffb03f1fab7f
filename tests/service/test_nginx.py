"""The documented settings of nginx, run with that of this machine: streams, limits, addresses."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.keys import Keys
from service.server import listen
from tests.service.attacks.talking import port_of
from tests.service.commands import wait_for
from tests.service.serving import Serve
from tests.service.test_keys import bearing
from tests.service.test_limits import QUESTION
from tests.service.test_problems import require_problem

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SITE = (Path(__file__).parents[2] / "docs" / "nginx.conf").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(NGINX is None, reason="apt-get install nginx")


@contextmanager
def before(client: httpx.Client, folder: Path) -> Iterator[httpx.Client]:
    """Put nginx before a service and give a client of it."""
    with listen("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    site = SITE.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{port_of(client)}")
    site = re.sub(r"^ *ssl_.*\n", "", site, flags=re.MULTILINE)
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (folder / "nginx.conf").write_text(
        "daemon off;\nworker_processes 1;\npid nginx.pid;\nerror_log stderr;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + "events {}\nhttp {\naccess_log off;\n"
        + "".join(f"{name}_temp_path {name};\n" for name in temporary)
        + site
        + "}\n"
    )
    assert NGINX is not None
    command = [NGINX, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=url, trust_env=False, timeout=30) as through:
                wait_for(lambda: process.poll() is not None or answers(through), "nginx")
                assert process.poll() is None, process.stderr and process.stderr.read()
                yield through
        finally:
            process.terminate()


def answers(client: httpx.Client) -> bool:
    try:
        client.get("/healthz")
    except httpx.TransportError:
        return False
    return True


def test_a_stream_comes_through_event_by_event(
    serve: Serve, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*_: Any, **__: Any) -> Any:
        assert go_on.wait(20)
        return []

    monkeypatch.setattr("rag.pipeline.retrieve", slow)
    headers = bearing(keys.create("ours", ["ask"])[1])
    with serve() as client, before(client, tmp_path) as through:
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
    with serve(**settings) as client, before(client, tmp_path) as through:
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
    with serve() as client, before(client, tmp_path) as through:
        body = {"documents": [{"id": "a/б:в", "text": text}]}
        job = through.post("/v1/documents", json=body, headers=headers)
        assert job.status_code == 202
        address = job.headers["location"]
        wait_for(lambda: through.get(address, headers=headers).json()["finished_at"], "the job")
        path = "/v1/documents/a%2F%D0%B1%3A%D0%B2"
        assert through.get(path, headers=headers).json()["id"] == "a/б:в"
        assert through.get(f"{path}/text", headers=headers).text == text


def test_without_a_key_whoever_comes_through_is_turned_away(serve: Serve, tmp_path: Path) -> None:
    with serve() as client, before(client, tmp_path) as through:
        require_problem(through.get("/v1/info"), "forbidden")
        assert client.get("/v1/info").status_code == 200
