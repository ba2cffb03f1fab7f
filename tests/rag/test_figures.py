"""Numbers and dates are compared as values, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.figures import figures


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("44 миллиард һумдан ашыу", "более 44 млрд рублей"),
        ("егерме биш проект", "25 проектов"),
        ("ике миллион", "2 000 000"),
        ("3,5 тыс. человек", "3500 кеше"),
        ("двадцать пять тысяч", "25 мең"),
        ("двести пятьдесят человек", "ике йөҙ илле кеше"),
        ("сто двадцать один проект", "121 проект"),
        ("ун ике мең", "12 000"),
        ("ике миллион өс йөҙ мең һум", "2,3 млн рублей"),
        ("өс, дүрт", "3 и 4"),
        ("девятьсот", "900"),
        ("15.02.2024", "15 февраля 2024 года"),
        ("2024 йылдың 15 февралендә", "15 февраля 2024 года"),
        ("2024 йылдың февралендә", "в феврале 2024 года"),
        ("2011 йылда", "в 2011 году"),
        ("1 500 000", "1 500 000"),
    ],
)
def test_the_same_said_otherwise(one: str, other: str) -> None:
    assert figures(one).hold(figures(other))
    assert figures(other).hold(figures(one))


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        ("44 миллиона рублей", "44 миллиарда рублей"),
        ("в 2011 году", "в 2012 году"),
        ("15 февраля 2024 года", "15 марта 2024 года"),
        ("5 февраля и 6 марта 2024 года", "6 февраля 2024 года"),
        ("ике проект", "өс проект"),
        ("несколько проектов", "пять проектов"),
        ("20 проектов", "двести проектов"),
        ("ике йөҙ", "2 и 100"),
        ("200 и 50", "двести пятьдесят"),
        ("в феврале", "в феврале 2024 года"),
        ("в 2024 году", "в мае 2024 года"),
        ("3,5 процента", "35 процентов"),
    ],
)
def test_what_is_not_said(said: str, claimed: str) -> None:
    assert not figures(said).hold(figures(claimed))


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        ("15–16 февраля 2024 года", "16 февраля"),
        ("15 февраля 2024 года", "в феврале"),
        ("15 февраля 2024 года", "в 2024 году"),
        ("В 2024 году, а именно 15 февраля", "15 февраля 2024 года"),
        ("К 2030 году — 25, а к 2036 году — 40", "40 к 2036 году"),
        ("что угодно", "ничего"),
    ],
)
def test_a_part_of_what_is_said(said: str, claimed: str) -> None:
    assert figures(said).hold(figures(claimed))


@given(st.text(alphabet=st.characters(), max_size=60) | st.text("1 23.,млнтыс", max_size=40))
def test_any_text_has_figures_and_says_what_it_says(text: str) -> None:
    assert figures(text).hold(figures(text))
