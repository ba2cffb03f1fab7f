"""Documents that contradict each other are shown side by side, through the whole pipeline."""

import pytest

from index.embedding import Embedder
from index.folder import DataFolder
from index.settings import IndexSettings
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from rag.settings import AnswerSettings
from rag.types import Ask
from tests.fakes import ingest, open_folder
from tests.rag.test_pipeline import assert_sound

TEXTS = [
    ("Открытие катка в Янауле провёл Иван Петров.", "2023-06-02"),
    ("Открытие катка в Янауле провёл Сергей Сидоров.", "2023-06-03"),
    ("На митинг в Белебее пришли около 500 человек.", "2023-06-01"),
    ("На митинг в Белебее пришли 480 человек.", "2023-06-02"),
    ("Ишембайҙа яңы китапхана 2019 йылда асылды.", "2023-06-02"),
    ("Ишембайҙа яңы китапхана 2021 йылда асылды.", "2023-06-03"),
    ("Реконструкция театра в Сибае обойдётся бюджету и займёт 14 месяцев.", "2023-05-01"),
    ("Реконструкция театра в Сибае обойдётся бюджету в 90 миллионов рублей.", "2023-06-01"),
    ("В 2018 году в Стерлитамаке открыли музей шахт.", "2023-05-01"),
    ("В 2015 году в Стерлитамаке открыли стадион.", "2023-06-01"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> DataFolder:
    settings = IndexSettings(data_dir=tmp_path_factory.mktemp("differing"))
    folder = open_folder(settings, real_embedder)
    texts = enumerate(TEXTS)
    ingest(folder, *({"id": str(n), "text": t, "published_at": day} for n, (t, day) in texts))
    return folder


@pytest.fixture(scope="module")
def pipeline(folder: DataFolder) -> Pipeline:
    return make_pipeline(folder, AnswerSettings(data_dir=folder.catalog.data_dir))


@pytest.mark.parametrize(
    ("question", "newest", "other"),
    [
        ("Кто провёл открытие катка в Янауле?", "Сергей Сидоров", "Иван Петров"),
        ("Янаулда катокты асыуҙы кем үткәрҙе?", "Сергей Сидоров", "Иван Петров"),
        ("Сколько человек пришли на митинг в Белебее?", "480", "около 500"),
        ("Ишембайҙа яңы китапхана ҡасан асылды?", "2021", "2019"),
        ("Когда в Ишимбае открылась новая библиотека?", "2021", "2019"),
    ],
)
def test_both_are_quoted_the_newest_first(
    folder: DataFolder, pipeline: Pipeline, question: str, newest: str, other: str
) -> None:
    answer = pipeline.ask(Ask(question))

    assert newest in answer.citations[0].quote
    assert other in answer.citations[1].quote
    assert_sound(answer, folder)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("Когда в Стерлитамаке открыли музей шахт?", "музей шахт"),
        ("Сколько рублей стоит реконструкция театра в Сибае?", "90 миллионов"),
    ],
)
def test_what_is_said_of_something_else_does_not_differ(
    pipeline: Pipeline, question: str, quoted: str
) -> None:
    answer = pipeline.ask(Ask(question))

    assert [quoted in citation.quote for citation in answer.citations] == [True]
