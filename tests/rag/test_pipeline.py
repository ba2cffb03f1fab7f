"""The pipeline: every answer can be checked, every refusal says why."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.folder import DataFolder
from index.messages import message
from index.reader import Filters, IndexView
from index.text.sentences import sentence_spans
from index.text.spans import Span
from rag.factory import make_pipeline
from rag.fact_wording import AnswerLanguage
from rag.pipeline import Pipeline
from rag.retrieval import Hit
from rag.scoring import load_weights
from rag.settings import AnswerSettings
from rag.types import Ask, Turn
from tests.fakes import fake_folder, ingest
from tests.rag.soundness import assert_sound

DOCUMENTS = [
    {"id": "ba", "text": "2011 йылда Кластерлы үҫеш үҙәге булдырылды. Уны «Үҙәк» [1] тип атанылар."},
    {"id": "ru", "text": "Центр развития открыт в 2012 году. Его руководитель — Антон Ковалев."},
    {"id": "en", "text": "The centre was opened in 2013 by the region."},
]
LANGUAGES: list[AnswerLanguage] = ["ba", "ru"]


@pytest.fixture
def filled(tmp_path: Path) -> DataFolder:
    folder = fake_folder(tmp_path)
    ingest(folder, *DOCUMENTS)
    return folder
