"""The fitted part: which sentence answers, and how sure that is.

Two logistic models over the features of ``evidence.py``. Their weights are learned by
``eval/fitting`` and lie, with where they come from, in ``weights.json``.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rag.evidence import FEATURES, Candidate
from rag.matching import MATCHES

# How tokens match tells sentences apart, not what answers from what nearly does.
_OF_THE_BEST = FEATURES[: -len(MATCHES)]
CONFIDENCE_FEATURES = (
    "score",  # of the sentence model
    "margin",  # to the second best
    "covered_fact",  # coverage where it holds what is asked for: the plainest of answers
    *_OF_THE_BEST,
)
_COVERAGE, _EXPECTED_FACT = FEATURES.index("coverage"), FEATURES.index("expected_fact")
_LARGEST_MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the two models: by sentence feature, and by confidence feature with a bias.

    ``thresholds`` are shares of wrong answers, ascending, each with the least confidence of an
    answer at which no more were wrong.
    """

    sentence: NDArray[np.float64]
    confidence: NDArray[np.float64]
    bias: float
    thresholds: Sequence[tuple[float, float]]

    def threshold(self, accepted_wrong: float) -> float:
        """Return the confidence from which on no more than this share of the answers is wrong.

        As it was on questions that the models had not seen; between those shares that were
        measured it is interpolated. A threshold of 0 refuses nothing.
        """
        shares, thresholds = zip((0.0, 1.0), *self.thresholds, (1.0, 0.0), strict=True)
        return float(np.interp(accepted_wrong, shares, thresholds))


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with the score of the sentence model."""

    candidate: Candidate
    score: float


@cache
def load_weights() -> Weights:
    """Return the weights that come with this version."""
    raw = json.loads(files("rag").joinpath("weights.json").read_text(encoding="utf-8"))
    return Weights(
        sentence=np.array([raw["sentence"][name] for name in FEATURES]),
        confidence=np.array([raw["confidence"][name] for name in CONFIDENCE_FEATURES]),
        bias=float(raw["confidence"]["bias"]),
        thresholds=[(float(share), at) for share, at in raw["thresholds"].items()],
    )


def ranked(candidates: Sequence[Candidate], weights: Weights) -> list[Scored]:
    """Return the candidates by how likely they answer, best first."""
    scored = [Scored(c, float(c.features @ weights.sentence)) for c in candidates]
    return sorted(
        scored, key=lambda s: (-s.score, s.candidate.hit.passage.chunk_id, s.candidate.span)
    )


def confidence_features(
    best_features: NDArray[np.float64], best: float, second: float | None
) -> NDArray[np.float64]:
    """Return the features of the confidence model, shape (len(CONFIDENCE_FEATURES),).

    Takes those of the best sentence, (len(FEATURES),), its score and that of the next one.
    """
    margin = _LARGEST_MARGIN if second is None else min(best - second, _LARGEST_MARGIN)
    covered_fact = best_features[_COVERAGE] * best_features[_EXPECTED_FACT]
    return np.array([best, margin, covered_fact, *best_features[: len(_OF_THE_BEST)]])


def confidence(best_first: Sequence[Scored], weights: Weights) -> float:
    """Return the probability that the best sentences answer."""
    second = best_first[1].score if len(best_first) > 1 else None
    row = confidence_features(best_first[0].candidate.features, best_first[0].score, second)
    logit = float(row @ weights.confidence) + weights.bias
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
