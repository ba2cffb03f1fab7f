"""``yauap serve`` in a process of its own, and a client that asks it."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.service.commands import YAUAP, environment, wait_for

Json = dict[str, Any]


class Service:
    """``yauap serve`` over a data folder, on a free port of this machine, and a client of it."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self._log = data_dir.parent / f"{data_dir.name}.{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [YAUAP, "serve", "--port", "0"],
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
    def pid(self) -> int:
        """The process that was started."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What it printed so far."""
        return self._log.read_text(encoding="utf-8")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its status; what it is asked at that moment is answered first."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        try:
            return self._process.wait(timeout=60)
        finally:
            self.client.close()
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


def copied_folder(source: Path, target: Path) -> Path:
    """Copy a data folder while a service may be reading it."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("catalog.sqlite*", "*.lock"))
    with (
        closing(sqlite3.connect(source / "catalog.sqlite")) as old,
        closing(sqlite3.connect(target / "catalog.sqlite")) as new,
    ):
        old.backup(new)
    return target
