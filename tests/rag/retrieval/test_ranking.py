"""The order of hits: each mode by its own scores, all languages in one ranking."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.filters import Filters
from index.folder import DataFolder
from index.passages import Passage
from index.reader import IndexView
from rag.fusion import FUSED, load_fusion
from rag.retrieval import Hit, Mode, find
from tests.fakes import ingest
from tests.rag.queries import read_query
from tests.rag.retrieval.library import (
    FILTERS,
    MODES,
    QUESTIONS,
    TRANSLATED,
    held_terms,
    search,
    wanted_terms,
)


@given(QUESTIONS, st.integers(1, 30), st.sampled_from(MODES), st.booleans())
def test_hits_stand_best_first(
    view: IndexView, asked: str, top_k: int, mode: Mode, grouped: bool
) -> None:
    scores = [hit.score for hit in search(view, asked, top_k, mode, grouped=grouped)]

    assert scores == sorted(scores, reverse=True)


@given(QUESTIONS, st.sampled_from(MODES))
def test_a_smaller_top_k_is_the_beginning_of_a_larger_one(
    view: IndexView, asked: str, mode: Mode
) -> None:
    ten = [hit.passage.chunk_id for hit in search(view, asked, 10, mode)]

    assert [hit.passage.chunk_id for hit in search(view, asked, 3, mode)] == ten[:3]


@given(QUESTIONS)
def test_dense_mode_ranks_by_cosine_alone(
    view: IndexView, everything: list[Passage], asked: str
) -> None:
    query = read_query(asked, view)

    hits = search(view, query, 20, "dense")

    ids = np.array([passage.chunk_id for passage in everything], np.int64)
    cosines = np.sort(view.dense_scores(query.vector, ids))[::-1][:20]
    np.testing.assert_allclose([hit.score for hit in hits], cosines, atol=1e-6)
    assert all(hit.score == hit.dense for hit in hits)


@given(QUESTIONS)
def test_lexical_mode_ranks_by_bm25_alone_and_finds_only_what_holds_a_word(
    view: IndexView, everything: list[Passage], asked: str
) -> None:
    query = read_query(asked, view, TRANSLATED)
    wanted = wanted_terms(query)

    hits = search(view, query, 20, "lexical")

    ids = np.array([passage.chunk_id for passage in everything], np.int64)
    bm25, _ = view.lexical_scores([word.alternatives for word in query.words], ids)
    share = bm25 / (sum(word.weight for word in query.words) or 1)
    np.testing.assert_allclose([h.score for h in hits], np.sort(share[share > 0])[::-1][:20], 1e-5)
    assert all(hit.score == hit.lexical > 0 for hit in hits)
    assert all(not wanted.isdisjoint(held_terms(hit.passage)) for hit in hits)


@given(QUESTIONS, FILTERS)
def test_hybrid_scores_are_fused_for_the_language_of_each_passage(
    view: IndexView, asked: str, filters: Filters
) -> None:
    query = read_query(asked, view, TRANSLATED)
    found = find(view, query, load_fusion(), 10, filters=filters)

    assert found.features.shape == (len(found.ids), len(FUSED))
    assert len(set(found.ids.tolist())) == len(found.ids)
    passages = view.passages(found.ids)
    for passage, features, score in zip(passages, found.features, found.scores, strict=True):
        expected = load_fusion().fuse(features[None], query.language, passage.language)
        assert score == pytest.approx(expected[0], rel=1e-5)


def test_words_decide_between_equal_vectors(view: IndexView) -> None:
    asked = read_query("өҫтәл", view)
    blind = replace(asked, vector=np.zeros_like(asked.vector))

    hits = search(view, blind, 5)

    assert all(hit.lexical > 0 for hit in hits)


@pytest.mark.parametrize("mode", MODES)
def test_equal_scores_stand_in_the_order_of_their_ids(folder: DataFolder, mode: Mode) -> None:
    # Two segments; of words, as many as are candidates.
    half = 50 if mode == "lexical" else 100
    for first in (0, half):
        documents = range(first, first + half)
        ingest(folder, *({"id": f"{n:03}", "text": "Мәктәп асылды."} for n in documents))
    with folder.index.view() as view:
        orders = [
            [hit.passage.chunk_id for hit in search(view, "мәктәп", top_k, mode)]
            for top_k in (3, 20, 20, 200)
        ]
        ids = sorted(passage.chunk_id for passage in view.passages(range(1000)))
    assert orders == [ids[:3], ids[:20], ids[:20], ids]


@given(QUESTIONS, st.integers(1, 60), st.sampled_from(MODES))
def test_the_languages_are_ranked_together_by_their_scores(
    view: IndexView, asked: str, top_k: int, mode: Mode
) -> None:
    apart = [
        hit
        for language in ("ba", "ru", "other")
        for hit in search(view, asked, top_k, mode, Filters(language=[language]))
    ]
    apart.sort(key=lambda hit: (-hit.score, hit.passage.chunk_id))

    together = search(view, asked, top_k, mode)

    np.testing.assert_allclose(
        [h.score for h in together], [h.score for h in apart[:top_k]], 1e-5, 1e-5
    )


@pytest.mark.parametrize("asked", ["мәктәп ҡала", "школа и город"])
def test_words_and_their_translations_stand_in_one_ranking(view: IndexView, asked: str) -> None:
    languages = [hit.passage.language for hit in search(view, asked, 40, "lexical")]

    first, last = languages.index, languages[::-1].index
    assert first("ru") < len(languages) - last("ba")  # not one language after the other
    assert first("ba") < len(languages) - last("ru")


@example("үҙәк", 14, "dense", Filters())  # most of the nearest in Bashkir are of one document
@given(QUESTIONS, st.integers(1, 70), st.sampled_from(MODES), FILTERS)
def test_grouped_by_document_each_comes_once_by_its_best_hit(
    view: IndexView, asked: str, top_k: int, mode: Mode, filters: Filters
) -> None:
    best: dict[str, Hit] = {}
    for hit in search(view, asked, 10_000, mode, filters):
        best.setdefault(hit.passage.document_id, hit)

    hits = search(view, asked, top_k, mode, filters, grouped=True)

    found = [hit.passage.document_id for hit in hits]
    assert len(found) == len(set(found)) == min(top_k, len(best))
    if mode != "hybrid":  # which reads so many candidates only, by each of its two kinds
        expected = list(best.values())[:top_k]
        assert [hit.passage for hit in hits] == [hit.passage for hit in expected]
        assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in expected])
