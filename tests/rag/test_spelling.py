"""Other spellings of a word: names in the other language, and slips of the typist."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folder import DataFolder
from index.reader import IndexView
from index.text.analysis import analyse
from rag.spelling import names_spelt_otherwise, slips_of
from tests.fakes import fake_folder, ingest

BASHKIR = "Хәмитов Сәғәҙиев Мортаҙин Ғәбделхаҡов Әхмәтҡужин Ҡужәхмәтов Стәрлетамаҡ".split()
RUSSIAN = "Байбурин Белорецк Мустафин Нуриманов Пушкин Сафаргалиев Хамитов".split()
NUMBERS = "2024 1200 3,5 12345 100".split()
OTHERS = "мәктәп сәләм ҡунаҡтар школа большинство кашалот".split()
KNOWN = [*BASHKIR, *RUSSIAN, *NUMBERS, *OTHERS]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexView]:
    folder = fake_folder(tmp_path_factory.mktemp("spelling"))
    ingest(folder, *({"id": f"{n}", "text": f"{word}."} for n, word in enumerate(KNOWN)))
    with folder.index.view() as opened:
        yield opened


def term(word: str) -> str:
    (only,) = analyse(word)
    return only.text


def other_spellings(term: str, written: str, view: IndexView) -> list[str]:
    names = names_spelt_otherwise(term, written, view)
    return list(dict.fromkeys([*names, *slips_of(term, written, view)]))


def reaches(view: IndexView, written: str, known: str) -> bool:
    """Whether ``known`` is found by its own term or by another spelling of what was written."""
    asked = term(written)
    return term(known) in [asked, *other_spellings(asked, written, view)]


@st.composite
def slips(draw: st.DrawFn, words: list[str]) -> tuple[str, str]:
    """A word, and the same with two letters swapped, one left out or one doubled inside."""
    word = draw(st.sampled_from(words))
    at = draw(st.integers(1, len(word) - 2))
    slip = draw(st.sampled_from(["swapped", "left out", "doubled"]))
    if slip == "swapped":
        return word, word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word, word[:at] + (word[at + 1 :] if slip == "left out" else word[at] + word[at:])


# Names whose terms have the letters that a slip may happen in.
LONG_NAMES = [*BASHKIR[1:], *(name for name in RUSSIAN if name not in ("Хамитов", "Пушкин"))]


@given(slips(LONG_NAMES))
def test_a_name_is_found_in_spite_of_a_slip(view: IndexView, pair: tuple[str, str]) -> None:
    name, written = pair
    assert reaches(view, written, name)
    assert reaches(view, written.lower(), name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Хәмитов", "Хамитов"),
        ("Сәғәҙиев", "Сагазиев"),
        ("Мортаҙин", "Муртазин"),
        ("Ғәбделхаҡов", "Габдельхаков"),
        ("Әхмәтҡужин", "Ахметкужин"),
        ("Стәрлетамаҡ", "Стерлитамак"),
        ("Байбурин", "Байбурина"),
    ],
)
def test_a_name_is_spelt_as_in_the_other_language(folder: DataFolder, one: str, other: str) -> None:
    for held, asked in ((one, other), (other, one)):
        ingest(folder, {"id": "a", "text": f"{held}."})
        with folder.index.view() as view:
            assert reaches(view, asked, held), (held, asked)


@pytest.mark.parametrize("written", ["мактап", "мэктап", "маҡтәп"])
def test_letters_that_the_keyboard_lacks_are_typed_in_several_ways(
    view: IndexView, written: str
) -> None:
    assert reaches(view, written, "мәктәп")


@given(st.from_regex(r"[0-9]{1,6}", fullmatch=True))
def test_numbers_are_never_respelt(view: IndexView, number: str) -> None:
    assert other_spellings(number, number, view) == []


@given(st.sampled_from(KNOWN).map(lambda word: word + "ссс") | slips(KNOWN).map(lambda p: p[1]))
def test_no_word_is_taken_for_a_number_or_for_itself(view: IndexView, written: str) -> None:
    for own in analyse(written):
        found = other_spellings(own.text, written, view)
        assert own.text not in found
        assert len(set(found)) == len(found)
        assert not any(other[0].isdigit() for other in found)


@pytest.mark.parametrize("word", ["школа", "большинство", "сәләм", "кашалот"])
def test_a_word_that_the_index_has_is_no_slip(view: IndexView, word: str) -> None:
    assert other_spellings(term(word), word, view) == []


@pytest.mark.parametrize("word", ["шкаф", "кот", "рыбак", "каракатица", "Иванов", "Ян", "ъъъ"])
def test_a_word_that_resembles_none_has_no_other_spelling(view: IndexView, word: str) -> None:
    assert other_spellings(term(word), word, view) == []


def test_only_a_name_is_matched_by_its_consonants(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": "Мортаҙин."}, {"id": "b", "text": "Муртазин."})
    with folder.index.view() as view:
        asked = term("Мортаҙин")
        assert other_spellings(asked, "Мортаҙин", view) == [term("Муртазин")]
        assert other_spellings(asked, "мортаҙин", view) == []


def test_the_nearest_slips_come_first_and_not_many(folder: DataFolder) -> None:
    words = ["каракатыца", "каракатиця", "каракатийа", "каракатоца", "карабатыца"]
    ingest(folder, *({"id": word, "text": f"{word}."} for word in words))
    with folder.index.view() as view:
        found = other_spellings("каракатица", "каракатица", view)

    assert len(found) <= 3
    assert term("карабатыца") not in found


def test_an_empty_index_knows_no_other_spelling(folder: DataFolder) -> None:
    with folder.index.view() as empty:
        assert other_spellings("хэмитов", "Хәмитов", empty) == []
