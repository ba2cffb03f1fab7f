"""BM25 of all bags at once, for words of which each may be said in several ways.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids, Scores
from index.postings.bags import hashes_of
from index.postings.segment import Numbers, Segment

# What a word of the question is searched by: terms by their weights, of which the best one counts.
Alternatives = Mapping[str, float]

_K1, _B = 1.2, 0.75


class Bm25:
    """Scores the bags of segments, one segment after the other; safe to share between threads."""

    def __init__(self, segments: Sequence[Segment], removed: Ids) -> None:
        """``removed`` are ids that segments still hold and that are no longer there."""
        self._segments = segments
        ids, lengths = (
            np.concatenate([np.empty(0, np.int64), *parts])
            for parts in ([s.ids for s in segments], [s.lengths for s in segments])
        )
        here = ~np.isin(ids, removed)
        self._gone = np.flatnonzero(~here)
        self._size = int(here.sum())
        average = float(lengths[here].mean()) if self._size else 0.0
        self._norms = (_K1 * (1 - _B + _B * lengths / (average or 1.0))).astype(np.float32)

    def weights(self, terms: Sequence[str]) -> NDArray[np.float64]:
        """Return the inverse document frequency of each term: ln(1 + (N - n + ½) / (n + ½))."""
        hashes = hashes_of(terms)
        return self._weights(len(terms), [part.found(hashes)[1] for part in self._segments])

    def scores(self, asked: Sequence[Alternatives]) -> Scores:
        """Return the score of each bag (n,), 0 of one that is gone. Raises ValueError."""
        scores = np.zeros(len(self._norms), np.float32)
        said = [(at, term, w) for at, word in enumerate(asked) for term, w in word.items()]
        if not said:
            return scores
        words, terms, weights = zip(*said, strict=True)
        hashes = hashes_of(terms)
        found = [part.found(hashes) for part in self._segments]
        idf = self._weights(len(terms), [sizes for _, sizes in found])
        boosts = (np.array(weights) * idf * (_K1 + 1)).astype(np.float32)
        first = 0
        for part, (starts, sizes) in zip(self._segments, found, strict=True):
            end = first + len(part.ids)
            held = np.flatnonzero(sizes)
            if len(held):
                places, counts = part.postings(starts[held], sizes[held])
                given = np.repeat(boosts[held], sizes[held]) * counts
                given /= counts + self._norms[first:end][places]
                _add(scores[first:end], places, given, sizes[held], np.array(words)[held])
            first = end
        scores[self._gone] = 0
        return scores

    def _weights(self, count: int, sizes: Sequence[Numbers]) -> NDArray[np.float64]:
        """Return the weights of ``count`` terms by how many bags of each segment hold them."""
        # What is gone still counts until its segment is written anew.
        held = np.zeros(count)
        for own in sizes:
            held += own
        held = np.minimum(held, self._size)
        weights: NDArray[np.float64] = np.log1p((self._size - held + 0.5) / (held + 0.5))
        return weights


def _add(scores: Scores, places: Numbers, given: Scores, sizes: Numbers, words: Numbers) -> None:
    """Add to ``scores`` (n,) what words give to the bags at ``places`` (p,).

    ``given`` (p,) is what each term gives, one term (t,) after the other: ``sizes`` of them, for
    the word that has this number in ``words``, which ascend. For a word the most counts.
    """
    best = np.zeros(len(scores), np.float32)
    ends = np.cumsum(sizes)
    begins = np.flatnonzero(np.diff(words, prepend=-1))
    for first, last in zip(begins, [*(begins[1:] - 1), len(words) - 1], strict=True):
        own = slice(ends[first] - sizes[first], ends[last])
        if first == last:
            scores[places[own]] += given[own]
        else:
            np.maximum.at(best, places[own], given[own])
            scores += best
            best[places[own]] = 0
