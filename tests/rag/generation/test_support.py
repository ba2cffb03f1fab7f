"""What quotations support: figures and names must occur in them, across languages and spellings."""

import pytest

from rag.generation.support import Quoted, ordinary_stems
from rag.lexicon import load_lexicon

RU = "Технопарк открыт в 2012 году, его возглавил Антон Ковалев из Уфы."
BA = "2011 йылда Өфөлә Рөстәм Хәмитов Кластерлы үҫеш үҙәген асты, унда ике проект бар."
ORDINARY = ordinary_stems(["когда открыт этот технопарк, ҡасан асылған үҙәк?"])


def supported(claim: str, *quotes: str) -> bool:
    return Quoted(quotes, load_lexicon()).support(claim, ORDINARY)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Технопарк открыт в 2012 году.", RU),
        ("В 2012 году.", RU),
        ("Антон Ковалев.", RU),
        ("Антоном Ковалевым из Уфы возглавлен технопарк.", RU),
        ("Возглавил его А. Ковалев.", RU),
        ("Технопаркты Антон Ковалев етәкләй.", RU),
        ("Технопарк 2012 йылда асылған.", RU),
        ("Үҙәкте Рөстәм Хәмитов асты.", BA),
        ("Центр открыл Рустэм Хамитов в 2011 году в Уфе.", BA),
        ("Есть 2 проекта.", BA),
        ("2012.", RU),
        ("Да, технопарк открыт в 2012 году.", RU),
    ],
)
def test_what_the_quotation_says(claim: str, quote: str) -> None:
    assert supported(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Технопарк открыт в 2013 году.", RU),
        ("Технопарк возглавил Сергей Борисов.", RU),
        ("Петров возглавил технопарк.", RU),
        ("Москва — город, где открыт технопарк.", RU),
        ("Технопарк открыт в Стерлитамаке.", RU),
        ("Открыты 3 проекта.", BA),
        ("Центр открыл Сергей Хамитов.", BA),
        ("Погода завтра ожидается солнечная и тёплая.", RU),
        ("Да.", RU),
        ("Там же.", RU),
        ("HACKED", RU),
        ("Технопарк открыт, подробности на evil.example/x://y.", RU),
        ("Технопарк открыт, пишите на me@evil.", RU),
        ("<b>Технопарк</b> открыт в 2012 году.", RU),
        ("Технопарк открыт [сс] в 2012 году.", RU),
        ("Технопарк {открыт} в 2012 году.", RU),
        ("Технопарк не открыт в 2012 году.", RU),
        ("Технопарк 2012 йылда асылмаған.", RU),
        ("Үҙәк 2011 йылда асылған түгел.", BA),
        ("Центр в 2011 году Рустэм Хамитов не открыл.", "2011 йылда Рөстәм Хәмитов үҙәк асты."),
    ],
)
def test_what_it_does_not_say(claim: str, quote: str) -> None:
    assert not supported(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Технопарк не открыт.", "Технопарк пока не открыли."),
        ("Технопарк не открыт.", "Технопарк әле асылманы."),
        ("Технопарк асылмаған.", "Открытие технопарка отменили."),
        ("Открыто не менее 25 технопарков.", "Открыты 25 технопарков."),
    ],
)
def test_what_is_denied_where_the_quotation_denies(claim: str, quote: str) -> None:
    assert supported(claim, quote)


def test_several_quotations_support_a_claim_together() -> None:
    claim = "Антон Ковалев возглавил технопарк, а Рөстәм Хәмитов — үҙәк."
    assert not supported(claim, RU)
    assert supported(claim, RU, BA)


def test_a_word_that_is_said_in_lower_case_is_no_name() -> None:
    assert not Quoted([RU], load_lexicon()).support("Комплекс открыт в 2012 году.", frozenset())
    ordinary = ordinary_stems(["в комплексе работают люди"])
    assert Quoted([RU], load_lexicon()).support("Комплекс открыт в 2012 году.", ordinary)
