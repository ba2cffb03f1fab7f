"""The fixtures of this folder: one real service for the session, and services of this process."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.runner import run
from eval.tasks import Options
from tests.eval.toy import TownSystem, towns, write_gold
from tests.service.running import Service, copied_folder
from tests.service.serving import honey_folder, keys, serve
from tests.service.stages import (
    AfterIngest,
    after_ingest,
    before_documents,
    first_ingest,
    mixed_folder,
    rebuilt,
)

__all__ = [
    "after_ingest",
    "before_documents",
    "first_ingest",
    "honey_folder",
    "keys",
    "mixed_folder",
    "rebuilt",
    "serve",
]


@pytest.fixture(scope="session")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of the session, over a folder that did not exist; not to be used after that."""
    service = Service(tmp_path_factory.mktemp("service") / "data")
    yield service
    assert service.stop() in (0, -signal.SIGTERM)
    assert "Traceback" not in service.log, service.log


@pytest.fixture(scope="session")
def service(
    empty_service: Service, after_ingest: AfterIngest, request: pytest.FixtureRequest
) -> Service:
    """The service with the seeds in it and nothing else."""
    if any("rebuilt" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("rebuilt")  # begun now, to be done when it is wanted
    return empty_service


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
