"""Retrieval: the nearest passages and those with the question's words, in each language, fused."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids
from index.filters import Filters
from index.passages import Passage
from index.reader import IndexView
from index.relations import Relatives
from index.text.places import places
from index.text.spans import Span
from rag.fusion import FUSED, FusionWeights
from rag.query import Query

Mode = Literal["hybrid", "dense", "lexical"]

_CANDIDATES = 50  # of each language and kind


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. Scores: fused, cosine, share of BM25; higher is better.

    ``highlights`` are spans of the document's text that words of the question stand for;
    ``relatives`` is what belongs to its document.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    highlights: Sequence[Span]
    relatives: Relatives = field(default_factory=Relatives)


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates: chunk ids (n,), their features (n, 4) as in FUSED, and fused scores (n,).

    Whatever scores more than ``least`` is among them, where one kind of score alone ranks.
    """

    ids: Ids
    features: NDArray[np.float32]
    scores: NDArray[np.float32]
    least: float = -math.inf


class _Chosen(NamedTuple):
    """A passage, and where it stands in what was found."""

    at: int
    passage: Passage


_NOTHING = Found(
    np.empty(0, np.int64), np.empty((0, len(FUSED)), np.float32), np.empty(0, np.float32)
)


def retrieve(
    view: IndexView,
    query: Query,
    weights: FusionWeights,
    top_k: int,
    mode: Mode = "hybrid",
    filters: Filters | None = None,
    group_by_document: bool = False,
) -> list[Hit]:
    """Return the ``top_k`` best passages, or documents by their best passage; best first.

    Of near-duplicates only the best document is among them; the others are where there is room.

    Filters narrow before the ranking: fewer than ``top_k`` come back only where fewer match.
    """
    filters = filters or Filters()
    depth, said = max(_CANDIDATES, 2 * top_k), _said(query)
    while True:
        found = find(view, query, weights, depth, mode, filters)
        order = np.lexsort((found.ids, -found.scores))
        hits: dict[object, _Chosen] = {}
        others: dict[object, _Chosen] = {}
        stands_for: dict[int, str] = {}  # a cluster: the document that was found first
        for at, passage in _passages(view, found, order, top_k):
            key = passage.document_id if group_by_document else passage.chunk_id
            alone = passage.cluster is None or passage.document_id == stands_for.setdefault(
                passage.cluster, passage.document_id
            )
            (hits if alone else others).setdefault(key, _Chosen(at, passage))
            if len(hits) == top_k:
                break
        # A language whose many passages are of few documents has others that were not looked at.
        surely = all(found.scores[hit.at] >= found.least for hit in hits.values())
        enough = (len(hits) == top_k and surely) or not (group_by_document or others)
        if enough or len(found.ids) < depth:
            chosen = [*hits.values(), *others.values()][:top_k]
            best = sorted(chosen, key=lambda hit: found.scores[hit.at], reverse=True)
            related = view.relatives([hit.passage for hit in best], filters)
            return [
                _hit(passage, found, at, said, related[passage.document_id]) for at, passage in best
            ]
        depth *= 4


def find(
    view: IndexView,
    query: Query,
    weights: FusionWeights,
    depth: int,
    mode: Mode = "hybrid",
    filters: Filters | None = None,
) -> Found:
    """Return the candidates of each language with their features, in no particular order."""
    groups, candidates = view.groups(filters or Filters()), []
    for group in groups:
        if len(group.ids) <= depth and mode != "lexical":
            candidates.append(view.live(group))  # all of so few are near enough
            continue
        parts = []
        if mode != "lexical":
            parts.append(view.dense(query.vector, depth, group))
        if mode != "dense":
            parts.append(view.lexical(query.asked, depth, group))
        candidates.append(np.unique(np.concatenate(parts)))
    if not groups:
        return _NOTHING
    ids = np.concatenate(candidates)
    features = _features(view, query, ids)  # of all languages at once: each call costs the same
    ends = np.cumsum([len(own) for own in candidates])[:-1]
    if mode != "hybrid":
        alone = features[:, FUSED.index("dense" if mode == "dense" else "chunk")]
        cut = [own.min() for own in np.split(alone, ends) if len(own) >= depth]
        return Found(ids, features, alone, float(max(cut, default=-math.inf)))
    of_groups = np.split(features, ends)
    scores = [
        weights.fuse(own, query.language, group.language)
        for own, group in zip(of_groups, groups, strict=True)
    ]
    return Found(ids, features, np.concatenate(scores))


def in_turn(results: Sequence[Sequence[Hit]], top_k: int) -> list[Hit]:
    """Return the first ``top_k`` hits of several results: the best of each, then the next ones."""
    hits: dict[int, Hit] = {}
    for hit in itertools.chain.from_iterable(itertools.zip_longest(*results)):
        if hit is not None:
            hits.setdefault(hit.passage.chunk_id, hit)
    return list(hits.values())[:top_k]


def with_neighbours(
    view: IndexView, query: Query, hits: Sequence[Hit], documents: int, reach: int
) -> list[Hit]:
    """Return ``hits``, and after them the passages next to those of the best ``documents``.

    What follows from a passage often stands in the next one, which shares no word with the query.
    """
    known = {hit.passage.chunk_id for hit in hits}
    languages = {hit.passage.language for hit in hits}  # others may have been filtered out
    best = list(dict.fromkeys(hit.passage.document_id for hit in hits))[:documents]
    near: dict[int, Passage] = {}
    for hit in hits:
        if hit.passage.document_id in best:
            for passage in view.neighbours(hit.passage, reach):
                if passage.chunk_id not in known and passage.language in languages:
                    near[passage.chunk_id] = passage
    ids = np.array(list(near), np.int64)
    lowest = min((hit.score for hit in hits), default=0.0)
    found = Found(ids, _features(view, query, ids), np.full(len(ids), lowest, np.float32))
    relatives = {hit.passage.document_id: hit.relatives for hit in hits}
    said = _said(query)
    beside = (near[int(i)] for i in ids)
    return [
        *hits,
        *(_hit(p, found, at, said, relatives[p.document_id]) for at, p in enumerate(beside)),
    ]


def _passages(
    view: IndexView, found: Found, order: NDArray[np.intp], together: int
) -> Iterator[tuple[int, Passage]]:
    """Yield the live passages that were found and their places there, so many read at a time."""
    for start in range(0, len(order), together):
        places = {int(found.ids[at]): int(at) for at in order[start : start + together]}
        for passage in view.passages(places):
            yield places[passage.chunk_id], passage


def _features(view: IndexView, query: Query, ids: Ids) -> NDArray[np.float32]:
    """Return FUSED of chunks (n, 4).

    Cosines of the chunk and of the first one of its document, BM25 of the chunk and the document.
    BM25 is divided by the sum of the words' weights, so that long questions and large collections
    give the same scale.
    """
    chunk, document = view.lexical_scores(query.asked, ids)
    total = sum(word.weight for word in query.words) or 1.0
    both = np.concatenate([ids, view.leads(ids)])
    near, lead = np.split(view.dense_scores(query.vector, both), 2)
    return np.stack([near, lead, chunk / total, document / total], axis=1)


def _said(query: Query) -> frozenset[str]:
    """Return all terms that words of the question stand for."""
    return frozenset(term for word in query.words for term in word.alternatives)


def _hit(
    passage: Passage, found: Found, at: int, said: frozenset[str], relatives: Relatives
) -> Hit:
    highlights = places(passage.text, passage.language, said, passage.span.start)
    features = dict(zip(FUSED, map(float, found.features[at]), strict=True))
    return Hit(
        passage,
        float(found.scores[at]),
        features["dense"],
        features["chunk"],
        highlights,
        relatives,
    )
