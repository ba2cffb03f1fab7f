"""Retrieval: candidates of every language in one ranking, filters before it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folder import DataFolder
from index.reader import Filters, IndexView, Passage
from index.text.analysis import analyse
from index.text.language import Language
from rag.fusion import FUSED, load_fusion
from rag.query import Query
from rag.retrieval import Hit, Mode, find, retrieve, with_neighbours
from tests.fakes import fake_folder, ingest
from tests.rag.queries import lexicon, read_query

PAIRS = [
    ("мәктәп", "школа"), ("ҡала", "город"), ("өҫтәл", "стол"), ("үҙәк", "центр"),
    ("һөйләм", "предложение"), ("эшләй", "работает"), ("ҡатнаша", "участвует"),
]  # fmt: skip
TRANSLATED = lexicon(*PAIRS)
WORDS_BA = [*(ba for ba, _ in PAIRS), "йыл", "яңы", "һәм"]
WORDS_RU = [*(ru for _, ru in PAIRS), "год", "новый", "было"]
WORDS_EN = "school table centre works here again".split()
MODES: list[Mode] = ["hybrid", "dense", "lexical"]


def _text(words: list[str], random: np.random.Generator, sentences: int) -> str:
    return " ".join(" ".join(random.choice(words, 9)).capitalize() + "." for _ in range(sentences))


def _documents() -> Iterator[dict[str, Any]]:
    """Sixty short documents in three languages, and two long ones."""
    random = np.random.default_rng(11)
    for number in range(60):
        words = (WORDS_BA, WORDS_RU, WORDS_BA, WORDS_RU, WORDS_EN)[number % 5]
        yield {
            "id": f"d{number:02}",
            "text": _text(words, random, 1 + number % 3),
            "source": f"s{number % 7}",
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


@pytest.fixture(scope="module")
def everything(view: IndexView) -> list[Passage]:
    return view.passages(np.concatenate([group.ids for group in view.groups(Filters())]))


def search(
    view: IndexView,
    asked: str | Query,
    top_k: int,
    mode: Mode = "hybrid",
    filters: Filters | None = None,
    grouped: bool = False,
) -> list[Hit]:
    query = read_query(asked, view, TRANSLATED) if isinstance(asked, str) else asked
    return retrieve(view, query, load_fusion(), top_k, mode, filters, grouped)


def lets_through(filters: Filters, passage: Passage) -> bool:
    """What the filters mean, said without SQL."""
    number = passage.document_id.removeprefix("d")
    even = str(int(int(number) % 4 == 0)) if number.isdigit() else None
    published = passage.published_at
    return (
        (not filters.language or passage.language in filters.language)
        and (not filters.document_id or passage.document_id in filters.document_id)
        and (not filters.source or passage.source in filters.source)
        and (
            filters.published_from is None
            or (published is not None and published >= filters.published_from)
        )
        and (
            filters.published_to is None
            or (published is not None and published <= filters.published_to)
        )
        and all(even in allowed for allowed in filters.metadata.values())
    )


def held_terms(passage: Passage) -> list[str]:
    return [term.text for term in analyse(passage.text)]


QUESTIONS = st.lists(
    st.sampled_from([*WORDS_BA, *WORDS_RU, "school", "бөтөнләй"]), min_size=1, max_size=5
).map(" ".join)
FILTERS = st.builds(
    Filters,
    language=st.lists(st.sampled_from(["ba", "ru", "other", "mixed"]), max_size=2),
    document_id=st.just([])
    | st.lists(st.sampled_from([*(f"d{n:02}" for n in range(65)), "long-ba"]), max_size=30),
    source=st.lists(st.sampled_from(["s0", "s1", "s2", "long", "x"]), max_size=2),
    published_from=st.none() | st.sampled_from([f"2024-01-{n:02}T00:00:00Z" for n in (2, 10, 27)]),
    published_to=st.none() | st.sampled_from([f"2024-01-{n:02}T00:00:00Z" for n in (2, 20, 28)]),
    metadata=st.sampled_from([{}, {"even": ["1"]}, {"even": ["0", "1"]}, {"even": ["x"]}]),
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
    wanted = {term for word in query.words for term in word.alternatives}
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
    wanted = {term for word in query.words for term in word.alternatives}

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


@given(QUESTIONS, st.sampled_from(MODES))
def test_highlights_are_the_words_that_were_asked_for(
    view: IndexView, asked: str, mode: Mode
) -> None:
    query = read_query(asked, view, TRANSLATED)
    wanted = {term for word in query.words for term in word.alternatives}
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


@given(QUESTIONS, st.integers(1, 60), st.sampled_from(MODES))
def test_the_languages_are_ranked_together_by_their_scores(
    view: IndexView, asked: str, top_k: int, mode: Mode
) -> None:
    apart = [
        hit
        for language in ("ba", "ru", "other")
        for hit in search(view, asked, 100, mode, Filters(language=[language]))
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


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", ["", "…", "бөтөнләй", '" OR *', "😀", "һәм", "и не"])
def test_a_question_without_a_known_word_is_no_error(
    view: IndexView, mode: Mode, text: str
) -> None:
    hits = search(view, text, 5, mode)

    assert len(hits) == (0 if mode == "lexical" else 5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("text", ["", "мәктәп"])
def test_an_empty_index_has_no_hit(
    folder: DataFolder, mode: Mode, grouped: bool, text: str
) -> None:
    with folder.index.view() as empty:
        assert search(empty, text, 5, mode, None, grouped) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", [Filters(source=["x"]), Filters(language=["mixed"])])
def test_a_filter_that_lets_nothing_through_has_no_hit(
    view: IndexView, mode: Mode, filters: Filters
) -> None:
    assert search(view, "мәктәп", 5, mode, filters) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grouped", [True, False])
def test_what_was_deleted_is_replaced_by_the_next_best(
    folder: DataFolder, mode: Mode, grouped: bool
) -> None:
    ingest(folder, *({"id": str(n), "text": f"Мәктәп {n}."} for n in range(12)))
    deleted: set[str] = set()
    for left in range(12, 0, -1):
        with folder.index.view() as view:
            hits = search(view, "мәктәп", 5, mode, None, grouped)
            narrowed = search(view, "мәктәп", 5, mode, Filters(language=["ba"]), grouped)
        found = [hit.passage.document_id for hit in hits]
        assert len(found) == min(5, left)
        assert deleted.isdisjoint(found)
        assert [hit.passage.document_id for hit in narrowed] == found
        folder.library.delete(found[0])
        deleted.add(found[0])
    with folder.index.view() as view:
        assert search(view, "мәктәп", 5, mode, None, grouped) == []


def test_a_replaced_document_is_found_by_what_it_says_now(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": "Мәктәп бар."}, {"id": "b", "text": "Мәктәп юҡ."})
    ingest(folder, {"id": "a", "text": "Һауа торошо ямғырлы."})
    with folder.index.view() as view:
        assert [h.passage.document_id for h in search(view, "мәктәп", 5, "lexical")] == ["b"]
        assert {h.passage.text for h in search(view, "мәктәп", 5)} == {
            "Мәктәп юҡ.",
            "Һауа торошо ямғырлы.",
        }


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


def test_neighbours_of_the_best_documents_follow_after_the_hits(view: IndexView) -> None:
    query = read_query("мәктәп үҙәк", view, TRANSLATED)
    hits = search(view, query, 3, filters=Filters(document_id=["long-ba"]))

    wider = with_neighbours(view, query, hits, documents=1, reach=2)

    ids = [hit.passage.chunk_id for hit in wider]
    assert wider[:3] == hits
    assert len(set(ids)) == len(ids) > 3
    near = {h.passage.chunk_id + step for h in hits for step in (-2, -1, 0, 1, 2)}
    assert set(ids) <= near
    assert {hit.passage.document_id for hit in wider} == {"long-ba"}
    assert all(hit.score <= hits[-1].score for hit in wider[3:])


def test_neighbours_have_their_own_cosine_words_and_highlights(view: IndexView) -> None:
    query = read_query("мәктәп үҙәк", view, TRANSLATED)
    searched = {hit.passage.chunk_id: hit for hit in search(view, query, 10_000)}
    hits = search(view, query, 3, filters=Filters(document_id=["long-ba"]))

    for hit in with_neighbours(view, query, hits, documents=1, reach=2):
        same = searched[hit.passage.chunk_id]
        assert hit.dense == pytest.approx(same.dense, abs=1e-6)
        assert hit.lexical == pytest.approx(same.lexical, abs=1e-6)
        assert hit.highlights == same.highlights


def test_neighbours_are_of_the_languages_that_were_let_through(folder: DataFolder) -> None:
    ba = " ".join(WORDS_BA).capitalize() + "."
    ru = " ".join(WORDS_RU).capitalize() + "."
    ingest(folder, {"id": "both", "text": f"{ba} {ru} {ba}"})
    with folder.index.view() as view:
        query = read_query("школа", view)
        hits = search(view, query, 5, filters=Filters(language=["ru"]))
        wider = with_neighbours(view, query, hits, documents=3, reach=2)

    assert [hit.passage.language for hit in hits] == ["ru"]
    assert {hit.passage.language for hit in wider} == {"ru"}


def test_no_hits_have_no_neighbours(view: IndexView) -> None:
    assert with_neighbours(view, read_query("мәктәп", view), [], documents=3, reach=2) == []


def test_words_decide_between_equal_vectors(view: IndexView) -> None:
    asked = read_query("өҫтәл", view)
    blind = replace(asked, vector=np.zeros_like(asked.vector))

    hits = search(view, blind, 5)

    assert all(hit.lexical > 0 for hit in hits)
