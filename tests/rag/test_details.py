"""What exactly a question asks for, and whether a sentence holds it."""

import pytest

from index.folder import DataFolder
from rag.details import DETAILS, Details, detail_of
from rag.facts import find_facts
from rag.query import Query
from tests.fakes import fake_folder, ingest
from tests.rag.queries import lexicon, read_query


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = fake_folder(tmp_path_factory.mktemp("details"))
    ingest(folder, {"id": "a", "text": "Өфөлә мәктәп асылды. В Уфе открыли школу."})
    return folder


def query(folder: DataFolder, question: str) -> Query:
    with folder.index.view() as view:
        return read_query(question, view, lexicon(("бала", "детей")))


def details(folder: DataFolder, question: str, sentence: str) -> dict[str, float]:
    asked = query(folder, question)
    said = {term for word in asked.words for term in word.alternatives if word.is_number}
    facts = [fact for fact in find_facts(sentence) if fact.text.split()[0] not in said]
    held = asked.held(frozenset(sentence.lower().split()))
    return dict(zip(DETAILS, Details(asked).features(sentence, facts, held, held), strict=True))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("В каком году открыли школу?", "year"),
        ("С какого года работает школа?", "year"),
        ("Мәктәп ҡайһы йылда асылды?", "year"),
        ("мэктэп нисэнсе йылда асылды", "year"),
        ("На сколько процентов выросли цены?", "share"),
        ("Хаҡтар нисә процентҡа артты?", "share"),
        ("Сколько стоит билет?", "money"),
        ("Во сколько обошлось строительство?", "money"),
        ("Сколько РОСНАНО вложило в завод?", "money"),
        ("Билет күпме тора?", "money"),
        ("Мәктәпкә күпме аҡса бүленгән?", "money"),
        ("На какую сумму купили станки?", "money"),
        ("Какой объём воды в озере?", "number"),
        ("Сколько детей учится в школе?", "count"),
        ("Мәктәптә нисә бала уҡый?", "count"),
        ("Когда открыли школу?", None),
        ("Мәктәп нисәнсе тапҡыр беренсе булды?", None),
        ("Кто директор школы?", None),
    ],
)
def test_what_exactly_is_asked_for(folder: DataFolder, question: str, kind: str | None) -> None:
    detail = detail_of(query(folder, question))
    assert (detail.kind if detail else None) == kind


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("В каком году открыли школу?", "Школу открыли в 2011 году.", "Школу открыли 1 апреля."),
        ("Что открыли в 2011 году и в каком году закрыли?", "Закрыли в 2015.", "Это 2011 год."),
        ("Сколько детей погибло?", "Погибли 12 детей.", "За 11 месяцев ранено 380 человек."),
        ("Нисә бала уҡый?", "Мәктәптә 300 бала бар.", "Мәктәптә 20 уҡытыусы эшләй."),
        ("Сколько детей погибло?", "12 бала һәләк булды.", "380 кеше һәләк булды."),
        ("Сколько стоит билет?", "Билет — 500 рублей.", "Билетов осталось 500."),
        ("Билет күпме тора?", "Билет хаҡы 2 мең һум.", "Билет һатыу 2 мартта башлана."),
        ("На сколько процентов выросли цены?", "Цены выросли на 8 %.", "Цены выросли до 8 тысяч."),
    ],
)
def test_a_sentence_holds_the_detail_or_lacks_it(
    folder: DataFolder, question: str, holds: str, lacks: str
) -> None:
    there, not_there = (details(folder, question, sentence) for sentence in (holds, lacks))
    assert there["detail"] > 0
    assert not there["missing_detail"]
    assert (not_there["detail"], not_there["missing_detail"]) == (0, 1)


def test_the_first_of_the_counted_words_counts_most(folder: DataFolder) -> None:
    asked = "Сколько интерактивных досок получат школы?"
    first, second = (
        details(folder, asked, sentence)["detail"]
        for sentence in ("Купили 20 интерактивных досок.", "Купили 20 досок.")
    )
    assert 1 == first > second > 0


def test_other_years_and_numbers_are_noticed(folder: DataFolder) -> None:
    asked = "Сколько кампусов появится к 2040 году?"
    other = details(folder, asked, "К 2036 году появится 40 кампусов.")
    same = details(folder, asked, "К 2040 году появится 40 кампусов.")
    silent = details(folder, asked, "Появится 40 кампусов.")
    assert [found["other_year"] for found in (other, same, silent)] == [1, 0, 0]
    assert [found["unmet_numbers"] for found in (other, same, silent)] == [1, 0, 1]


def test_names_and_ordinary_words_are_counted_apart(folder: DataFolder) -> None:
    found = details(folder, "где учится Ирина Белова", "ирина белова пропала")
    assert (found["names"], found["ordinary"], found["lost"]) == (1, 0, 1)
    nothing = details(folder, "2020?", "Ничего.")
    assert (nothing["names"], nothing["ordinary"], nothing["lost"]) == (0.5, 0.5, 0)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Где учится Наталья?", {"Наталья"}),
        ("Наталья где учится?", set()),  # every question begins so
        ("Что производит АО СНХЗ?", {"АО", "СНХЗ"}),
        ("Кто снял «долгое детство»?", {"долгое", "детство"}),
    ],
)
def test_words_that_are_written_as_names_are_known(
    folder: DataFolder, question: str, names: set[str]
) -> None:
    expected = {word.term for name in names for word in query(folder, name).words}
    assert {word.term for word in query(folder, question).words if word.is_name} == expected
