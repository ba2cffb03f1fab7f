"""Weights that make the right one of several candidates likeliest.

A log-linear model over the candidates of each choice, with a Gaussian prior: Berger et al., "A
maximum entropy approach to natural language processing", 1996. A right answer may be reached by
several candidates; their probabilities add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types

_PRIOR = 0.003
_ITERATIONS = 150

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to choose: its features by name, and whether it gives the right answer."""

    features: Sequence[tuple[str, float]]
    right: bool


def fit(choices: Sequence[Sequence[Candidate]], names: Sequence[str]) -> dict[str, float]:
    """Return the weight of each feature in ``names``; every choice has a right candidate."""
    column = {name: place for place, name in enumerate(names)}
    rows = [candidate for choice in choices for candidate in choice]
    matrix = np.zeros((len(rows), len(names)))
    for row, candidate in enumerate(rows):
        for name, value in candidate.features:
            matrix[row, column[name]] += value
    right = np.array([candidate.right for candidate in rows])
    starts = np.concatenate(([0], np.cumsum([len(choice) for choice in choices])[:-1]))
    of = np.repeat(np.arange(len(choices)), [len(choice) for choice in choices])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = matrix @ weights
        likely = np.exp(scores - np.maximum.reduceat(scores, starts)[of])
        total = np.add.reduceat(likely, starts)
        good = np.add.reduceat(likely * right, starts) + 1e-300
        slope = matrix.T @ (likely / total[of] - likely * right / good[of]) / len(choices)
        value = -np.log(good / total).mean() + _PRIOR * weights @ weights
        return float(value), slope + 2 * _PRIOR * weights

    start = np.zeros(len(names))
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS})
    return dict(zip(names, fitted.x.tolist(), strict=True))
