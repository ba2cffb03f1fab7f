"""How sure the figures are: bootstrap intervals and paired differences, by cluster.

Questions about the same article stand or fall together, so whole clusters are drawn, not questions:
Field and Welsh, "Bootstrapping clustered data", 2007. Everything is seeded: the same scores give
the same intervals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm  # type: ignore[import-untyped]  # it ships no types

SEED = 20240215
RESAMPLES = 2000
LEVEL = 0.95
POWER = 0.8

Floats = NDArray[np.float64]
Statistic = Callable[[NDArray[np.int64]], float | None]
"""A figure of questions, given by number, some several times; None where it has no value."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """A measure's score of each question as a part and its weight; the figure is Σpart / Σweight.

    A weight of 0 leaves the question out.
    """

    parts: Floats
    weights: Floats

    def figure(self) -> float:
        """Return the figure over all questions; NaN where no question counts."""
        total = self.weights.sum()
        return float(self.parts.sum() / total) if total else float("nan")


@dataclass(frozen=True, slots=True)
class Difference:
    """How a figure changed from one run to another, on the same questions.

    ``p`` is the two-sided probability of a difference as large where there is none; ``detectable``
    is the true difference that a set like this would show in four of five runs, at the level that
    the number of comparisons leaves to each.
    """

    difference: Interval
    p: float
    detectable: float


class Bootstrap:
    """Resamples of questions, drawn by cluster.

    ``clusters`` names the cluster of each question; every method's scores are in that order.
    """

    def __init__(
        self, clusters: Sequence[str], resamples: int = RESAMPLES, seed: int = SEED
    ) -> None:
        names, self._cluster = np.unique(np.array(clusters, str), return_inverse=True)
        self._count = len(names)
        draws = np.random.default_rng(seed).multinomial(
            self._count, np.full(self._count, 1 / self._count), size=resamples
        )
        self._draws: NDArray[np.int64] = draws  # (resamples, clusters): how often each was drawn

    def interval(self, scores: Scores) -> Interval:
        """Return the figure of ``scores``, parts from 0 to weight, with its percentile interval.

        Where all resamples agree on 0 or 1 they hide the doubt; the exact binomial interval of
        Clopper and Pearson over the clusters stands in.
        """
        value = scores.figure()
        replicates = self._replicates(scores)
        low, high = _percentiles(replicates)
        if low == high and value in (0.0, 1.0):
            trials = len(set(self._cluster[scores.weights > 0].tolist()))
            exact = binomtest(int(value) * trials, trials).proportion_ci(LEVEL, "exact")
            low, high = float(exact.low), float(exact.high)
        return Interval(value, low, high)

    def interval_of(self, statistic: Statistic) -> Interval | None:
        """Return ``statistic`` of all questions, with its percentile interval; None of none."""
        questions = np.arange(len(self._cluster))
        value = statistic(questions)
        if value is None:
            return None
        drawn = (statistic(np.repeat(questions, times[self._cluster])) for times in self._draws)
        replicates = np.array([one for one in drawn if one is not None], np.float64)
        return Interval(value, *_percentiles(replicates))

    def difference(self, before: Scores, after: Scores, comparisons: int) -> Difference:
        """Return how ``after`` differs from ``before``, both of the same questions in order.

        The p-value is that of the bootstrap moved to the null: Efron and Tibshirani, "An
        Introduction to the Bootstrap", 1993, chapter 16.
        """
        change = after.figure() - before.figure()
        replicates = self._replicates(after) - self._replicates(before)
        replicates = replicates[~np.isnan(replicates)]
        as_far = int((np.abs(replicates - change) >= abs(change) - 1e-12).sum())
        quantile = norm.ppf(1 - (1 - LEVEL) / 2 / comparisons) + norm.ppf(POWER)
        counted = (before.weights > 0) & (after.weights > 0)
        trials = len(set(self._cluster[counted].tolist()))
        # Where hardly a question turned, the spread is that of questions that all turn one way.
        detectable = max(quantile * replicates.std(), quantile**2 / (trials + quantile**2))
        return Difference(
            Interval(change, *_percentiles(replicates)),
            (1 + as_far) / (1 + len(replicates)),
            float(detectable),
        )

    def _replicates(self, scores: Scores) -> Floats:
        """Return the figure of each resample, (resamples,); NaN where it holds no question."""
        parts = np.bincount(self._cluster, scores.parts, minlength=self._count)
        weights = np.bincount(self._cluster, scores.weights, minlength=self._count)
        totals = self._draws @ weights
        sums = self._draws @ parts
        figures: Floats = np.divide(
            sums, totals, out=np.full(len(totals), np.nan), where=totals > 0
        )
        return figures


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for their number, in order.

    Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


def _percentiles(replicates: Floats) -> tuple[float, float]:
    known = replicates[~np.isnan(replicates)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [50 * (1 - LEVEL), 100 - 50 * (1 - LEVEL)])
    return float(low), float(high)
