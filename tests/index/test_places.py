"""Words of a question in a passage, when it comes first and when it comes again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import places as places_module
from index.text.analysis import analyse
from index.text.language import Language
from index.text.places import places
from index.text.spans import Span

LETTERS = st.text() | st.text("ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢабвгдеёЁəaoc 0123456789.,-«»ßİ")
LANGUAGES: list[Language] = ["ba", "ru", "mixed", "other"]


@given(LETTERS, st.sampled_from(LANGUAGES), st.sets(st.integers(0, 9)))
def test_wanted_terms_stand_at_their_places(
    text: str, language: Language, chosen: set[int]
) -> None:
    found = analyse(text, language)
    wanted = {term.text for at, term in enumerate(found) if at in chosen}
    expected = [term.span for term in found if term.text in wanted]
    assert places(text, language, wanted) == expected
    assert places(text, language, {*wanted, ""}) == expected
    assert places(text, language, wanted, 7) == [place.shifted(7) for place in expected]


def test_the_same_text_in_another_language_says_other_terms() -> None:
    (bashkir,), (russian,) = analyse("баларга", "ba"), analyse("баларга", "ru")
    assert bashkir.text != russian.text
    for _ in range(2):
        assert places("баларга", "ba", {bashkir.text}) == [Span(0, 7)]
        assert places("баларга", "ru", {bashkir.text}) == []


def test_a_text_that_comes_again_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Өфөлә технопарк асылды, 2011 йыл."
    (wanted,) = analyse("технопарк")
    first = places(text, "ba", {wanted.text})
    assert [place.of(text) for place in first] == ["технопарк"]
    monkeypatch.setattr(places_module, "placed_terms", None)
    assert places(text, "ba", {wanted.text}) == first
