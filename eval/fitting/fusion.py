"""The weights of ``rag/fusion.py``: which passages stand before which.

Learned from headlines whose body is to be found, in both languages and among distractors, and from
questions whose document is known. A listwise loss (softmax over the candidates of both languages;
Cao et al., "Learning to rank: from pairwise approach to listwise approach", 2007) for each language
of the question, so that passages of both languages compete.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types

from rag.fusion import FUSED, LANGUAGES, FusionWeights

_ROUNDS = 3
_RIDGE = 1e-5
_WIDTH = len(FUSED) + 1
# What is found must not count against a passage, whatever a fold may say.
_BOUNDS = [*[(0.0, None)] * len(FUSED), (None, None)] * 2


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates of one query: features (n, 4), whether Bashkir (n,), target of each (n,).

    A target is a document, by whichever of its passages, or one passage; ``right`` are the targets
    to find. Rankings of one ``group`` are never split between folds. ``ids`` are the chunks (n,).
    """

    group: str
    asked: str
    features: NDArray[np.float32]
    bashkir: NDArray[np.bool_]
    targets: NDArray[np.int64]
    right: frozenset[int]
    weight: float = 1.0
    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def is_found(self) -> bool:
        """Whether a right target is among the candidates."""
        return not self.right.isdisjoint(self.targets.tolist())


def fit_fusion(rankings: Sequence[Ranking]) -> FusionWeights:
    """Learn the weights of all four pairs of languages."""
    by_pair: dict[tuple[str, str], NDArray[np.float64]] = {}
    for asked in LANGUAGES:
        own = [ranking for ranking in rankings if ranking.asked == asked and ranking.is_found]
        weights = np.tile(np.append(np.ones(len(FUSED)), 0.0), 2)
        for _ in range(_ROUNDS):
            # The best passage of a document stands for it; which it is, the weights say.
            lists = [_best(ranking, weights) for ranking in own]
            weights = _minimised(weights, lists, [ranking.weight for ranking in own])
        by_pair[asked, "ba"], by_pair[asked, "ru"] = weights[:_WIDTH], weights[_WIDTH:]
    return FusionWeights(by_pair)


def as_json(weights: FusionWeights) -> dict[str, dict[str, float]]:
    """Return the weights as they stand in ``rag/fusion.json``."""
    return {
        f"{asked}→{spoken}": {
            name: round(float(value), 3) for name, value in zip((*FUSED, "bias"), row, strict=True)
        }
        for (asked, spoken), row in weights.by_pair.items()
    }


def design(ranking: Ranking) -> NDArray[np.float64]:
    """Return the features with a bias in the columns of the passage's language, shape (n, 10)."""
    rows = np.concatenate([ranking.features, np.ones((len(ranking.features), 1))], axis=1)
    bashkir = ranking.bashkir[:, None]
    return np.concatenate([rows * bashkir, rows * ~bashkir], axis=1)


def _best(
    ranking: Ranking, weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the best passages of each target (t, 10), and how right each is, summing to 1."""
    rows = design(ranking)
    order = np.argsort(-(rows @ weights), kind="stable")
    _, first = np.unique(ranking.targets[order], return_index=True)
    best = order[first]
    right = np.isin(ranking.targets[best], list(ranking.right)).astype(np.float64)
    return rows[best], right / right.sum()


def _minimised(
    start: NDArray[np.float64],
    lists: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    counts: Sequence[float],
) -> NDArray[np.float64]:
    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.0, np.zeros_like(weights)
        for (rows, right), count in zip(lists, counts, strict=True):
            scores = rows @ weights
            scores -= scores.max()
            shares = np.exp(scores)
            shares /= shares.sum()
            total -= count * float(right @ np.log(shares + 1e-30))
            gradient -= count * (right @ rows - shares @ rows)
        size = sum(counts)
        # Nothing tells the level of the scores, only that of one language against the other.
        return total / size + _RIDGE * float(
            weights @ weights
        ), gradient / size + 2 * _RIDGE * weights

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS).x)


def folds(rankings: Sequence[Ranking], count: int, seed: int) -> dict[str, int]:
    """Return the fold of each group."""
    groups = sorted({ranking.group for ranking in rankings})
    places = np.random.default_rng(seed).permutation(len(groups))
    return {group: int(place) % count for group, place in zip(groups, places, strict=True)}
