from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.answers import says, token_f1, tokens
from eval.quoting import own_words


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("в стране 40 кампусов", "40"),
        ("Дата открытия — 1 апреля.", "1 апреля"),
        ("собрали 1 200 рублей", "1200 рублей"),
        ("собрали 1200 рублей", "1\u00a0200 рублей"),
        ("рост на 3,5 процента", "3.5 процента"),
        ("Ҡаҙан ҡалаһында", "Казан"),  # folded as for search
        ("Да, открыли.", "да"),
        ("Нет: отказались", "нет"),
        ("Эйе.", "эйе"),
        ("Юҡ, беренсе тапҡыр", "юҡ, беренсе тапҡыр"),
    ],
)
def test_says(text: str, accepted: str) -> None:
    assert says(text, [accepted])


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("в 1940 году", "40"),
        ("дата открытия", "да"),
        ("Он да она", "да"),  # «and», not «yes»
        ("В городе школы нет", "нет"),
        ("1 апреля и 2 мая", "1 мая"),
        ("40,5 тонны", "40"),
        ("120 1200 12", "1 200 1"),
        ("слова", "!"),
        ("", "40"),
    ],
)
def test_does_not_say(text: str, accepted: str) -> None:
    assert not says(text, [accepted])


def test_thousands_are_joined_and_lists_of_numbers_are_not() -> None:
    assert tokens("1 200 300 человек") == ["1200300", "человек"]
    assert tokens("5 12 человек, 1940 100") == ["5", "12", "человек", "1940", "100"]


def test_token_f1_by_hand() -> None:
    # two of three said words are in the answer of four: P = 2/3, R = 2/4
    assert token_f1("в 2011 году", ["осенью в 2011 Уфе"]) == pytest.approx(2 * 2 / (3 + 4))
    assert token_f1("да", ["нет", "да"]) == 1.0
    assert token_f1("", ["да"]) == 0.0
    assert token_f1("да", []) == 0.0


@given(st.text(), st.lists(st.text(), max_size=3))
def test_token_f1_is_a_share(text: str, accepted: list[str]) -> None:
    assert 0.0 <= token_f1(text, accepted) <= 1.0


def test_own_words_are_outside_quotes_and_markers() -> None:
    answer = "В 2011 году: «Это было в 2011 году» [1]. Там же [2]."
    assert own_words(answer, []).split() == ["В", "2011", "году:", ".", "Там", "же", "."]


def test_quotes_within_quotes() -> None:
    assert own_words("а «б «в» г» д", []).split() == ["а", "д"]


def test_a_quote_whose_guillemets_do_not_pair_is_still_a_quote() -> None:
    quote = "компания «Ромашка и её дочери"
    assert own_words(f"Ответ: «{quote}» [1] дальше", [quote]).split() == ["Ответ:", "дальше"]


def test_an_unclosed_guillemet_quotes_nothing() -> None:
    assert own_words("сказал «всё остальное", []).split() == ["сказал", "«всё", "остальное"]


@given(st.lists(st.sampled_from(["а", "б", " ", "«", "»", "[1]"]), max_size=30).map("".join))
def test_taking_quotes_out_adds_no_word(answer: str) -> None:
    assert Counter(tokens(own_words(answer, []))) <= Counter(tokens(answer))
