"""Facts in a sentence, and how they are said in the other language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fact_wording import AnswerLanguage, say_fact
from rag.facts import find_facts

SENTENCES = st.text() | st.lists(
    st.sampled_from(
        "2011 йылда|5 апреля|15|–|более|миллиард|һум|%|Уфа|в|Антон Ковалев|А.|-се".split("|")
    )
).map(" ".join)


@given(SENTENCES)
def test_facts_stand_where_their_spans_say_and_in_order(sentence: str) -> None:
    facts = find_facts(sentence)

    assert all(fact.span.of(sentence) == fact.text != "" for fact in facts)
    assert [fact.span for fact in facts] == sorted(fact.span for fact in facts)


@given(SENTENCES)
def test_a_number_is_not_part_of_a_date(sentence: str) -> None:
    facts = find_facts(sentence)
    dates = [fact.span for fact in facts if fact.kind == "date"]

    for number in (fact.span for fact in facts if fact.kind == "number"):
        assert all(number.end <= date.start or date.end <= number.start for date in dates)


@given(SENTENCES, st.sampled_from(["ba", "ru"]))
def test_every_number_that_is_said_stands_in_the_sentence(
    sentence: str, language: AnswerLanguage
) -> None:
    for fact in find_facts(sentence):
        said = say_fact(fact, sentence, language)
        if said is not None:
            digits = "".join(c for c in said if c.isdigit())
            assert digits == "".join(c for c in fact.text if c.isdigit()) or fact.kind == "date"
            assert all(year in sentence for year in said.split() if year.isdigit())
            assert said == said.strip()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("2011 йылда Кластерлы үҫеш үҙәге булдырылды.", [("date", "2011 йылда")]),
        (
            "Кампус в Уфе открыт в феврале 2024 года.",
            [("place", "Уфе"), ("date", "феврале 2024 года")],
        ),
        ("1 апрелдә түңәрәк өҫтәл үтте.", [("date", "1 апрелдә")]),
        ("2024 йылдың 15 февралендә", [("date", "2024 йылдың 15 февралендә")]),
        ("5 мая", [("date", "5 мая")]),
        ("прошёл 12.04.2011.", [("date", "12.04.2011")]),
        ("Версия 12.04.2011.5", [("number", "12.04")]),
        ("В мае прошло совещание.", []),
        ("Построили 25 школ.", [("number", "25 школ")]),
        ("1 200 кеше", [("number", "1 200 кеше")]),
        ("2 миллиона 500 тысяч рублей", [("number", "2 миллиона 500 тысяч рублей")]),
        ("2 мең 500 кеше", [("number", "2 мең 500 кеше")]),
        ("5 тысяч 15 мая", [("number", "5 тысяч"), ("date", "15 мая")]),
        ("пять школ и биш мәктәп", [("number", "пять"), ("number", "биш")]),
        ("заявил Антон Ковалев", [("person", "Антон Ковалев")]),
        ("тине Рөстәм Хәмитов", [("person", "Рөстәм Хәмитов")]),
        ("Вчера Иван Петров открыл", [("person", "Иван Петров")]),
        ("Кисә Иван Петров килде", [("person", "Иван Петров")]),
        ("Улица Ленина закрыта", []),
        ("Иван Иванович Петров открыл", [("person", "Иван Иванович Петров")]),
        ("выступил А. А. Иванов", [("person", "А. А. Иванов")]),
        ("премьер-министр Петров И.И.", [("person", "Петров И.И.")]),
        ("Ректор Н.Э.Бауман", [("person", "Н.Э.Бауман")]),
        ("ректор Н. Э. Бауман әйтте", [("person", "Н. Э. Бауман")]),
        ("Күп эшләне.", []),
        ("", []),
    ],
)
def test_facts_of_a_sentence(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert [(fact.kind, fact.text) for fact in find_facts(sentence)] == expected


def said(sentence: str, kind: str, language: AnswerLanguage) -> str | None:
    fact = next(fact for fact in find_facts(sentence) if fact.kind == kind)
    return say_fact(fact, sentence, language)


@pytest.mark.parametrize(
    ("sentence", "kind", "russian"),
    [
        ("2011 йылда булдырылды.", "date", "В 2011 году"),
        ("2024 йылдың февралендә асылды.", "date", "В феврале 2024 года"),
        ("2024 йылдың 15 февралендә асылды.", "date", "15 февраля 2024 года"),
        ("5 апрелдә үтте.", "date", "5 апреля"),
        ("02.03.2023 үтте.", "date", "2 марта 2023 года"),
        ("үткән йыл буйынса 44 миллиард һумдан ашыу", "number", "Более 44 миллиардов рублей"),
        ("яҡынса 500 миллион һум", "number", "Около 500 миллионов рублей"),
        ("500 кеше тирәһе килде", "number", "Около 500 человек"),
        ("21 кеше килде", "number", "21 человек"),
        ("22 мәктәп төҙөлдө", "number", "22 школы"),
        ("12 мең кеше", "number", "12 тысяч человек"),
        ("1 мәктәп", "number", "1 школа"),
        ("111 мәктәп", "number", "111 школ"),
        ("3,5 миллиондан ашыу", "number", "Более 3,5 миллиона"),
        ("21 миллион һумдан ашыу", "number", "Более 21 миллиона рублей"),
        ("10 %-тан ашыу", "number", "Более 10 процентов"),
        ("Яҡын арала 5 мәктәп төҙөлә", "number", "5 школ"),
        ("25 шундай ҡаласыҡ", "number", "25"),
        ("3 балалар баҡсаһы асылды", "number", "3"),
        ("20 мәктәпкәсә белем биреү ойошмаһы", "number", "20"),
        ("5 балаға бүләк бирелде", "number", "5 детей"),
        ("2 мәктәптә ремонт бара", "number", "2 школы"),
        ("70 тоннаға артты", "number", "70 тонн"),
        ("Антон Ковалев әйтте", "person", "Антон Ковалев"),
    ],
)
def test_a_bashkir_fact_in_russian(sentence: str, kind: str, russian: str) -> None:
    assert said(sentence, kind, "ru") == russian


@pytest.mark.parametrize(
    ("sentence", "kind", "bashkir"),
    [
        ("была открыта в феврале 2024 года", "date", "2024 йылдың февралендә"),
        ("создан в 2011 году", "date", "2011 йылда"),
        ("15 февраля 2024 года", "date", "2024 йылдың 15 февралендә"),
        ("состоялся 5 мая", "date", "5 майҙа"),
        ("прошёл 12.04.2023.", "date", "2023 йылдың 12 апрелендә"),
        ("выделено более 3,5 млн рублей", "number", "3,5 миллион һумдан ашыу"),
        ("вырос более чем на 20 процентов", "number", "20 проценттан ашыу"),
        ("около 20 проектов", "number", "Яҡынса 20 проект"),
        ("свыше 1 200 человек", "number", "1 200 кешенән ашыу"),
        ("а к 2036 году — 40.", "number", "40"),
        ("рост 60 %", "number", "60 процент"),
        ("300 школьников", "number", "300"),
        ("12 деталей", "number", "12"),
        ("12 детсадов", "number", "12"),
        ("15 проекторов", "number", "15"),
        ("500 человеко-часов", "number", "500"),
        ("12 школ-интернатов", "number", "12"),
        ("2,5 процентных пункта", "number", "2,5"),
        ("22 семьи", "number", "22 ғаилә"),
        ("5 семей", "number", "5 ғаилә"),
        ("заявил Антон Ковалев", "person", "Антон Ковалев"),
        ("заявил Олег Тыщенко", "person", "Олег Тыщенко"),
        ("открыла Анна Ивановна Петрова", "person", None),
        ("заявил Ковалев А. П.", "person", "Ковалев А. П."),
    ],
)
def test_a_russian_fact_in_bashkir(sentence: str, kind: str, bashkir: str | None) -> None:
    assert said(sentence, kind, "ba") == bashkir


@pytest.mark.parametrize("language", ["ba", "ru"])
@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        pytest.param("3–5 апреля 2024 года", "date", id="a range of days"),
        pytest.param("в 2024–2025 годах", "date", id="a range of years"),
        pytest.param("2015 йылға тиклем", "date", id="until, ba"),
        pytest.param("до 2015 года", "date", id="until, ru"),
        pytest.param("К 2030 году", "date", id="by"),
        pytest.param("с 5 мая", "date", id="since, ru"),
        pytest.param("2011 йылдан алып", "date", id="since, ba"),
        pytest.param("после 2011 года", "date", id="after, ru"),
        pytest.param("2011 йылдан һуң", "date", id="after, ba"),
        pytest.param("280-гә тиклем артты", "number", id="up to, ba"),
        pytest.param("до 100 рублей", "number", id="up to, ru"),
        pytest.param("почти 100 школ", "number", id="nearly, ru"),
        pytest.param("30-ға яҡын кеше", "number", id="nearly, ba"),
        pytest.param("не более 5 школ", "number", id="not more than"),
        pytest.param("не менее 5 школ", "number", id="not less than"),
        pytest.param("менее 5 школ", "number", id="less than"),
        pytest.param("5 мәктәптән кәм", "number", id="less than, ba"),
        pytest.param("10–15 человек", "number", id="a range"),
        pytest.param("от 10 до 20 человек", "number", id="from, to"),
        pytest.param("менее чем на 5 процентов", "number", id="by less than"),
        pytest.param("не превышает 5 процентов", "number", id="does not exceed"),
        pytest.param("по меньшей мере 500 человек", "number", id="at least, ru"),
        pytest.param("кәм тигәндә 500 кеше", "number", id="at least, ba"),
        pytest.param("10 меңләп кеше", "number", id="roughly, thousands"),
        pytest.param("200 тонналаған иген", "number", id="roughly, tons"),
        pytest.param("отметки −15 градусов", "number", id="below zero, a sign"),
        pytest.param("минус 15 градусов", "number", id="below zero, a word"),
        pytest.param("не 500 человек", "number", id="denied"),
        pytest.param("2022 йылдың 1 мартына тиклем", "date", id="until a day, ba"),
        pytest.param("2015 йылға ҡәҙәр", "date", id="until, otherwise, ba"),
        pytest.param("2022 йылдың 1 мартынан", "date", id="since a day, ba"),
        pytest.param("не позднее 1 марта 2022 года", "date", id="not later than"),
        pytest.param("до 12.04.2023", "date", id="until, in digits"),
        pytest.param("12.04.2023–15.04.2023", "date", id="a range in digits"),
        pytest.param("позже 2015 года", "date", id="later than"),
        pytest.param("2 миллиона 500 тысяч рублей", "number", id="in parts, ru"),
        pytest.param("1 миллион 200 мең һум", "number", id="in parts, ba"),
        pytest.param("8-се класс", "number", id="an ordinal, ba"),
        pytest.param("2-й этап", "number", id="an ordinal, ru"),
        pytest.param("более 5 раз", "number", id="more than, of an unknown unit"),
        pytest.param("биш мәктәп", "number", id="a number in words"),
        pytest.param("Рөстәм Хәмитов әйтте", "person", id="a name in Bashkir letters"),
        pytest.param("наградили Рустэма Хамитова", "person", id="a name in a case, ru"),
        pytest.param("вручили Рустэму Хамитову", "person", id="a name in another case, ru"),
        pytest.param("вместе с Антоном Ковалевым", "person", id="a name in a third case, ru"),
        pytest.param("встреча Олега Тыщенко", "person", id="a first name in a case"),
        pytest.param("Олег Смирновтан интервью алды", "person", id="a name in a case, ba"),
        pytest.param("в Уфе", "place", id="a place in a case"),
    ],
)
def test_what_is_not_sure_is_left_to_the_quotation(
    sentence: str, kind: str, language: AnswerLanguage
) -> None:
    assert said(sentence, kind, language) is None
