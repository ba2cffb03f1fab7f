"""Retrieval: dense and lexical candidates, fused.

Each candidate gets the sum of its two z-scores, the lexical one at half weight: on headlines →
bodies that measured better than reciprocal rank fusion in all four directions (ARCHITECTURE.md has
the figures). Cosines are standardised within each language: a multilingual model puts nearly all
passages of the question's own language before those of the other, however well these answer. RRF:
Cormack et al., "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods",
2009.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.embedding.protocol import FloatMatrix
from index.reader import Filters, IndexView, Passage
from index.text.analysis import analyse
from index.text.spans import Span
from index.vectors import Ids, Scores

Mode = Literal["hybrid", "dense", "lexical"]

_CANDIDATES = 100
_LEXICAL_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. Scores: fused, cosine, BM25; higher is better.

    ``highlights`` are spans of the document's text that the query's terms matched.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    highlights: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it is searched: its terms and its vector of shape (dimension,)."""

    text: str
    terms: Sequence[str]
    vector: FloatMatrix


def retrieve(
    view: IndexView,
    query: Query,
    top_k: int,
    mode: Mode = "hybrid",
    filters: Filters | None = None,
    group_by_document: bool = False,
) -> list[Hit]:
    """Return the ``top_k`` best passages, or documents by their best passage; best first.

    Filters narrow before the ranking: fewer than ``top_k`` come back only where fewer match.
    """
    among = view.matching(filters or Filters())
    depth = max(_CANDIDATES, 2 * top_k)
    while True:
        ids, scores, dense, lexical = _candidates(view, query, depth, mode, among)
        order = np.lexsort((ids, -scores))
        if not group_by_document:
            order = order[:top_k]
        passages = view.passages(ids[order])
        place = {int(identifier): at for at, identifier in enumerate(ids)}
        hits = [
            _hit(query, p, *(float(a[place[p.chunk_id]]) for a in (scores, dense, lexical)))
            for p in passages
        ]
        if not group_by_document:
            return hits
        best = {hit.passage.document_id: hit for hit in reversed(hits)}
        if len(best) >= top_k or len(ids) < depth:
            # dict order is that of the reversed list: the best hit of each stands last
            ranked = sorted(best.values(), key=lambda hit: -hit.score)
            return ranked[:top_k]
        depth *= 4


def with_neighbours(
    view: IndexView, query: Query, hits: Sequence[Hit], documents: int, reach: int
) -> list[Hit]:
    """Return ``hits``, and after them the passages next to those of the best ``documents``.

    What follows from a passage often stands in the next one, which shares no word with the query.
    """
    known = {hit.passage.chunk_id for hit in hits}
    languages = {hit.passage.language for hit in hits}  # others may have been filtered out
    best = list(dict.fromkeys(hit.passage.document_id for hit in hits))[:documents]
    found: dict[int, Passage] = {}
    for hit in hits:
        if hit.passage.document_id in best:
            for passage in view.neighbours(hit.passage, reach):
                if passage.chunk_id not in known and passage.language in languages:
                    found[passage.chunk_id] = passage
    lowest = min((hit.score for hit in hits), default=0.0)
    cosines = view.dense_scores(query.vector, np.array(list(found), np.int64))
    added = [
        _hit(query, passage, lowest, float(cosine), 0.0)
        for passage, cosine in zip(found.values(), cosines, strict=True)
    ]
    return [*hits, *added]


def _candidates(
    view: IndexView, query: Query, depth: int, mode: Mode, among: Ids | None
) -> tuple[Ids, Scores, Scores, Scores]:
    """Return ids, fused scores, cosines and BM25 scores, each of shape (n,)."""
    groups = [] if mode == "lexical" else view.by_language(among)
    nearest = [view.dense(query.vector, depth, group)[0] for group in groups]
    lexical_ids, lexical_scores = view.lexical([] if mode == "dense" else query.terms, depth, among)
    ids = np.unique(np.concatenate([*nearest, lexical_ids]))
    dense = view.dense_scores(query.vector, ids)
    lexical = np.zeros(len(ids), np.float32)
    lexical[np.searchsorted(ids, lexical_ids)] = lexical_scores
    if mode == "dense":
        return ids, dense, dense, lexical
    if mode == "lexical":
        return ids, lexical, dense, lexical
    fused = _LEXICAL_WEIGHT * standardised(lexical)
    for group in groups:
        members = np.isin(ids, group)
        fused[members] += standardised(dense[members])
    return ids, fused, dense, lexical


def standardised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return z-scores; all 0 where the scores hardly differ."""
    deviation = float(scores.std()) if len(scores) else 0.0
    return (scores - scores.mean()) / deviation if deviation > 1e-6 else np.zeros_like(scores)


def _hit(query: Query, passage: Passage, score: float, dense: float, lexical: float) -> Hit:
    wanted = frozenset(query.terms)
    highlights = [
        term.span.shifted(passage.span.start)
        for term in analyse(passage.text)
        if term.text in wanted
    ]
    return Hit(passage, score, dense, lexical, highlights)
