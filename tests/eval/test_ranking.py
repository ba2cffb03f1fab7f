from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.evidence import GoldSpan
from eval.ranking import score_documents, score_evidence, score_ranking
from eval.responses import Hit
from index.text.spans import Span

IDS = [f"d{n}" for n in range(20)]


def hit(document: str, start: int, end: int) -> Hit:
    return Hit(document, Span(start, end), "")


def gold(document: str, start: int, end: int) -> GoldSpan:
    return GoldSpan(document, "ru", Span(start, end))


def test_one_right_document_in_third_place() -> None:
    scores = score_ranking(["a", "b", "right", "c"], {"right"})
    assert scores == {
        "recall@1": 0.0,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "mrr@10": pytest.approx(1 / 3),
        "ndcg@10": pytest.approx(1 / log2(4)),
    }


def test_alternatives_are_not_all_needed() -> None:
    scores = score_ranking(["x", "one", "y", "z", "other"], {"one", "other"})
    assert scores["recall@1"] == 0.0
    assert scores["recall@5"] == 1.0
    assert scores["mrr@10"] == 0.5
    ideal = 1 / log2(2) + 1 / log2(3)
    assert scores["ndcg@10"] == pytest.approx((1 / log2(3) + 1 / log2(6)) / ideal)


def test_nothing_counts_below_ten() -> None:
    scores = score_ranking([*IDS[:10], "right"], {"right"})
    assert set(scores.values()) == {0.0}


def test_an_empty_ranking_scores_nothing() -> None:
    assert set(score_ranking([], {"right"}).values()) == {0.0}


@given(st.permutations(IDS), st.sets(st.sampled_from(IDS), min_size=1))
def test_measures_agree_with_their_definitions(ranked: list[str], relevant: set[str]) -> None:
    scores = score_ranking(ranked, relevant)
    places = [place for place, identifier in enumerate(ranked, 1) if identifier in relevant]
    assert scores["recall@5"] == float(places[0] <= 5)
    assert scores["mrr@10"] == pytest.approx(1 / places[0] if places[0] <= 10 else 0)
    gain = sum(1 / log2(place + 1) for place in places if place <= 10)
    ideal = sum(1 / log2(place + 1) for place in range(1, min(len(relevant), 10) + 1))
    assert scores["ndcg@10"] == pytest.approx(gain / ideal)


def test_a_document_ranks_by_its_best_hit() -> None:
    hits = [hit("a", 0, 9), hit("a", 9, 20), hit("b", 0, 9)]
    assert score_documents(hits, [gold("b", 50, 60)])["mrr@10"] == 0.5


def test_a_passage_counts_by_its_place_in_the_right_document() -> None:
    hits = [hit("a", 40, 60), hit("b", 0, 20), hit("b", 30, 60)]
    assert score_evidence(hits, [gold("b", 40, 60)])["mrr@10"] == pytest.approx(1 / 3)


def test_hits_on_the_same_evidence_gain_once() -> None:
    once = score_evidence([hit("a", 0, 50)], [gold("a", 10, 30)])
    twice = score_evidence([hit("a", 0, 50), hit("a", 5, 55)], [gold("a", 10, 30)])
    assert once == twice
    assert once["ndcg@10"] == 1.0


def test_one_hit_on_two_items_is_whole_and_a_missed_item_is_missed() -> None:
    items = [gold("a", 10, 30), gold("a", 40, 60)]
    assert score_evidence([hit("a", 0, 100)], items)["ndcg@10"] == 1.0
    half = score_evidence([hit("a", 0, 30)], items)
    assert half["recall@1"] == 1.0
    assert half["ndcg@10"] == pytest.approx(1 / (1 + 1 / log2(3)))
