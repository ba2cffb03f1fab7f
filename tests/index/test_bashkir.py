from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.stemming.measures import measure
from eval.stemming.tables import UNIMORPH, VERBS, read_forms
from index.text.analysis import fold
from index.text.bashkir import chains, normal, stem

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
FOLDED = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # number
        ("балалар", "бала"), ("урмандар", "урман"), ("юлдар", "юл"), ("китаптар", "китап"),
        ("һыуҙар", "хыу"), ("көндәр", "кон"), ("мәктәптәр", "мэктэп"),
        # possession
        ("балам", "бала"), ("улым", "ул"), ("балаһы", "бала"), ("ауылы", "ауыл"),
        ("телебеҙ", "тел"), ("илебеҙҙең", "ил"), ("балаларығыҙға", "бала"),
        # case
        ("баланың", "бала"), ("ҡаланы", "кала"), ("ҡалаға", "кала"), ("ҡалала", "кала"),
        ("ҡаланан", "кала"), ("ауылда", "ауыл"), ("мәктәптән", "мэктэп"), ("өйгә", "ой"),
        ("халҡының", "халык"), ("ҡалаһында", "кала"), ("урманына", "урман"),
        ("ауылдағы", "ауыл"), ("илдәгеләр", "ил"),
        # predicate
        ("кешемен", "кеше"), ("балабыҙ", "бала"), ("юлдалыр", "юл"),
        # voice and negation
        ("яҙылған", "яз"), ("эшләнгән", "эшлэ"), ("төҙөлдө", "тозо"), ("килмәгән", "кил"),
        ("барманы", "бар"),
        # tense, mood and person
        ("барам", "бар"), ("килә", "кил"), ("уҡыйбыҙ", "укы"), ("эшләнеләр", "эшлэ"),
        ("киттек", "кит"), ("булыр", "бул"), ("килмәҫ", "кил"), ("эшләйәсәк", "эшлэ"),
        ("барһаң", "бар"), ("килһендәр", "кил"), ("барайыҡ", "бар"),
        # participle, verbal noun and agent
        ("барғанда", "бар"), ("килгәненә", "кил"), ("эшләүе", "эшлэ"), ("барыуға", "бар"),
        ("тикшереүселәр", "тикшер"),
        # converb and infinitive
        ("алып", "ал"), ("килгәс", "кил"), ("күргәнсе", "кур"), ("барырға", "бар"),
        ("килмәҫкә", "кил"),
    ],
)  # fmt: skip
def test_suffixes_of_every_class_come_off(word: str, expected: str) -> None:
    assert stem(fold(word)) == expected


@pytest.mark.parametrize(
    "words",
    ["китап китабы китабым", "балыҡ балығы балыҡтар", "халыҡ халҡы халыҡҡа", "урын урыны урындағы",
     "ауыҙ ауыҙы", "сыҡҡан сыға сығып", "тапты таба табып", "ҡуйған ҡуя ҡуйыу",
     "роль роле ролен", "клуб клубы клубтар", "автомобиль автомобиле", "йый йыя йыйған"],
)  # fmt: skip
def test_variants_of_a_stem_meet(words: str) -> None:
    assert len({stem(fold(word)) for word in words.split()}) == 1


@pytest.mark.parametrize(
    "words",
    ["бала бал", "ҡала ҡал", "ҡарға ҡар", "дуҫлыҡ дуҫ", "балыҡсы балыҡ", "һүҙлек һүҙ",
     "башҡала баш", "юлһыҙ юл", "мәктәп мәк"],
)  # fmt: skip
def test_different_words_stay_apart(words: str) -> None:
    one, other = words.split()
    assert stem(fold(one)) != stem(fold(other))


@pytest.mark.parametrize("word", ["", "-", "а", "ofo", "東京", "42", "ооо-", "ь", "ъь"])
def test_what_is_no_bashkir_word_comes_back(word: str) -> None:
    assert stem(word) == word


def test_of_several_parts_the_last_is_stemmed() -> None:
    assert stem("баш мэкэлэлэрзэн") == "баш мэкэлэ"
    assert stem("азык-тулекте") == "азык-тулек"


@given(st.text(FOLDED, min_size=1, max_size=30))
def test_a_stem_is_a_folded_word_no_longer_than_the_word(word: str) -> None:
    found = stem(word)
    assert 0 < len(found) <= len(word)
    assert set(found) <= set(FOLDED)


@given(st.text(FOLDED, min_size=2, max_size=12), st.sampled_from(sorted(chains())))
def test_a_stem_begins_as_the_word_does(word: str, letters: str) -> None:
    """Only its last two letters can differ: a voiceless end, a vowel put back, й out of я."""
    found = stem(word + letters)
    assert (word + letters).startswith(found[:-2])


@given(st.text())
def test_any_text_is_taken(word: str) -> None:
    assert bool(stem(word)) == bool(word)


def test_long_words_take_no_time() -> None:
    assert stem("балалар" * 20_000)


def test_the_one_form_of_a_stem_is_its_own() -> None:
    for variant in ("китаб", "балыг", "роль", "объ"):
        assert normal(normal(variant)) == normal(variant)


def test_verbs_of_the_press() -> None:
    figures = measure(read_forms(VERBS), fold, stem)
    assert figures.together.value > 0.96
    assert figures.apart.value > 0.92


@pytest.mark.corpora
def test_nouns_of_unimorph() -> None:
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is not there")
    figures = measure(read_forms(CORPORA / UNIMORPH), fold, stem)
    assert figures.together.value > 0.94
    assert figures.together_by_lemma.value > 0.93
    assert figures.apart.value > 0.97
