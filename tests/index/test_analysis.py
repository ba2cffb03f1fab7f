"""Words as they are matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analysis import (
    analyse,
    fold,
    stem_in_both,
    terms_of,
)
from index.text.bashkir import stem
from index.text.language import Language
from index.text.spans import Span
from index.text.wordlists import word_list, word_pairs

ANY_TEXT = st.text() | st.text("ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢабвгдеёЁəaoc 0123456789.,-«»ßİ")
STOP_LISTS = ("ba_stop", "ru_stop")
LANGUAGES: list[Language] = ["ba", "ru", "mixed", "other"]
ANY_LANGUAGE = st.none() | st.sampled_from(LANGUAGES)


@given(ANY_TEXT, st.sampled_from(LANGUAGES))
def test_terms_are_those_of_the_words_where_their_spans_say(text: str, language: Language) -> None:
    for term in analyse(text, language):
        word = term.span.of(text)
        (alone,) = analyse(word, language)
        assert (alone.text, alone.span) == (term.text, Span(0, len(word)))
        assert word.strip(".,\n ") == word


@given(ANY_TEXT, ANY_LANGUAGE)
def test_no_term_is_empty_or_holds_white_space(text: str, language: Language | None) -> None:
    assert all(len(term.split()) == 1 for term in terms_of(text, language))


@given(ANY_TEXT)
def test_without_a_language_it_is_found_from_the_text(text: str) -> None:
    assert analyse(text) in (analyse(text, "ba"), analyse(text, "ru"))


@given(ANY_TEXT)
def test_terms_stand_in_order_and_apart(text: str) -> None:
    edges = [edge for term in analyse(text) for edge in (term.span.start, term.span.end)]

    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)


@given(ANY_TEXT)
def test_every_word_of_the_text_is_a_term_or_a_stop_word(text: str) -> None:
    stop = {fold(word) for name in STOP_LISTS for word in word_list(name)}
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
    assert terms_of(disguised) == terms_of(plain)


@pytest.mark.parametrize(
    ("disguised", "plain"), [("мəктəптəрҙе", "мәктәптәрҙе"), ("мəктəптəре", "мәктәптәре")]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_look_alikes_tell_a_bashkir_word_in_any_text(
    disguised: str, plain: str, language: Language
) -> None:
    assert terms_of(disguised, language) == terms_of(plain, language) == ["мэктэп"]


def test_latin_words_stay_latin() -> None:
    assert fold("ROC") == "roc"
    assert terms_of("Microsoft Access") == ["microsoft", "access"]


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ("мәктәп мәктәптә мәктәптәр мәктәбендә мәктәптәрҙең", "ba", "мэктэп"),
        ("бала балалар балаларыбыҙға баланың", "ba", "бала"),
        ("китап китабы китаптарҙы китапта", "ba", "китап"),
        ("Өфө Өфөлә Өфөнән Өфөнөң", "ba", "офо"),
        ("школа школу школы школами школ", "ru", "школ"),
        ("новый новая новыми новых", "ru", "нов"),
        ("год году года годом", "ru", "год"),
        ("кластер кластеры кластеров кластерҙарҙы", None, "кластер"),
    ],
)
def test_words_of_one_stem_are_one_term(
    words: str, language: Language | None, expected: str
) -> None:
    assert terms_of(words, language) == [expected] * len(words.split())


@pytest.mark.parametrize("language", ["ru", "mixed", "other"])
def test_a_word_with_bashkir_letters_is_stemmed_as_bashkir_in_any_text(language: Language) -> None:
    assert terms_of("Открыли мәктәптәрҙе", language) == ["откр", "мэктэп"]
    assert terms_of("БАШҠОРТ ҺӘНӘРЕН показали", language)[:2] == terms_of("башҡорт һәнәрен", "ba")


def test_the_language_decides_how_words_of_both_alphabets_are_stemmed() -> None:
    assert terms_of("китапта", "ba") == ["китап"]
    assert terms_of("китапта", "ru") == ["китапт"]
    assert terms_of("библиотеками", "ru") == ["библиотек"]


BASHKIR_WORDS = st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢ", min_size=1)


@given(st.lists(BASHKIR_WORDS).map(" ".join))
def test_bashkir_typed_on_a_russian_keyboard_gives_the_same_terms(text: str) -> None:
    assert terms_of(fold(text), "ba") == terms_of(text, "ba")


@given(BASHKIR_WORDS)
def test_bashkir_words_are_matched_by_their_stems(word: str) -> None:
    stop = fold(word) in {fold(other) for name in STOP_LISTS for other in word_list(name)}
    expected = dict(PAIRS).get(fold(word)) or stem(fold(word))

    assert terms_of(word, "ba") == ([] if stop else [expected])


PAIRS = [(fold(word), fold(other)) for word, other in word_pairs("equivalents")]


@pytest.mark.parametrize(("word", "other"), PAIRS)
def test_what_a_word_is_read_as_is_read_as_itself(word: str, other: str) -> None:
    assert terms_of(word, "ba") == terms_of(word, "ru") == [other]
    assert terms_of(other, "ba") == terms_of(other, "ru") == [other]


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("млн миллион миллиона миллионов", "ru"),
        ("млн МЛН. миллион миллионға", "ba"),
        ("млрд миллиард миллиардов миллиардами", "ru"),
        ("трлн триллион триллионов", "ru"),
        ("тыс. тысяча тысячи тысяч тысячами", "ru"),
        ("БР РБ", "ba"),
        (
            "Башкирия Башкирии Башкирию Башкирией Башкортостан Башкортостана Башкортостану "
            "Башкортостаном Башкортостане Башҡортостан",
            "ru",
        ),
        (
            "Башҡортостан Башҡортостандың Башҡортостанға Башҡортостанды Башҡортостанда "
            "Башҡортостандан Башкортостанда Башкирия",
            "ba",
        ),
        ("Татарстан Татарстана Татарстану Татарстаном Татарстане", "ru"),
    ],
)
def test_words_that_mean_the_same_are_one_term(words: str, language: Language) -> None:
    assert len(set(terms_of(words, language))) == 1


def test_bashkortostan_is_one_term_in_both_languages() -> None:
    assert terms_of("в Башкирии", "ru") == terms_of("Башҡортостанда", "ba") == ["башкортостан"]


def test_stop_words_of_both_languages_are_left_out_however_they_are_typed() -> None:
    assert terms_of("кто и где был на нём") == []
    assert terms_of("ул һәм был ҡасан булды") == []
    assert terms_of("ул хэм был касан булды") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2036 году", ["2036", "год"]),
        ("3,5 и 3.5", ["3.5", "3.5"]),
        ("1 200 1\u00a0200 1\u202f200 1200", ["1200"] * 4),
        ("12 345 678 человек", ["12345678", "человек"]),
        ("1 200. 10 000, 300", ["1200", "10000", "300"]),
        ("2011 2012", ["2011", "2012"]),
        ("2036 200", ["2036", "200"]),
        ("1 2000", ["1", "2000"]),
        ("12 34", ["12", "34"]),
        ("1\n200", ["1", "200"]),
        ("280-гә", ["280", "гэ"]),
        ("5,", ["5"]),
        ("44млрд", ["44", "миллиард"]),
        ("8 (347) 12-34", ["8", "347", "12", "34"]),
        ("", []),
        ("😀 — «»", []),
        ('" OR * NEAR(', ["or", "near"]),
    ],
)
def test_numbers_and_marks(text: str, expected: list[str]) -> None:
    assert terms_of(text) == expected


@given(st.integers(0, 10**12), st.sampled_from(" \u00a0\u202f"))
def test_a_number_is_the_same_with_its_digits_in_groups(number: int, space: str) -> None:
    assert terms_of(f"{number:,}".replace(",", space)) == [str(number)]


def test_a_word_has_a_stem_in_each_language() -> None:
    assert stem_in_both("Китапта") == ("китап", "китапт")
    assert stem_in_both("МӘКТӘПТӘР")[0] == "мэктэп"
    assert stem_in_both("миллионов") == ("миллионов", "миллион")
    assert stem_in_both("Башкирии") == ("башкортостан", "башкортостан")
