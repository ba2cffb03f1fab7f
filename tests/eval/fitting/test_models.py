"""The models of an answer: planted signals are learned, nothing leaks from what is judged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from eval.fitting.examples import Example
from eval.fitting.models import Fitted, figures, fit, held_out, thresholds
from rag.evidence import FEATURES
from rag.scoring import CONFIDENCE_FEATURES, load_weights


def drawn_examples(count: int, answerable: bool = True, seed: int = 0) -> list[Example]:
    """Questions of six sentences each, of which the one with the largest first feature answers."""
    draw = np.random.default_rng(seed)
    examples = []
    for number in range(count):
        features = draw.normal(size=(6, len(FEATURES)))
        features[:, 0] = 0.0
        answers = np.zeros(6, bool)
        if answerable:
            answers[draw.integers(6)] = True
            features[:, 0] = np.where(answers, 3.0, 0.0)
        examples.append(
            Example("drawn", f"{answerable}-{number // 2}", answerable, features, answers)
        )
    return examples


def first_answers(examples: Sequence[Example]) -> dict[str, float]:
    report: dict[str, dict[str, float]] = figures(held_out(examples), threshold=0.5)
    return report["drawn"]


def test_a_planted_signal_is_learned_and_found_on_unseen_groups() -> None:
    report = first_answers([*drawn_examples(80), *drawn_examples(80, answerable=False, seed=1)])
    assert report["first_sentence"] == 1.0
    assert report["unanswerable_refused"] > 0.9
    assert report["answerable_refused"] < 0.1


def test_noise_is_not_learned() -> None:
    examples = drawn_examples(80)
    noise = [
        Example(e.source, e.group, True, np.delete(e.features, 0, 1), e.answers) for e in examples
    ]
    padded = [
        Example(e.source, e.group, True, np.pad(e.features, ((0, 0), (0, 1))), e.answers)
        for e in noise
    ]
    assert first_answers(padded)["first_sentence"] < 0.4


def test_no_group_is_split_between_learning_and_judging() -> None:
    examples = [*drawn_examples(40), *drawn_examples(40, answerable=False, seed=1)]
    learned_without: dict[str, Fitted] = {}
    for example, fitted in held_out(examples):
        learned_without.setdefault(example.group, fitted)
        assert learned_without[example.group] is fitted


def test_the_weights_of_this_version_fit_its_features_and_say_how_they_were_made() -> None:
    weights = load_weights()
    assert weights.sentence.shape == (len(FEATURES),)
    assert weights.confidence.shape == (len(CONFIDENCE_FEATURES),)


def test_a_threshold_takes_no_more_wrong_answers_than_it_was_asked_to() -> None:
    pairs = held_out([*drawn_examples(60), *drawn_examples(60, answerable=False, seed=1)])
    sure = np.array([fitted.confidence_of(example) for example, fitted in pairs])
    right = np.array([fitted.is_right(example) for example, fitted in pairs])
    found = thresholds(pairs)
    assert list(found) == sorted(found)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    for share, least in found.items():
        answered = sure >= least - 1e-4
        assert (~right[answered]).mean() <= float(share) + 1 / answered.sum()
    assert 0.5 in map(float, found)  # half of all could be answered and be wrong


def test_no_threshold_is_told_of_what_too_few_questions_say() -> None:
    few = [*drawn_examples(10), *drawn_examples(9, answerable=False, seed=1)]
    assert thresholds(held_out(few)) == {}


def test_the_share_of_wrong_answers_is_turned_into_a_confidence() -> None:
    weights = replace(load_weights(), thresholds=[(0.2, 0.8), (0.4, 0.5)])
    asked = (0.0, 0.1, 0.2, 0.3, 0.4, 0.7, 1.0)
    assert [weights.threshold(share) for share in asked] == pytest.approx(
        [1.0, 0.9, 0.8, 0.65, 0.5, 0.25, 0.0]
    )
    own = [load_weights().threshold(share) for share in np.linspace(0, 1, 21)]
    assert own == sorted(own, reverse=True)


def test_learning_twice_gives_the_same_weights() -> None:
    examples = [*drawn_examples(30), *drawn_examples(30, answerable=False, seed=1)]
    one, other = fit(examples), fit(examples)
    assert np.array_equal(one.sentence, other.sentence)
    assert np.array_equal(one.confidence, other.confidence)
    assert one.bias == other.bias
