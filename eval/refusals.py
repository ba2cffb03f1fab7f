"""Whether the system knows what it does not know: risk–coverage and calibration.

El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010; Guo et al.,
"On Calibration of Modern Neural Networks", 2017.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How each question ended; three arrays of one length, (questions,).

    ``right``: answered, and a citation meets the evidence. ``confidence`` is from 0 to 1.
    """

    answered: NDArray[np.bool_]
    right: NDArray[np.bool_]
    confidence: NDArray[np.float64]

    def take(self, questions: NDArray[np.int64]) -> "Outcomes":
        """Return the outcomes of some questions, by number."""
        return Outcomes(self.answered[questions], self.right[questions], self.confidence[questions])


@dataclass(frozen=True, slots=True)
class Point:
    """Answering the ``coverage`` most confident of all questions, ``risk`` of those are wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies between ``low`` and ``high``; means are 0 where none."""

    low: float
    high: float
    count: int
    mean_confidence: float
    share_right: float


def risk_coverage(outcomes: Outcomes) -> list[Point]:
    """Return the curve over what was answered, from the most confident answer on.

    Answers of equal confidence come in no order: each carries their mean risk.
    """
    risks = _risks(outcomes)[: int(outcomes.answered.sum())]
    questions = len(outcomes.answered)
    return [Point(number / questions, risk) for number, risk in enumerate(risks.tolist(), 1)]


def risk_coverage_area(outcomes: Outcomes) -> float:
    """Return the mean risk over all coverages (there must be a question); less is better.

    A refusal counts as a wrong answer given last. Then neither refusing everything nor answering
    everything looks good: the best is to be right wherever there is an answer, and sure of it.
    """
    return float(_risks(outcomes).mean())


def best_area(answerable: NDArray[np.bool_]) -> float:
    """Return the area of a system that is right on all that is answerable and refuses the rest."""
    return risk_coverage_area(Outcomes(answerable, answerable, np.ones(len(answerable))))


def calibration(outcomes: Outcomes) -> list[Bin]:
    """Return ten bins of equal width over the confidence of what was answered."""
    confidence = outcomes.confidence[outcomes.answered]
    right = outcomes.right[outcomes.answered]
    place = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    shown = np.maximum(counts, 1)
    means = np.bincount(place, confidence, minlength=BINS) / shown
    shares = np.bincount(place, right, minlength=BINS) / shown
    return [
        Bin(number / BINS, (number + 1) / BINS, count, mean, share)
        for number, (count, mean, share) in enumerate(
            zip(counts.tolist(), means.tolist(), shares.tolist(), strict=True)
        )
    ]


def calibration_error(outcomes: Outcomes) -> float | None:
    """Return the expected calibration error, from 0 to 1; None where nothing was answered."""
    bins = calibration(outcomes)
    answered = sum(part.count for part in bins)
    if not answered:
        return None
    off = sum(part.count * abs(part.mean_confidence - part.share_right) for part in bins)
    return off / answered


def _risks(outcomes: Outcomes) -> NDArray[np.float64]:
    """Return, for each number of answers from 1 to all, the share of wrong ones among them."""
    # A refusal comes after every answer, all refusals as one tie.
    sureness = np.where(outcomes.answered, outcomes.confidence, -1.0)
    wrong = ~(outcomes.answered & outcomes.right)
    _, tie = np.unique(-sureness, return_inverse=True)
    counts = np.bincount(tie)
    expected = np.bincount(tie, wrong) / counts
    errors: NDArray[np.float64] = np.cumsum(np.repeat(expected, counts))
    return errors / np.arange(1, len(wrong) + 1)
