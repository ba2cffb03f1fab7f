"""How well vectors alone find bodies by headlines: exactly, over all passages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.statistics import Floats
from index.embedding.protocol import FloatMatrix

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Passages:
    """Vectors (n, dimension) of passages in one language, and the number of each one's document.

    The same number stands for the versions of an article in both languages.
    """

    vectors: FloatMatrix
    owners: Sequence[int]


def dense_scores(
    queries: Mapping[str, FloatMatrix], passages: Mapping[str, Passages], right: Sequence[int]
) -> dict[str, Floats]:
    """Return the score of every query by direction.

    ``queries``: vectors (n, dimension) by what they are called; the i-th of each asks for the
    documents of number ``right[i]``. Directions: «name→language» is nDCG@10 among that language's
    documents, «name, both» whether the right ones of all languages are among the first ten of all.
    """
    sought = np.array(right)
    count = 1 + max(*right, *(max(of.owners) for of in passages.values()))
    scores: dict[str, Floats] = {}
    for name, vectors in queries.items():
        found = {
            language: _of_documents(vectors @ of.vectors.T, of.owners, count)
            for language, of in passages.items()
        }
        for language, of_documents in found.items():
            rank = _rank(of_documents, of_documents, sought)
            scores[f"{name}→{language}"] = np.where(rank < DEPTH, 1 / np.log2(rank + 2), 0.0)
        together = np.concatenate(list(found.values()), axis=1)
        ranks = [_rank(together, of_documents, sought) for of_documents in found.values()]
        scores[f"{name}, both"] = (np.array(ranks) < DEPTH).all(axis=0).astype(float)
    return scores


def centred(vectors: FloatMatrix, mean: FloatMatrix) -> FloatMatrix:
    """Return ``vectors`` (n, dimension) taken from ``mean``, of unit length."""
    away = vectors - mean
    return np.asarray(away / np.linalg.norm(away, axis=1, keepdims=True), np.float32)


def _rank(among: FloatMatrix, of_documents: FloatMatrix, right: NDArray[np.int64]) -> NDArray[Any]:
    """Return the rank, from 0, that the right document has ``among`` scores (queries, any)."""
    own = of_documents[np.arange(len(right)), right][:, None]
    # A document without a passage in the language is not found at all.
    return np.where(np.isfinite(own[:, 0]), (among > own).sum(axis=1), DEPTH)


def _of_documents(scores: FloatMatrix, owners: Sequence[int], count: int) -> FloatMatrix:
    """Return (queries, documents): the best of each document's passages."""
    best = np.full((len(scores), count), -np.inf, np.float32)
    np.maximum.at(best.T, np.array(owners), scores.T)
    return best
