"""A pipeline over a few documents whose language model does as it is told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from rag.settings import AnswerSettings
from tests.fakes import fake_folder, ingest
from tests.scripted_model import ScriptedModel

DOCUMENTS = [
    {
        "id": "ru",
        "title": "Технопарк",
        "text": "Технопарк открыт в 2012 году. Его возглавил Антон Ковалев. "
        "В технопарке работают 25 компаний с оборотом 44 млрд рублей.",
    },
    {
        "id": "ba",
        "title": "Үҙәк",
        "text": "2011 йылда Кластерлы үҫеш үҙәге булдырылды. Уны Рөстәм Хәмитов асты. "
        "Үҙәктең [7] ярҙамы менән ике проект тормошҡа ашырылды.",
    },
]
RU, BA = "Когда открыт технопарк?", "Кластерлы үҫеш үҙәге ҡасан булдырылды?"

MakePipeline = Callable[..., Pipeline]


@pytest.fixture(scope="session")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        yield scripted


@pytest.fixture
def filled(tmp_path: Path) -> DataFolder:
    folder = fake_folder(tmp_path / "data", chunk_tokens=448)
    ingest(folder, *DOCUMENTS)
    return folder


@pytest.fixture
def asked(filled: DataFolder, model: ScriptedModel) -> MakePipeline:
    """Make a pipeline that asks the scripted model; settings can be given."""

    def make(**settings: object) -> Pipeline:
        given: dict[str, object] = {
            "data_dir": filled.catalog.data_dir,
            "accepted_wrong": 1,
            "llm_base_url": model.url,
            "llm_model": "scripted",
            "llm_timeout": 5,
            **settings,
        }
        return make_pipeline(filled, AnswerSettings.model_validate(given))

    return make
