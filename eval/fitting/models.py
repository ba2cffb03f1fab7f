"""The two logistic models, and how well they do on articles they have not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.fitting.examples import Example
from rag.scoring import LARGEST_MARGIN

_FOLDS = 5
_SEED = 0
# Questions of XQuAD have one paragraph each and no near-misses: they teach which sentence answers,
# at half weight, but not how sure to be.
_SENTENCE_WEIGHT = {"xquad": 0.5}
_NOT_FOR_CONFIDENCE = frozenset({"xquad"})


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of the sentence model (f,) and of the confidence model (f + 2,) with its bias."""

    sentence: NDArray[np.float64]
    confidence: NDArray[np.float64]
    bias: float

    def order(self, example: Example) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the candidates best first, and the features of the confidence model."""
        scores = example.features @ self.sentence
        order = np.argsort(-scores, kind="stable")
        second = scores[order[1]] if len(order) > 1 else -np.inf
        margin = min(float(scores[order[0]] - second), LARGEST_MARGIN)
        return order, np.concatenate([[scores[order[0]], margin], example.features[order[0]]])

    def confidence_of(self, example: Example) -> float:
        """Return the probability that the best two sentences answer."""
        return float(1 / (1 + np.exp(-(self.order(example)[1] @ self.confidence + self.bias))))


def fit(examples: Sequence[Example]) -> Fitted:
    """Learn both models."""
    taught = [example for example in examples if example.answers.any()]
    sentence = _logistic(
        np.concatenate([example.features for example in taught]),
        np.concatenate([example.answers for example in taught]),
        strength=1.0,
        balanced=True,
        weights=np.concatenate(
            [np.full(len(e.answers), _SENTENCE_WEIGHT.get(e.source, 1.0)) for e in taught]
        ),
    )
    half = Fitted(sentence.coef_[0], np.empty(0), 0.0)
    rows, right = [], []
    for example in examples:
        if example.source not in _NOT_FOR_CONFIDENCE:
            order, features = half.order(example)
            rows.append(features)
            right.append(bool(example.answers[order[:2]].any()))
    sure = _logistic(np.array(rows), np.array(right), strength=0.3, balanced=False)
    return Fitted(half.sentence, sure.coef_[0], float(sure.intercept_[0]))


def held_out(examples: Sequence[Example]) -> list[tuple[Example, Fitted]]:
    """Return each example with models learned from the other folds; folds split by group."""
    groups = sorted({example.group for example in examples})
    places = np.random.default_rng(_SEED).permutation(len(groups))
    fold = {group: place % _FOLDS for group, place in zip(groups, places, strict=True)}
    result = []
    for number in range(_FOLDS):
        fitted = fit([e for e in examples if fold[e.group] != number])
        result += [(e, fitted) for e in examples if fold[e.group] == number]
    return result


def figures(pairs: Sequence[tuple[Example, Fitted]], threshold: float) -> dict[str, Any]:
    """Return, by source, how often the first and the first two sentences answer, and refusals."""
    report: dict[str, Any] = {}
    for source in dict.fromkeys(example.source for example, _ in pairs):
        own = [(e, f) for e, f in pairs if e.source == source]
        orders = [(e, f.order(e)[0], f.confidence_of(e)) for e, f in own]
        asked = [(e, order, sure) for e, order, sure in orders if e.answerable]
        others = [sure for e, _, sure in orders if not e.answerable]
        report[source] = {
            "answerable": len(asked),
            "unanswerable": len(others),
            "first_sentence": _share([bool(e.answers[order[0]]) for e, order, _ in asked]),
            "first_two": _share([bool(e.answers[order[:2]].any()) for e, order, _ in asked]),
            "answerable_refused": _share([sure < threshold for _, _, sure in asked]),
            "unanswerable_refused": _share([sure < threshold for sure in others]),
        }
    return report


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None


def _logistic(
    rows: NDArray[np.float64],
    labels: NDArray[np.bool_],
    strength: float,
    balanced: bool,
    weights: NDArray[np.float64] | None = None,
) -> LogisticRegression:
    model = LogisticRegression(
        C=strength, class_weight="balanced" if balanced else None, max_iter=5000
    )
    return model.fit(rows, labels, sample_weight=weights)
