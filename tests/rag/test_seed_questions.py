"""The questions that the seeds must answer, with the model of the installation."""

import unicodedata

import pytest

from index.folder import DataFolder
from index.messages import message
from index.snapshot import verify_data
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from rag.retrieval import Mode
from rag.settings import AnswerSettings
from rag.types import Ask
from tests.rag.test_pipeline import assert_sound

BA_1, BA_2, RU_1 = (
    "000_f00c0aadca1db42a.txt",
    "001_b684a5fe1f11274f.txt",
    "002_cef33e01a01188d3.txt",
)

# Question, language of the answer, document, what the quotation holds, how the answer begins.
ANSWERED = [
    (
        "Сколько студенческих городков должно появиться в России к 2036 году?",
        "ru", RU_1, "к 2036 году — 40", "«",
    ),
    (
        "Кто возглавляет правление Клуба молодых промышленников?",
        "ru", RU_1, "Антон Ковалев", "«",
    ),
    (
        "Түңәрәк өҫтәлдең модераторы кем булды?",
        "ba", BA_1, "президенты Сергей Борисов", "«",
    ),
    (
        "Кластерлы үҫеш үҙәге ҡайһы йылда булдырылды?",
        "ba", BA_2, "2011 йылда", "«",
    ),
    (
        "Когда создан Центр кластерного развития Башкортостана?",
        "ru", BA_2, "2011 йылда Кластерлы үҫеш үҙәге", "В 2011 году, по башкирскому тексту: «",
    ),
    (
        "Өфөлә кампустың беренсе сираты ҡасан асылды?",
        "ba", RU_1, "открыта в феврале 2024 года",
        "2024 йылдың февралендә, урыҫ телендәге текст буйынса: «",
    ),
    (
        "Каков был объём инновационной продукции Башкортостана за прошлый год?",
        "ru", BA_2, "44 миллиард һумдан ашыу",
        "Более 44 миллиардов рублей, по башкирскому тексту: «",
    ),
    (
        "Тунэрэк остэлдэ модератор кем булган?",
        "ba", BA_1, "президенты Сергей Борисов", "«",
    ),
]  # fmt: skip
REFUSED = [("Какая завтра погода в Уфе?", "ru"), ("Хәҙер доллар курсы күпме?", "ba")]


@pytest.fixture(scope="module")
def pipeline(seeds_folder: DataFolder) -> Pipeline:
    return make_pipeline(seeds_folder, AnswerSettings(data_dir=seeds_folder.catalog.data_dir))


@pytest.mark.parametrize(("question", "language", "document", "fact", "beginning"), ANSWERED)
def test_the_quotation_holds_the_fact(
    seeds_folder: DataFolder,
    pipeline: Pipeline,
    question: str,
    language: str,
    document: str,
    fact: str,
    beginning: str,
) -> None:
    answer = pipeline.ask(Ask(question))

    assert answer.answered
    assert answer.language == language
    assert answer.text.startswith(beginning)
    assert answer.citations[0].document_id == document
    assert fact in answer.citations[0].quote
    assert_sound(answer, seeds_folder)


@pytest.mark.parametrize(("question", "language"), REFUSED)
def test_what_the_seeds_do_not_say_is_refused_in_the_askers_language(
    seeds_folder: DataFolder, pipeline: Pipeline, question: str, language: str
) -> None:
    answer = pipeline.ask(Ask(question))

    assert answer.reason in ("no_evidence", "low_confidence")
    assert answer.language == language
    assert answer.text == message(f"answer.{answer.reason}", answer.language)
    assert len(answer.related) == 3
    assert_sound(answer, seeds_folder)


@pytest.mark.parametrize("question", [row[0] for row in ANSWERED])
@pytest.mark.parametrize("form", ["NFD", "upper", "no mark"])
def test_another_way_of_writing_it_finds_the_same_document(
    pipeline: Pipeline, question: str, form: str
) -> None:
    written = {
        "NFD": unicodedata.normalize("NFD", question),
        "upper": question.upper(),
        "no mark": question.rstrip("?"),
    }[form]
    document = next(row[2] for row in ANSWERED if row[0] == question)

    hits = pipeline.search(written, top_k=3, group_by_document=True).hits

    assert document in [hit.passage.document_id for hit in hits][:2]


@pytest.mark.parametrize(
    "question",
    [
        "😀🏳️‍🌈👍🏽",
        "مرحبا بالعالم ما هذا",
        "<script>alert('яуап')</script>",
        "What is the weather like on Mars?",
        "你好吗",
        "ни өсөн ул " * 180,
    ],
)
def test_questions_of_no_sense_are_refused(
    seeds_folder: DataFolder, pipeline: Pipeline, question: str
) -> None:
    answer = pipeline.ask(Ask(question))

    assert answer.reason in ("no_evidence", "low_confidence")
    assert_sound(answer, seeds_folder)


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize("question", [ANSWERED[0][0], ANSWERED[2][0]])
def test_every_hit_is_a_quotation_of_its_document(
    seeds_folder: DataFolder, pipeline: Pipeline, question: str, mode: Mode
) -> None:
    hits, version, _ = pipeline.search(question, top_k=200, mode=mode)

    assert version == seeds_folder.index.version()
    assert hits
    for hit in hits:
        text = seeds_folder.library.text(hit.passage.document_id)
        assert hit.passage.span.of(text) == hit.passage.text
        assert all(span.of(text).strip() for span in hit.highlights)


def test_the_seeds_are_whole_and_their_languages_known(seeds_folder: DataFolder) -> None:
    records = {record.id: record.language for record in seeds_folder.library.page(None, 9)}

    assert records == {BA_1: "ba", BA_2: "ba", RU_1: "ru"}
    assert verify_data(seeds_folder.catalog, seeds_folder.snapshots) == []


@pytest.mark.parametrize(
    ("courtesy", "question"),
    [
        ("Добрый день. ", "Когда прошло заседание в Москве?"),
        ("Здравствуйте! ", "Кто модератор круглого стола?"),
        ("Пожалуйста, скажите, ", "кто модератор круглого стола?"),
        ("Сәләм! ", "Түңәрәк өҫтәлдең модераторы кем булды?"),
        ("Зинһар, әйтегеҙ, ", "түңәрәк өҫтәлдең модераторы кем булды?"),
        ("Расскажи о ", "Кластерном центре развития"),
    ],
)
def test_politeness_changes_nothing_of_the_answer(
    pipeline: Pipeline, courtesy: str, question: str
) -> None:
    plain, polite = pipeline.ask(Ask(question)), pipeline.ask(Ask(courtesy + question))

    assert plain.answered
    assert (polite.text, polite.confidence) == (plain.text, plain.confidence)
    assert polite.question == courtesy + question


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("Кто такой Олег Тыщенко?", "заместитель министра промышленности"),
        ("Кем является Олег Тыщенко?", "заместитель министра промышленности"),
        ("Кем ул Олег Тыщенко?", "заместитель министра промышленности"),
        ("Олег Тыщенко кем ул?", "заместитель министра промышленности"),
        ("Кто такой Сергей Борисов?", "«ОПОРА России» ойошмаһы президенты"),
        ("Кем ул Сергей Борисов?", "«ОПОРА России» ойошмаһы президенты"),
    ],
)
def test_who_a_named_person_is_is_not_answered_with_the_name(
    pipeline: Pipeline, question: str, what: str
) -> None:
    answer = pipeline.ask(Ask(question))

    assert answer.answered
    assert what in answer.citations[0].quote
    assert not answer.text.startswith(("Олег", "Сергей"))
