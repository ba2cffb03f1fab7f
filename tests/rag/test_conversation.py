"""Follow-up questions are understood from the turns before them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation import whole_question
from rag.types import Turn


def turns(*questions: str) -> list[Turn]:
    return [
        turn
        for question in questions
        for turn in (Turn("user", question), Turn("assistant", "«Йәшел мәктәп» [1]"))
    ]


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        (["Кто открыл школу в Сибае?"], "А когда?", "Открыл школу в Сибае — а когда?"),
        (
            ["Кластерлы үҫеш үҙәге ҡайҙа булдырылды?"],
            "Ә ҡасан?",
            "Кластерлы үҫеш үҙәге ҡайҙа булдырылды — ә ҡасан?",
        ),
        (["Мәктәп ҡайҙа асылды?"], "Э касан?", "Мәктәп ҡайҙа асылды — э касан?"),
        (["Где находится технопарк?"], "И почему?", "Находится технопарк — и почему?"),
        (["Технопарк ҡайҙа?"], "Ә унда нимә бар?", "Технопарк ҡайҙа — ә унда нимә бар?"),
        (["Кто построил школы?"], "Сколько?", "Построил школы — сколько?"),
        (["Рөстәм Хәмитов кем?"], "Ул ҡасан тыуған?", "Рөстәм Хәмитов кем — ул ҡасан тыуған?"),
        (["Когда открыли кампус в Сибае?"], "А в Уфе?", "Открыли кампус в Сибае — а в Уфе?"),
    ],
)
def test_a_follow_up_is_made_whole(earlier: list[str], question: str, whole: str) -> None:
    assert whole_question(question, turns(*earlier)) == whole


def test_a_follow_up_to_a_follow_up_goes_back_to_what_both_are_about() -> None:
    whole = whole_question("А где?", turns("Кто открыл школу в Сибае?", "А когда?"))

    assert whole.startswith("Открыл школу в Сибае")
    assert whole.endswith("а где?")


@pytest.mark.parametrize(
    "question",
    [
        "Кто возглавляет правление Клуба молодых промышленников?",
        "Хәҙер доллар курсы күпме?",
        "Сколько студенческих городков должно появиться в России к 2036 году?",
        "Кампус ҡасан асылды?",
        "Почему закрыли дорогу?",
        "А кто построил большой новый мост через реку Белую в Уфе?",
    ],
)
def test_a_whole_question_stays_as_it_is(question: str) -> None:
    assert whole_question(question, turns("Кто построил школы в Сибае?")) == question


@pytest.mark.parametrize("question", ["А когда?", "Ә ҡасан?", "Ул кем?", ""])
@pytest.mark.parametrize(
    "history", [[], [Turn("assistant", "Здравствуйте!")], turns(""), turns("?")]
)
def test_without_an_earlier_topic_nothing_is_added(question: str, history: list[Turn]) -> None:
    assert whole_question(question, history) == question


@pytest.mark.parametrize("talk", ["Спасибо!", "Здравствуйте!", "Рәхмәт, аңланым"])
def test_small_talk_between_is_no_topic(talk: str) -> None:
    whole = whole_question("А когда?", turns("Здравствуйте! Кто открыл школу в Сибае?", talk))

    assert whole == "Открыл школу в Сибае — а когда?"


@pytest.mark.parametrize(
    "question",
    [
        "Кто рад этому?",
        "Что решили эти люди?",
        "Кто ими руководит?",
        "Ошоноң авторы кем?",
        "Быға кем ризалаша?",
        "Шунан нимә булды?",
        "Бында кем эшләй?",
        "Расскажи подробнее",
        "Тулыраҡ һөйлә",
    ],
)
def test_words_that_point_back_make_a_follow_up(question: str) -> None:
    assert whole_question(question, turns("Кто открыл школу в Сибае?")).startswith(
        "Открыл школу в Сибае — "
    )


def test_what_the_assistant_said_is_not_the_topic() -> None:
    assert "Йәшел" not in whole_question("Ә ҡасан?", turns("Мәктәп ҡайҙа асылды?"))


@given(st.text(), st.lists(st.text()))
def test_the_question_itself_is_always_kept(question: str, earlier: list[str]) -> None:
    whole = whole_question(question, turns(*earlier))

    assert whole == question or whole.endswith(question[0].lower() + question[1:])
