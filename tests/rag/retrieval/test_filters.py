"""Filters act before the ranking: they hold, and as many come as there can be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.filters import Filters
from index.passages import Passage
from index.reader import IndexView
from rag.retrieval import Mode
from tests.rag.queries import read_query
from tests.rag.retrieval.library import (
    FILTERS,
    MODES,
    QUESTIONS,
    TRANSLATED,
    held_terms,
    lets_through,
    search,
    wanted_terms,
)


def test_the_library_has_passages_of_several_languages(everything: list[Passage]) -> None:
    assert {passage.language for passage in everything} == {"ba", "ru", "other"}


@given(QUESTIONS, st.integers(1, 60), st.sampled_from(["hybrid", "dense"]), FILTERS)
def test_filters_hold_and_fill_top_k_when_that_many_match(
    view: IndexView,
    everything: list[Passage],
    asked: str,
    top_k: int,
    mode: Mode,
    filters: Filters,
) -> None:
    matching = {p.chunk_id for p in everything if lets_through(filters, p)}

    hits = search(view, asked, top_k, mode, filters)

    found = [hit.passage.chunk_id for hit in hits]
    assert len(found) == len(set(found)) == min(top_k, len(matching))
    assert set(found) <= matching


@given(QUESTIONS, st.integers(1, 60), FILTERS)
def test_filters_hold_and_fill_top_k_with_the_words_of_the_question(
    view: IndexView, everything: list[Passage], asked: str, top_k: int, filters: Filters
) -> None:
    query = read_query(asked, view, TRANSLATED)
    wanted = wanted_terms(query)
    matching = {
        p.chunk_id
        for p in everything
        if lets_through(filters, p) and not wanted.isdisjoint(held_terms(p))
    }

    found = [hit.passage.chunk_id for hit in search(view, query, top_k, "lexical", filters)]

    assert len(found) == len(set(found)) == min(top_k, len(matching))
    assert set(found) <= matching


@given(QUESTIONS, st.sampled_from(["hybrid", "dense"]), FILTERS)
def test_a_filter_narrows_and_does_not_change_what_is_left(
    view: IndexView, asked: str, mode: Mode, filters: Filters
) -> None:
    everywhere = search(view, asked, 10_000, mode)
    expected = [h for h in everywhere if lets_through(filters, h.passage)]

    narrowed = search(view, asked, 10_000, mode, filters)

    assert {h.passage.chunk_id for h in narrowed} == {h.passage.chunk_id for h in expected}
    np.testing.assert_allclose(
        [h.score for h in narrowed], [h.score for h in expected], rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", [Filters(source=["x"]), Filters(language=["mixed"])])
def test_a_filter_that_lets_nothing_through_has_no_hit(
    view: IndexView, mode: Mode, filters: Filters
) -> None:
    assert search(view, "мәктәп", 5, mode, filters) == []
