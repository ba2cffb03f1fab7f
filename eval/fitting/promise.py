"""Which sentences the model reads at all: how often one of those answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.fitting.examples import Example
from eval.fitting.models import folds, listwise

_READ = (8, 12, 16, 32)


def promise_figures(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """Return, by source, how often one of so many sentences answers, on folds not learned from."""
    places: dict[str, list[int]] = {}
    for own, others in folds(examples):
        weights = listwise(others)
        for example in own:
            if example.answerable:
                places.setdefault(example.source, []).append(_first_place(example, weights))
    return {
        source: {"answerable": len(first)}
        | {f"among {most}": round(float(np.mean(np.array(first) < most)), 3) for most in _READ}
        for source, first in sorted(places.items())
    }


def _first_place(example: Example, weights: NDArray[np.float64]) -> int:
    """Return how many sentences stand before the first that answers; all where none does."""
    order = np.argsort(-(example.features @ weights), kind="stable")
    (places,) = np.nonzero(example.answers[order])
    return int(places[0]) if len(places) else max(_READ)
