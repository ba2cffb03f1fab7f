"""Retrieval: dense and lexical candidates fused, filters before the ranking."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folder import DataFolder
from index.reader import Filters, IndexView
from index.text.analysis import analyse
from rag.retrieval import Mode, Query, retrieve, standardised, with_neighbours
from tests.fakes import FakeEmbedder, fake_folder, ingest

WORDS_BA = "мәктәп ҡала өҫтәл үҙәк һөйләм эшләй ҡатнаша йыл яңы һәм".split()
WORDS_RU = "школа город стол центр предложение работает участие год новый было".split()
MODES: list[Mode] = ["hybrid", "dense", "lexical"]


def _text(words: list[str], random: np.random.Generator, sentences: int) -> str:
    return " ".join(" ".join(random.choice(words, 9)).capitalize() + "." for _ in range(sentences))


def _documents() -> Iterator[dict[str, Any]]:
    """Sixty short documents of one or two languages, and two long ones."""
    random = np.random.default_rng(11)
    for number in range(60):
        words = (WORDS_BA, WORDS_RU)[number % 2]
        yield {
            "id": f"d{number:02}",
            "text": _text(words, random, 1 + number % 3),
            "source": f"s{number % 5}",
            "published_at": f"2024-01-{1 + number % 28:02}",
            "metadata": {"even": number % 4 == 0},
        }
    for name, words in (("long-ba", WORDS_BA), ("long-ru", WORDS_RU)):
        yield {"id": name, "text": _text(words, random, 150), "source": "long"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = fake_folder(tmp_path_factory.mktemp("retrieval"))
    assert ingest(folder, *_documents()).added == 62
    return folder


@pytest.fixture(scope="module")
def view(library: DataFolder) -> Iterator[IndexView]:
    with library.index.view() as opened:
        yield opened


def query(text: str) -> Query:
    terms = [term.text for term in analyse(text)]
    return Query(text, terms, FakeEmbedder().embed_queries([text])[0])


QUERIES = st.lists(st.sampled_from([*WORDS_BA, *WORDS_RU, "бөтөнләй"]), min_size=1, max_size=5).map(
    lambda words: query(" ".join(words))
)
FILTERS = st.builds(
    Filters,
    language=st.lists(st.sampled_from(["ba", "ru", "other"]), max_size=2),
    document_id=st.just([])
    | st.lists(st.sampled_from([f"d{n:02}" for n in range(65)]), max_size=30),
    source=st.lists(st.sampled_from(["s0", "s1", "s2", "long", "x"]), max_size=2),
    published_from=st.none() | st.just("2024-01-10T00:00:00Z"),
    published_to=st.none() | st.just("2024-01-20T00:00:00Z"),
    metadata=st.just({}) | st.just({"even": ["1"]}),
)


@given(QUERIES, st.integers(1, 60), st.sampled_from(["hybrid", "dense"]), FILTERS)
def test_filters_hold_and_fill_top_k_when_that_many_match(
    view: IndexView, asked: Query, top_k: int, mode: Mode, filters: Filters
) -> None:
    matching = view.matching(filters)
    count = len(np.concatenate(view.by_language(None))) if matching is None else len(matching)

    hits = retrieve(view, asked, top_k, mode, filters)

    found = [hit.passage.chunk_id for hit in hits]
    assert len(found) == len(set(found)) == min(top_k, count)
    assert matching is None or set(found) <= set(matching)


@given(QUERIES, st.integers(1, 70), st.sampled_from(MODES), FILTERS)
def test_grouped_by_document_each_comes_once_by_its_best_hit(
    view: IndexView, asked: Query, top_k: int, mode: Mode, filters: Filters
) -> None:
    everything = retrieve(view, asked, 10_000, mode, filters)
    documents = {hit.passage.document_id for hit in everything}

    hits = retrieve(view, asked, top_k, mode, filters, group_by_document=True)

    found = [hit.passage.document_id for hit in hits]
    assert len(found) == len(set(found)) == min(top_k, len(documents))


@given(QUERIES, st.sampled_from(["dense", "lexical"]))
def test_the_best_hit_of_a_document_is_its_best_passage(
    view: IndexView, asked: Query, mode: Mode
) -> None:
    best: dict[str, float] = {}
    for hit in retrieve(view, asked, 10_000, mode):
        best.setdefault(hit.passage.document_id, hit.score)

    grouped = retrieve(view, asked, 10, mode, group_by_document=True)

    assert [hit.score for hit in grouped] == sorted(best.values(), reverse=True)[:10]
    assert all(best[hit.passage.document_id] == hit.score for hit in grouped)


@given(QUERIES, st.integers(1, 30), st.sampled_from(MODES), st.booleans())
def test_hits_stand_best_first(
    view: IndexView, asked: Query, top_k: int, mode: Mode, grouped: bool
) -> None:
    hits = retrieve(view, asked, top_k, mode, group_by_document=grouped)

    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


@given(QUERIES)
def test_a_smaller_top_k_is_the_beginning_of_a_larger_one(view: IndexView, asked: Query) -> None:
    ten = [hit.passage.chunk_id for hit in retrieve(view, asked, 10)]

    assert [hit.passage.chunk_id for hit in retrieve(view, asked, 3)] == ten[:3]


@given(QUERIES)
def test_dense_mode_ranks_by_cosine_alone(view: IndexView, asked: Query) -> None:
    hits = retrieve(view, asked, 20, "dense")

    all_ids = np.concatenate(view.by_language(None))
    cosines = np.sort(view.dense_scores(asked.vector, all_ids))[::-1][:20]
    np.testing.assert_allclose([hit.score for hit in hits], cosines, atol=1e-6)
    assert all(hit.score == hit.dense for hit in hits)


@given(QUERIES)
def test_lexical_mode_ranks_by_bm25_alone_and_finds_only_what_holds_a_term(
    view: IndexView, asked: Query
) -> None:
    hits = retrieve(view, asked, 20, "lexical")

    ids, scores = view.lexical(asked.terms, 20, None)
    assert [hit.passage.chunk_id for hit in hits] == list(ids)
    np.testing.assert_allclose([hit.score for hit in hits], scores, atol=1e-6)
    assert all(set(asked.terms) & {t.text for t in analyse(hit.passage.text)} for hit in hits)


@given(QUERIES, st.sampled_from(MODES))
def test_highlights_are_the_words_of_the_query(view: IndexView, asked: Query, mode: Mode) -> None:
    for hit in retrieve(view, asked, 5, mode):
        for span in hit.highlights:
            assert hit.passage.span.start <= span.start < span.end <= hit.passage.span.end
            word = span.shifted(-hit.passage.span.start).of(hit.passage.text)
            assert next(term.text for term in analyse(word)) in asked.terms
        held = [term.text for term in analyse(hit.passage.text) if term.text in asked.terms]
        assert len(hit.highlights) == len(held)


def test_passages_of_the_other_language_are_found_too(view: IndexView) -> None:
    hits = retrieve(view, query("мәктәп ҡала"), 20)

    assert {hit.passage.language for hit in hits} == {"ba", "ru"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", ["", "…", "бөтөнләй", '" OR *', "😀"])
def test_a_query_without_a_known_term_is_no_error(view: IndexView, mode: Mode, text: str) -> None:
    hits = retrieve(view, query(text), 5, mode)

    assert len(hits) == (0 if mode == "lexical" else 5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grouped", [True, False])
def test_an_empty_index_has_no_hit(folder: DataFolder, mode: Mode, grouped: bool) -> None:
    with folder.index.view() as empty:
        assert retrieve(empty, query("мәктәп"), 5, mode, None, grouped) == []


def test_a_filter_that_lets_nothing_through_has_no_hit(view: IndexView) -> None:
    assert retrieve(view, query("мәктәп"), 5, filters=Filters(source=["x"])) == []


def test_what_was_deleted_is_replaced_by_the_next_best(folder: DataFolder) -> None:
    ingest(folder, *({"id": str(n), "text": f"Мәктәп {n}."} for n in range(6)))
    with folder.index.view() as view:
        (first, *_) = retrieve(view, query("мәктәп"), 5)

    folder.library.delete(first.passage.document_id)

    with folder.index.view() as view:
        hits = retrieve(view, query("мәктәп"), 5)
    assert len(hits) == 5
    assert first.passage.document_id not in {hit.passage.document_id for hit in hits}


def test_neighbours_of_the_best_documents_follow_after_the_hits(view: IndexView) -> None:
    hits = retrieve(view, query("мәктәп үҙәк"), 3, filters=Filters(document_id=["long-ba"]))

    wider = with_neighbours(view, query("мәктәп үҙәк"), hits, documents=1, reach=2)

    ids = [hit.passage.chunk_id for hit in wider]
    assert wider[:3] == hits
    assert len(set(ids)) == len(ids) > 3
    near = {h.passage.chunk_id + step for h in hits for step in (-2, -1, 0, 1, 2)}
    assert set(ids) <= near
    assert {hit.passage.document_id for hit in wider} == {"long-ba"}
    assert all(hit.score <= hits[-1].score for hit in wider[3:])


def test_neighbours_are_of_the_languages_that_were_let_through(folder: DataFolder) -> None:
    ba = " ".join(WORDS_BA).capitalize() + "."
    ru = " ".join(WORDS_RU).capitalize() + "."
    ingest(folder, {"id": "both", "text": f"{ba} {ru} {ba}"})
    with folder.index.view() as view:
        hits = retrieve(view, query("школа"), 5, filters=Filters(language=["ru"]))
        wider = with_neighbours(view, query("школа"), hits, documents=3, reach=2)

    assert [hit.passage.language for hit in hits] == ["ru"]
    assert {hit.passage.language for hit in wider} == {"ru"}


def test_standardised_scores_have_mean_0_and_deviation_1() -> None:
    z = standardised(np.array([1, 2, 3, 4], np.float32))

    assert z.mean() == pytest.approx(0, abs=1e-6)
    assert z.std() == pytest.approx(1, abs=1e-6)
    assert list(np.argsort(z)) == [0, 1, 2, 3]


@pytest.mark.parametrize("scores", [[], [5.0], [0.3, 0.3, 0.3]])
def test_scores_that_do_not_differ_are_all_0(scores: list[float]) -> None:
    assert list(standardised(np.array(scores, np.float32))) == [0] * len(scores)


def test_terms_decide_between_equal_vectors(view: IndexView) -> None:
    asked = query("өҫтәл")
    blind = replace(asked, vector=np.zeros_like(asked.vector))

    hits = retrieve(view, blind, 5)

    assert all(hit.lexical > 0 for hit in hits)
