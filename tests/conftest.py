"""What all tests share: a clean environment, the model loaded once, the seeds indexed once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from index.embedding import Embedder, open_embedder
from index.folder import DataFolder
from index.readers import list_files, read_files
from index.settings import IndexSettings
from tests.fakes import fake_folder, open_folder

# How long an example takes says more of the machine than of the code. Examples are the same in each
# run, so that what fails was changed; `make explore` looks for others.
settings.register_profile(
    "yauap",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", settings.get_profile("yauap"), derandomize=False, max_examples=500
)
settings.load_profile("yauap")

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(autouse=True, scope="session")
def _settings_at_their_defaults() -> Iterator[None]:
    """Keep the settings of whoever runs the tests out, where the converted model lies aside."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("YAUAP_") and name != "YAUAP_MODEL_DIR":
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def real_embedder(_settings_at_their_defaults: None) -> Embedder:
    """The bundled model, with its weights loaded."""
    embedder = open_embedder(IndexSettings())
    embedder.embed_queries(["яуап"])
    return embedder


@pytest.fixture(scope="session")
def seeds_folder(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> DataFolder:
    """A data folder that holds the three seeds, embedded by the bundled model. Read only."""
    settings = IndexSettings(data_dir=tmp_path_factory.mktemp("seeds"))
    folder = open_folder(settings, real_embedder)
    documents = read_files(list_files([SEEDS]).files, settings.reading_limits())
    job = folder.indexer.run_until(folder.jobs.accept(documents, settings.max_document_bytes))
    assert (job.state, job.added, job.failed) == ("succeeded", 3, 0)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """An empty data folder over the fake embedder."""
    return fake_folder(tmp_path / "data")
