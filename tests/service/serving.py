"""The application served in this process over the fake embedder, so that it can be broken."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from index.catalog import Catalog
from service.app import create_app
from service.keys import Keys
from service.server import listen, server_config
from service.settings import ServiceSettings
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.service.commands import wait_for

HONEY = (
    {"id": "open", "text": "Бал тәмле. Мёд сладкий.", "source": "public"},
    {"id": "closed", "text": "Мёд горький. Бал әсе.", "source": "internal"},
)
Serve = Callable[..., AbstractContextManager[httpx.Client]]


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """Serve an application of this process, so that it can be broken."""
    server = uvicorn.Server(server_config(app, app.state.service.settings))
    listening = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        wait_for(lambda: server.started, "the server in this process", seconds=20)
        port = listening.getsockname()[1]
        # A connection for each request: after an unforeseen error the server closes it.
        once = httpx.Limits(max_keepalive_connections=0)
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, limits=once, timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


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

    @contextmanager
    def start(**settings: Any) -> Iterator[httpx.Client]:
        given = {"data_dir": honey_folder, "accepted_wrong": 1, **settings}
        with served(create_app(ServiceSettings(**given))) as client:
            yield client

    return start
