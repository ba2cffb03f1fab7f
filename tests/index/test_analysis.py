"""Words as they are matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analysis import analyse, fold
from index.text.wordlists import word_list

ANY_TEXT = st.text() | st.text("ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢабвгдеёЁəaoc 0123456789.,-«»ßİ")


def terms(text: str) -> list[str]:
    return [term.text for term in analyse(text)]


@given(ANY_TEXT)
def test_terms_stand_where_their_spans_say(text: str) -> None:
    found = analyse(text)

    for term in found:
        word = term.span.of(text)
        assert word.strip(".,") == word
        if word[0].isdigit():
            assert term.text == word.replace(",", ".")
        else:
            assert term.text == fold(word)[:5]


@given(ANY_TEXT)
def test_terms_stand_in_order_and_apart(text: str) -> None:
    edges = [edge for term in analyse(text) for edge in (term.span.start, term.span.end)]

    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)


@given(ANY_TEXT)
def test_every_word_of_the_text_is_a_term_or_a_stop_word(text: str) -> None:
    stop = {fold(word) for name in ("ba_stop", "ru_stop") for word in word_list(name)}
    left = list(text)
    for term in analyse(text):
        left[term.span.start : term.span.end] = " " * len(term.span)

    rest = "".join(letter if letter.isalpha() else " " for letter in left).split()

    assert all(fold(word) in stop for word in rest)


@given(st.text())
def test_folding_twice_changes_nothing_more_for_the_alphabets_in_use(text: str) -> None:
    letters = "".join(c for c in text if "\u0400" <= c <= "\u04ff")

    assert fold(fold(letters)) == fold(letters)


@pytest.mark.parametrize(
    ("bashkir", "typed"),
    [
        ("ҡасан", "касан"),
        ("ғалим", "галим"),
        ("ҙур", "зур"),
        ("өҫтәл", "остэл"),
        ("һум", "хум"),
        ("ҮҘӘК", "узэк"),
        ("яңы", "яны"),
        ("учёба", "учеба"),
        ("түңәрәк", "тунэрэк"),
    ],
)
def test_bashkir_letters_match_what_is_typed_on_a_russian_keyboard(
    bashkir: str, typed: str
) -> None:
    assert fold(bashkir) == typed
    assert fold(typed) == typed


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        pytest.param("нəмə", "нәмә", id="Latin schwa"),
        pytest.param("Əлеге", "Әлеге", id="Latin capital schwa"),
        pytest.param("кaлa", "кала", id="Latin a"),
        pytest.param("cоюз", "союз", id="Latin c"),
        pytest.param("oйошма", "ойошма", id="Latin o"),
        pytest.param("Poссия", "Россия", id="Latin capital P and o"),
        pytest.param("Tүңәрәк", "Түңәрәк", id="Latin capital T"),
        pytest.param("hум", "һум", id="Latin h"),
        pytest.param("ζур", "ҙур", id="Greek zeta"),
        pytest.param("қала", "ҡала", id="Kazakh қ"),
        pytest.param("ҳава", "һава", id="Uzbek ҳ"),
    ],
)
def test_look_alikes_inside_cyrillic_words_are_read_as_what_they_look_like(
    disguised: str, plain: str
) -> None:
    assert disguised != plain
    assert terms(disguised) == terms(plain)


def test_latin_words_stay_latin() -> None:
    assert fold("ROC") == "roc"
    assert terms("Microsoft Access") == ["micro", "acces"]


def test_words_of_one_stem_are_one_term() -> None:
    assert terms("кластер кластеры кластеров кластерҙарҙы") == ["класт"] * 4
    assert terms("Башҡортостан Башкортостана БАШҠОРТОСТАНДЫҢ") == ["башко"] * 3


def test_stop_words_of_both_languages_are_left_out_however_they_are_typed() -> None:
    assert terms("кто и где был на нём") == []
    assert terms("ул һәм был ҡасан булды") == []
    assert terms("ул хэм был касан булды") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2036 году", ["2036", "году"]),
        ("3,5 и 3.5", ["3.5", "3.5"]),
        ("1 200", ["1", "200"]),
        ("280-гә", ["280", "гэ"]),
        ("5,", ["5"]),
        ("44млрд", ["44", "млрд"]),
        ("8 (347) 12-34", ["8", "347", "12", "34"]),
        ("", []),
        ("😀 — «»", []),
        ('" OR * NEAR(', ["or", "near"]),
    ],
)
def test_numbers_and_marks(text: str, expected: list[str]) -> None:
    assert terms(text) == expected
