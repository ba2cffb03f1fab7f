"""Highlights: the words of a passage that were asked for, in either language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.filters import Filters
from index.folder import DataFolder
from index.reader import IndexView
from index.text.analysis import analyse
from index.text.language import Language
from rag.retrieval import Mode
from tests.rag.queries import read_query
from tests.rag.retrieval.library import (
    MODES,
    QUESTIONS,
    TRANSLATED,
    held_terms,
    search,
    wanted_terms,
)


@given(QUESTIONS, st.sampled_from(MODES))
def test_highlights_are_the_words_that_were_asked_for(
    view: IndexView, asked: str, mode: Mode
) -> None:
    query = read_query(asked, view, TRANSLATED)
    wanted = wanted_terms(query)
    for hit in search(view, query, 5, mode):
        inside = hit.passage.span
        for span in hit.highlights:
            assert inside.start <= span.start < span.end <= inside.end
            word = span.shifted(-inside.start).of(hit.passage.text)
            assert word.isalpha()
            language: Language = "ba" if hit.passage.language == "ba" else "ru"
            assert next(term.text for term in analyse(word, language)) in wanted
        held = [term for term in held_terms(hit.passage) if term in wanted]
        assert len(hit.highlights) == len(held)
        assert bool(hit.highlights) == (hit.lexical > 0)


@pytest.mark.parametrize(
    ("asked", "ba", "ru"),
    [
        ("мәктәптә", "мәктәп", "школа"),
        ("в школах", "мәктәп", "школа"),
        ("ҡаланың", "ҡала", "город"),
    ],
)
def test_a_question_highlights_its_words_in_both_languages(
    view: IndexView, asked: str, ba: str, ru: str
) -> None:
    for language, expected in (("ba", ba), ("ru", ru)):
        hits = search(view, asked, 10, "lexical", Filters(language=[language]))
        assert len(hits) == 10
        for hit in hits:
            text = hit.passage.text.casefold()
            marked = [s.shifted(-hit.passage.span.start).of(text) for s in hit.highlights]
            assert marked == [expected] * text.count(expected)


def test_highlights_of_a_later_passage_stand_in_the_text_of_its_document(
    library: DataFolder, view: IndexView
) -> None:
    hits = search(view, "мәктәп", 50, "lexical", Filters(document_id=["long-ba"]))

    text = library.library.text("long-ba")
    assert max(hit.passage.span.start for hit in hits) > 1000
    for hit in hits:
        assert {span.of(text).casefold() for span in hit.highlights} == {"мәктәп"}
