"""«В прошлом году», «былтыр»: counted from the document's date."""

import pytest

from rag.fact_wording import AnswerLanguage
from rag.relative_dates import note_on, relative_date

PUBLISHED = "2022-03-01T09:00:00Z"


@pytest.mark.parametrize(
    ("sentence", "said", "ru", "ba"),
    [
        ("В прошлом году построили школу.", "прошлом году", "2021 год", "2021 йыл"),
        ("Былтыр мәктәп төҙөлдө.", "Былтыр", "2021 год", "2021 йыл"),
        ("Үткән йылда асылды.", "Үткән йылда", "2021 год", "2021 йыл"),
        ("Быйыл асыласаҡ.", "Быйыл", "2022 год", "2022 йыл"),
        ("Откроют в следующем году.", "следующем году", "2023 год", "2023 йыл"),
        ("Вчера открыли мост.", "Вчера", "28 февраля 2022 года", "2022 йылдың 28 феврале"),
        ("Бөгөн күпер асылды.", "Бөгөн", "1 марта 2022 года", "2022 йылдың 1 марты"),
        ("Иртәгә күпер асыла.", "Иртәгә", "2 марта 2022 года", "2022 йылдың 2 марты"),
    ],
)
def test_what_it_means_stands_in_the_language_of_the_answer(
    sentence: str, said: str, ru: str, ba: str
) -> None:
    relative = relative_date(sentence)
    assert relative is not None
    assert relative.said == said
    notes = {ru: note_on(relative, PUBLISHED, "ru"), ba: note_on(relative, PUBLISHED, "ba")}
    for meant, note in notes.items():
        assert meant in note
        assert said in note


@pytest.mark.parametrize("language", ["ba", "ru"])
def test_a_document_without_a_date_is_named_undated(language: AnswerLanguage) -> None:
    relative = relative_date("В прошлом году построили школу.")
    assert relative is not None
    note = note_on(relative, None, language)
    assert "прошлом году" in note
    assert not any(character.isdigit() for character in note)


def test_a_day_before_all_days_is_as_good_as_none() -> None:
    relative = relative_date("Вчера открыли мост.")
    assert relative is not None
    assert note_on(relative, "0001-01-01", "ru") == note_on(relative, None, "ru")


@pytest.mark.parametrize(
    "sentence",
    [
        "Центр создан в 2011 году.",
        "В последние годы строят много.",
        "Был йылдарҙа күп төҙөнөләр.",
        "Кисәлә йырсылар сығыш яһаны.",  # an evening party
        "В 2013 году построили школу, а в следующем году больницу.",  # 2014
        "Сегодняшний день не назван.",
        "",
    ],
)
def test_other_words_are_left_alone(sentence: str) -> None:
    assert relative_date(sentence) is None


def test_the_first_one_counts() -> None:
    relative = relative_date("Быйыл төҙөлә, былтыр башланды.")
    assert relative is not None
    assert (relative.said, relative.steps) == ("Быйыл", 0)
