"""How well the right documents and passages rank, through ir-measures.

Evidence items are alternatives, each answers on its own: a question's recall@k is 1 as soon as one
of them stands among the first k (ir-measures calls that Success). Reciprocal rank and nDCG are the
usual ones, binary relevance, cut at ten.
"""

from collections.abc import Collection, Iterable, Sequence

import ir_measures
from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG

from eval.evidence import GoldSpan, meets
from eval.responses import Hit

DEPTH = 10

_MEASURES = {
    Success @ 1: "recall@1",
    Success @ 5: "recall@5",
    Success @ 10: "recall@10",
    RR @ DEPTH: "mrr@10",
    nDCG @ DEPTH: "ndcg@10",
}
RANKING_MEASURES = tuple(_MEASURES.values())


def score_ranking(ranked: Sequence[str], relevant: Collection[str]) -> dict[str, float]:
    """Return each measure of one ranking, from 0 to 1.

    ``ranked``: ids, best first, none twice; ``relevant``: ids, at least one.
    """
    qrels = [Qrel("q", identifier, 1) for identifier in relevant]
    run = [ScoredDoc("q", identifier, -rank) for rank, identifier in enumerate(ranked)]
    measured = ir_measures.iter_calc(list(_MEASURES), qrels, run)
    scores = {_MEASURES[metric.measure]: float(metric.value) for metric in measured}
    return {name: scores.get(name, 0.0) for name in RANKING_MEASURES}


def score_documents(hits: Iterable[Hit], gold: Iterable[GoldSpan]) -> dict[str, float]:
    """Judge the documents of ``hits``, each ranked by its best hit, against those of ``gold``."""
    ranked = list(dict.fromkeys(hit.document_id for hit in hits))
    return score_ranking(ranked, {place.document_id for place in gold})


def score_evidence(hits: Sequence[Hit], gold: Sequence[GoldSpan]) -> dict[str, float]:
    """Judge passages: a hit counts when it meets evidence that no better hit has met.

    So that overlapping hits on the same sentence gain nothing, and one hit on two items is whole.
    """
    left = list(gold)
    relevant = []
    for rank, hit in enumerate(hits):
        missed = [place for place in left if not _finds(hit, place)]
        if len(missed) < len(left):
            relevant.append(f"hit {rank}")
        left = missed
    relevant += [f"missed {number}" for number in range(len(left))]
    return score_ranking([f"hit {rank}" for rank in range(len(hits))], relevant)


def _finds(hit: Hit, place: GoldSpan) -> bool:
    return hit.document_id == place.document_id and meets(hit.span, place.span)
