"""Claims: the sentences of a model's answer with what they cite, also while it is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.generation.claims import Claim, claims

ANSWERS = [
    "Технопарк открыт в 2012 году [1]. Его возглавил А. Ковалев. [2] Всё.",
    "2011 йылда булдырылды [1][3]! «Үҙәк» тип аталды. [2], [4] Шулай уҡ\n- **икенсе** пункт [5]",
    "В 2011 г. [1] открыт. — тине ул. [2] Сказал: «Да!» [3] Конец",
    "1. Первый [1]\n2. Второй [2]\n\nТретий【3】",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Открыт в 2012 году [1].", [("Открыт в 2012 году.", [1])]),
        ("Открыт в 2012 году. [1]", [("Открыт в 2012 году.", [1])]),
        ("Открыт в 2012 году.[1] Он велик.[2]", [("Открыт в 2012 году.", [1]), ("Он велик.", [2])]),
        ("Открыт [1] в 2012 году [2, 1].", [("Открыт в 2012 году.", [1, 2])]),
        ("Открыт【2】.", [("Открыт.", [2])]),
        ("Открыт [**2**].", [("Открыт.", [2])]),
        ("Открыт 1【[2]1】.", [("Открыт 1.", [2, 1])]),
        ("- **Открыт** в `2012` [1]", [("Открыт в 2012", [1])]),
        (
            "1. Открыт [1]\n2. Закрыт [2]",
            [("1.", []), ("Открыт", [1]), ("2.", []), ("Закрыт", [2])],
        ),
        ("Открыт.", [("Открыт.", [])]),
        ("[1] [2]", []),
        ("", []),
        ("  \n…", []),
    ],
)
def test_an_answer_is_cut_into_claims(text: str, expected: list[tuple[str, list[int]]]) -> None:
    assert claims(text) == [Claim(words, numbers) for words, numbers in expected]


@pytest.mark.parametrize("text", ANSWERS)
def test_what_is_settled_does_not_change_any_more(text: str) -> None:
    whole = claims(text)
    for end in range(len(text) + 1):
        settled = claims(text[:end], whole=False)
        assert settled == whole[: len(settled)], text[:end]


@given(st.text("аБ 1[].,!?«»\n-*", max_size=60))
def test_settled_claims_begin_the_whole(text: str) -> None:
    whole = claims(text)
    for end in range(len(text) + 1):
        settled = claims(text[:end], whole=False)
        assert settled == whole[: len(settled)]


@settings(max_examples=1000)
@given(st.text("аБ 12[]【】;, .*`", max_size=60))
def test_no_marker_is_left_in_the_words(text: str) -> None:
    for claim in claims(text):
        assert claim.text == claim.text.strip() != ""
        assert not any(again.numbers for again in claims(claim.text))
