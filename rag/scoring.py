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

CONFIDENCE_FEATURES = ("score", "margin", *FEATURES)
LARGEST_MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the two models: by sentence feature, and by confidence feature with a bias."""

    sentence: NDArray[np.float64]
    confidence: NDArray[np.float64]
    bias: float


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
    )


def ranked(candidates: Sequence[Candidate], weights: Weights) -> list[Scored]:
    """Return the candidates by how likely they answer, best first."""
    scored = [Scored(c, float(c.features @ weights.sentence)) for c in candidates]
    return sorted(
        scored, key=lambda s: (-s.score, s.candidate.hit.passage.chunk_id, s.candidate.span)
    )


def confidence_features(best_first: Sequence[Scored]) -> NDArray[np.float64]:
    """Return the features of the confidence model, shape (len(CONFIDENCE_FEATURES),)."""
    best = best_first[0]
    margin = best.score - best_first[1].score if len(best_first) > 1 else LARGEST_MARGIN
    return np.array([best.score, min(margin, LARGEST_MARGIN), *best.candidate.features])


def confidence(best_first: Sequence[Scored], weights: Weights) -> float:
    """Return the probability that the best sentences answer."""
    logit = float(confidence_features(best_first) @ weights.confidence) + weights.bias
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
