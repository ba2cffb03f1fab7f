"""Which language a question, a sentence or a document is in."""

import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.language import Language, detect_language, language_of_parts
from index.text.wordlists import word_list

BASHKIR = """
Кем ул Сергей Борисов?
Түңәрәк өҫтәлдең модераторы кем булды?
Тунэрэк остэлдэ модератор кем булган?
Кластерлы үҫеш үҙәге ҡайһы йылда булдырылды?
Өфөлә кампустың беренсе сираты ҡасан асылды?
Хәҙер доллар курсы күпме?
Бөгөн һауа торошо ниндәй?
Башкортостан президенты кем?
Министр кем?
Директор кем булды?
Ҡасан?
Ә ҡасан?
Касан асылды?
Кайза урынлашкан?
Форум кайда була?
Нисә кеше ҡатнашты?
Нисэ кеше катнашты?
Купме акса булделэр?
Ниндэй проекттар бар?
Президент нимэ тине?
Ни өсөн?
Мәктәп бармы?
Һаумыһығыҙ!
Рахмат
Был нимэ?
Кем менэн осрашты?
Рөстәм Хәмитов кем?
Рөстәм Хәмитов
Хокумат премьер-министры кем?
Президент килерме?
А касан?
Э Сибайза?
офо хауа торошо
Ҡасан асыла яңы мәктəп?
"""
RUSSIAN = """
Сколько студенческих городков должно появиться в России к 2036 году?
Кто возглавляет правление Клуба молодых промышленников?
Когда создан Центр кластерного развития Башкортостана?
Каков был объём инновационной продукции Башкортостана за прошлый год?
Какая завтра погода в Уфе?
Кто такой Сергей Борисов?
Где находится кампус?
Тыщенко кто?
Сергей Борисов
Уфа
Когда?
А когда?
Почему?
Во сколько начало?
Чей это дом?
Какие проекты есть?
Зачем нужен технопарк?
Что такое Һаумыһығыҙ?
Спасибо!
Как дела?
Кто был ректором?
Когда был открыт кампус?
Кем был основан город?
Кем построен завод?
С кем встретился президент?
Сколько жителей осталось без света?
Дома без света
Кто такой Рөстәм Хәмитов?
Где работает Зөһрә Рәхмәтуллина?
Где находится город Қостанай?
пенсия индексация
Рустэм Хамитов
ЕГЭ
кто такой зәки вәлиди
После оплаты наличными сотрудник выдаст чек.
"""
OTHER = """
Who is the president?
Hər kəs azaddır
Хто ти є і де їдеш?
Қазақстан қайда орналасқан?
Казан кайда урнашкан?
Юл төзелеше кайчан тәмамлана?
Җырны кем язган?
Ә нигә?
Алматыда канша адам бар?
Kem ul Radiy Habirov?
你好，世界
مرحبا بالعالم
😀😀😀
12345
…?!
<b>bold</b>
"""


@pytest.mark.parametrize("question", BASHKIR.strip().splitlines())
def test_bashkir_questions(question: str) -> None:
    assert detect_language(question).language == "ba"


@pytest.mark.parametrize("question", RUSSIAN.strip().splitlines())
def test_russian_questions(question: str) -> None:
    assert detect_language(question).language == "ru"


@pytest.mark.parametrize("question", [*OTHER.strip().splitlines(), "", " \n"])
def test_neither(question: str) -> None:
    assert detect_language(question).language == "other"


@pytest.mark.parametrize("mark", ["😀", "🏳️‍🌈", "→", "\u202e", "№ 5"])
def test_signs_around_a_question_do_not_change_its_language(mark: str) -> None:
    assert detect_language(f"{mark} Ҡасан? {mark}").language == "ba"
    assert detect_language(f"{mark} Когда? {mark}").language == "ru"


def test_capitals_do_not_change_the_language() -> None:
    for questions, language in ((BASHKIR, "ba"), (RUSSIAN, "ru")):
        for question in questions.strip().splitlines():
            assert detect_language(question.upper()).language == language


def test_a_long_text_of_both_languages_is_mixed() -> None:
    text = (
        "На круглом столе «Түңәрәк өҫтәл: эшҡыуарҙар әҙерләү» заместитель министра подчеркнул "
        "системообразующую роль станкостроения для экономики региона и всей страны."
    )

    assert detect_language(text).language == "mixed"


@given(st.text(st.characters(exclude_categories=())) | st.text("ҡаә ӘҺbқ?.\u0306\ud800"))
def test_confidence_is_a_probability_for_any_text(text: str) -> None:
    assert 0 <= detect_language(text).confidence <= 1


def test_letters_may_be_composed_or_not() -> None:
    for question in ("Ҡайҙа?", "Какой?"):
        assert detect_language(unicodedata.normalize("NFD", question)) == detect_language(question)


@pytest.mark.parametrize(
    ("parts", "language"),
    [
        ([("ba", 80), ("ru", 20)], "ba"),
        ([("ba", 79), ("ru", 21)], "mixed"),
        ([("ru", 80), ("ba", 20)], "ru"),
        ([("mixed", 50), ("ru", 50)], "mixed"),
        ([("ru", 40), ("other", 30)], "ru"),
        ([("ru", 30), ("other", 30)], "other"),
        ([("ba", 10), ("ru", 10), ("other", 79)], "other"),
        ([], "other"),
    ],
)
def test_the_language_of_a_text_is_that_of_four_fifths_of_its_sentences(
    parts: list[tuple[Language, int]], language: Language
) -> None:
    assert language_of_parts(parts) == language


@pytest.mark.parametrize(
    "pair", list(combinations(["ba_function", "ru_function", "tt_function", "kk_function"], 2))
)
def test_no_word_is_evidence_for_two_languages(pair: tuple[str, str]) -> None:
    assert word_list(pair[0]) & word_list(pair[1]) == set()
