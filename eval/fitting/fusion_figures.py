"""How well learned fusion ranks what it was not learned from, beside what it is compared with."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eval.fitting.fusion import Ranking, fit_fusion, folds
from eval.fitting.rankings import Sought
from eval.ranking import DEPTH
from rag.fusion import FUSED, FusionWeights

_FOLDS, _SEED = 5, 0
_BOTH = ("dense", "chunk")  # what is fused without learning
_RRF = 60  # the constant of Cormack et al., 2009

Score = Callable[[Ranking], NDArray[np.float64]]


def fusion_figures(found: Sequence[tuple[Sought, Ranking]]) -> dict[str, dict[str, float]]:
    """Return nDCG@10 of the right targets, by way of fusing and source of the queries.

    Learned weights are judged on folds that they were not learned from, split by article.
    """
    rankings = [ranking for _, ranking in found]
    fold = folds(rankings, _FOLDS, _SEED)
    learned = {
        number: fit_fusion([r for r in rankings if fold[r.group] != number])
        for number in range(_FOLDS)
    }
    ways: dict[str, Score] = {
        "learned": lambda r: fused(r, learned[fold[r.group]]),
        "reciprocal rank fusion": _reciprocal_ranks,
        "z-scores, lexical at half weight": _z_scores,
        **{f"{name} alone": _alone(at) for at, name in enumerate(FUSED)},
    }
    for at, name in enumerate(FUSED):
        poorer = {
            number: fit_fusion([without(r, at) for r in rankings if fold[r.group] != number])
            for number in range(_FOLDS)
        }
        ways[f"learned, without {name}"] = _left_out(at, poorer, fold)
    return {way: _by_source(found, score) for way, score in ways.items()}


def _by_source(found: Sequence[tuple[Sought, Ranking]], score: Score) -> dict[str, float]:
    gains: dict[str, list[float]] = {}
    for sought, ranking in found:
        gains.setdefault(sought.source, []).append(ndcg(ranking, score(ranking)))
    return {source: round(float(np.mean(values)), 3) for source, values in gains.items()}


def ndcg(ranking: Ranking, scores: NDArray[np.float64]) -> float:
    """Return nDCG@10 of the right targets, each by its best passage, under ``scores`` (n,)."""
    order = np.argsort(-scores, kind="stable")
    best_first = list(dict.fromkeys(ranking.targets[order].tolist()))[:DEPTH]
    gain = sum(1 / np.log2(at + 2) for at, one in enumerate(best_first) if one in ranking.right)
    ideal = sum(1 / np.log2(at + 2) for at in range(min(DEPTH, len(ranking.right))))
    return float(gain / ideal) if ideal else 0.0


def fused(ranking: Ranking, weights: FusionWeights) -> NDArray[np.float64]:
    """Return the scores (n,) that ``weights`` give the candidates."""
    of_ba, of_ru = (weights.fuse(ranking.features, ranking.asked, s) for s in ("ba", "ru"))
    return np.where(ranking.bashkir, of_ba, of_ru).astype(np.float64)


def without(ranking: Ranking, column: int) -> Ranking:
    """Return the same candidates with nothing in one of FUSED."""
    features = ranking.features.copy()
    features[:, column] = 0
    return replace(ranking, features=features)


def _left_out(column: int, weights: dict[int, FusionWeights], fold: dict[str, int]) -> Score:
    return lambda r: fused(without(r, column), weights[fold[r.group]])


def _alone(column: int) -> Score:
    return lambda r: r.features[:, column].astype(np.float64)


def _reciprocal_ranks(ranking: Ranking) -> NDArray[np.float64]:
    total = np.zeros(len(ranking.features))
    for column in map(FUSED.index, _BOTH):
        ranks = np.argsort(np.argsort(-ranking.features[:, column], kind="stable"))
        total += 1 / (_RRF + 1 + ranks)
    return total


def _z_scores(ranking: Ranking) -> NDArray[np.float64]:
    standard = [
        (column - column.mean()) / max(float(column.std()), 1e-9)
        for column in ranking.features[:, list(map(FUSED.index, _BOTH))].T.astype(np.float64)
    ]
    return np.asarray(standard[0] + 0.5 * standard[1])
