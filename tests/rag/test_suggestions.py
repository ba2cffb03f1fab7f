"""What a document suggests to ask."""

import pytest

from rag.suggestions import suggestions


def asked(text: str, language: str = "ru", title: str | None = None) -> list[str]:
    given = suggestions(title, text, "ba" if language == "ba" else "ru")
    return [suggestion.question for suggestion in given]


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        (
            "ba",
            "2011 йылда Кластерлы үҫеш үҙәге булдырылды.",
            "Ҡайһы йылда Кластерлы үҫеш үҙәге булдырылды?",
        ),
        (
            "ba",
            "Яңы китапхана 1987 йылда асылды.",
            "Яңы китапхана ҡайһы йылда асылды?",
        ),
        (
            "ru",
            "В 2029 году в Бирске построен новый мост.",
            "В каком году в Бирске построен новый мост?",
        ),
    ],
)
def test_a_year_is_asked_for(language: str, text: str, question: str) -> None:
    (suggestion,) = suggestions(None, text, "ba" if language == "ba" else "ru")
    assert (suggestion.question, suggestion.language) == (question, language)
    assert suggestion.wanted in text


@pytest.mark.parametrize(
    "text",
    [
        "В 2029 году он построил мост.",  # who?
        "В 2029 году построен мост, а потом ещё один.",
        "В 2029 году, как и в 2028 году, построен мост.",
        "Мост построен в 2029 году.",  # its first word may be a name or not
        "Построен новый мост.",
    ],
)
def test_what_needs_other_sentences_suggests_nothing(text: str) -> None:
    assert asked(text) == []


def test_questions_of_the_text_come_first_and_once() -> None:
    text = "Как получить читательский билет? Приходите. — Как получить читательский билет?"
    assert asked(text, title="Читательский билет") == [
        "Как получить читательский билет?",
        "Читательский билет",
    ]


def test_an_exclamation_with_a_question_mark_is_no_question() -> None:
    assert asked("Неужели так бывает на свете? Бывает.") == []


def test_people_are_asked_for_in_both_languages() -> None:
    text = "Ултырышты Сергей Нарышкин асты. Рөстәм Хәмитовтың һүҙҙәренсә, шулай."
    assert asked(text, "ba") == ["Сергей Нарышкин кем ул?", "Кто такой Сергей Нарышкин?"]


def test_too_short_and_too_long_is_left_out() -> None:
    assert asked("Где?", title="Да") == []
    assert asked(f"Где {'очень ' * 30}далеко?") == []
