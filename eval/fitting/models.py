"""The two models of an answer, and how well they do on articles they have not seen.

Which sentence answers: a softmax over the sentences of each question, the conditional logit of
McFadden (1974). How sure that is: logistic, learned from sentences that were ordered by models that
had not seen them, so that it does not take their good memory for knowledge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types
from sklearn.linear_model import LogisticRegression

from eval.fitting.examples import Example
from eval.refusals import Outcomes, calibration_error
from rag.choosing import AS_LIKELY, MOST
from rag.scoring import Weights, confidence_features

_FOLDS = 5
_SEED = 0
_PENALTY = 3e-3
_LEAST_ODDS = 1e-300  # no logarithm of 0
STRENGTH = 0.05  # of the confidence model: the less, the stronger the penalty
# Questions of XQuAD have one paragraph each and no near-misses: they teach which sentence answers,
# at half weight, but not how sure to be.
_SENTENCE_WEIGHT = {"xquad": 0.5}
_NOT_FOR_CONFIDENCE = frozenset({"xquad"})
# Nobody asks for so much that has nothing to do with the documents.
_NOT_FOR_THRESHOLDS = frozenset({"xquad", "off_topic"})
_SHARES = np.arange(0.05, 0.96, 0.05)
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of the sentence model (f,) and of the confidence model with its bias."""

    sentence: NDArray[np.float64]
    confidence: NDArray[np.float64]
    bias: float

    def as_weights(self, by_share: Mapping[str, float]) -> Weights:
        """Return them as the pipeline has them, with the thresholds of ``thresholds``."""
        shares = [(float(share), at) for share, at in by_share.items()]
        return Weights(self.sentence, self.confidence, self.bias, shares)

    def order(self, example: Example) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the candidates best first, and the features of the confidence model."""
        scores = example.features @ self.sentence
        order = np.argsort(-scores, kind="stable")
        second = float(scores[order[1]]) if len(order) > 1 else None
        best = confidence_features(example.features[order[0]], float(scores[order[0]]), second)
        return order, best

    def confidence_of(self, example: Example) -> float:
        """Return the probability that a sentence answers of those that are quoted."""
        return float(1 / (1 + np.exp(-(self.order(example)[1] @ self.confidence + self.bias))))

    def is_right(self, example: Example) -> bool:
        """Whether a sentence answers of those that are quoted."""
        scores = example.features @ self.sentence
        best = np.argsort(-scores, kind="stable")[:MOST]
        return bool(example.answers[best[scores[best] > scores[best[0]] - AS_LIKELY]].any())


def fit(examples: Sequence[Example], strength: float = STRENGTH) -> Fitted:
    """Learn both models."""
    rows, right = [], []
    for own, others in folds(examples):
        half = Fitted(listwise(others), np.empty(0), 0.0)
        for example in own:
            if example.source not in _NOT_FOR_CONFIDENCE:
                rows.append(half.order(example)[1])
                right.append(half.is_right(example))
    confidence, bias = _logistic(np.array(rows), np.array(right), strength)
    return Fitted(listwise(examples), confidence, bias)


def held_out(
    examples: Sequence[Example], strength: float = STRENGTH
) -> list[tuple[Example, Fitted]]:
    """Return each example with models learned from the other folds; folds split by group."""
    result = []
    for own, others in folds(examples):
        fitted = fit(others, strength)
        result += [(example, fitted) for example in own]
    return result


def folds(examples: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    """Yield each fold and what is not in it."""
    groups = sorted({example.group for example in examples})
    places = np.random.default_rng(_SEED).permutation(len(groups))
    fold = {group: place % _FOLDS for group, place in zip(groups, places, strict=True)}
    for number in range(_FOLDS):
        yield (
            [e for e in examples if fold[e.group] == number],
            [e for e in examples if fold[e.group] != number],
        )


def figures(pairs: Sequence[tuple[Example, Fitted]], threshold: float) -> dict[str, Any]:
    """Return, by source, how often the first and the quoted sentences answer, and refusals."""
    report: dict[str, Any] = {}
    for source in dict.fromkeys(example.source for example, _ in pairs):
        own = [(e, f) for e, f in pairs if e.source == source]
        asked = [(e, f) for e, f in own if e.answerable]
        others = [(e, f) for e, f in own if not e.answerable]
        report[source] = {
            "answerable": len(asked),
            "unanswerable": len(others),
            "first_sentence": _share([bool(e.answers[f.order(e)[0][0]]) for e, f in asked]),
            "quoted": _share([f.is_right(e) for e, f in asked]),
            "answerable_refused": _share([f.confidence_of(e) < threshold for e, f in asked]),
            "unanswerable_refused": _share([f.confidence_of(e) < threshold for e, f in others]),
            "calibration_error": round(calibration_error(outcomes(own)) or 0.0, 3),
        }
    return report


def thresholds(pairs: Sequence[tuple[Example, Fitted]]) -> dict[str, float]:
    """Return, by the share of wrong answers that is accepted, the least confidence it takes.

    Of questions whose answers are looked for in documents that may hold them. Some shares cannot
    be told from so few questions: nothing is said of those that fewer than ``_FEWEST`` meet.
    """
    own = [(e, f) for e, f in pairs if e.source not in _NOT_FOR_THRESHOLDS]
    ends = outcomes(own)
    order = np.argsort(-ends.confidence, kind="stable")
    sure, wrong = ends.confidence[order], ~ends.right[order]
    risks = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    found = {}
    for share in _SHARES:
        (met,) = np.nonzero(risks <= share)
        if len(met) and met[-1] + 1 >= _FEWEST:
            found[f"{share:.2f}"] = round(float(sure[met[-1]]), 4)
        if len(met) and met[-1] + 1 == len(risks):
            break  # that many are wrong where nothing is refused
    return found


def outcomes(pairs: Sequence[tuple[Example, Fitted]]) -> Outcomes:
    """Return how the questions would end if none was refused."""
    right = np.array([f.is_right(e) for e, f in pairs])
    sure = np.array([f.confidence_of(e) for e, f in pairs])
    return Outcomes(np.ones(len(pairs), bool), right, sure)


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None


def _logistic(
    rows: NDArray[np.float64], right: NDArray[np.bool_], strength: float
) -> tuple[NDArray[np.float64], float]:
    """Return weights (f,) and the bias; the penalty does not depend on the scale of a feature."""
    scale = rows.std(axis=0) + 1e-6
    mean = rows.mean(axis=0) / scale
    model = LogisticRegression(C=strength, max_iter=5000).fit(rows / scale - mean, right)
    return model.coef_[0] / scale, float(model.intercept_[0] - model.coef_[0] @ mean)


def listwise(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return weights (f,) under which the sentences that answer come first."""
    taught = [example for example in examples if example.answers.any()]
    every = np.concatenate([example.features for example in taught])
    answers = np.concatenate([example.answers for example in taught])
    lengths = [len(example.answers) for example in taught]
    begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    weights = np.array([_SENTENCE_WEIGHT.get(e.source, 1.0) for e in taught])
    scale = every.std(axis=0) + 1e-6
    rows = (every - every.mean(axis=0)) / scale

    def shares(odds: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sum of a question's odds (q,), and what each sentence has of it (n,)."""
        totals = np.add.reduceat(odds, begins)
        return totals, odds / np.repeat(totals, lengths)

    def loss(sentence: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = rows @ sentence
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, begins), lengths))
        totals, all_shares = shares(odds)
        right, right_shares = shares(np.where(answers, odds, 0.0) + _LEAST_ODDS * answers)
        value = float(weights @ np.log(totals / right)) / weights.sum()
        slope = rows.T @ (np.repeat(weights, lengths) * (all_shares - right_shares))
        penalty = _PENALTY * float(sentence @ sentence)
        return value + penalty, slope / weights.sum() + 2 * _PENALTY * sentence

    start = np.zeros(every.shape[1])
    sentence: NDArray[np.float64] = minimize(loss, start, jac=True, method="L-BFGS-B").x / scale
    return sentence
