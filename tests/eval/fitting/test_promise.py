"""Which sentences are read: a planted order is learned, and judged where it was not learned."""

import numpy as np

from eval.fitting.examples import Example
from eval.fitting.promise import promise_figures
from rag.likely import WORD_FEATURES

SENTENCES = 40


def drawn(planted: bool) -> list[Example]:
    """Questions of which one sentence answers, by its first feature or for no reason."""
    draw = np.random.default_rng(0)
    examples = []
    for number in range(60):
        features = draw.normal(size=(SENTENCES, len(WORD_FEATURES)))
        answers = np.zeros(SENTENCES, bool)
        answers[draw.integers(SENTENCES)] = True
        if planted:
            features[answers, 0] += 6
        examples.append(Example("drawn", str(number), True, features, answers))
    return examples


def test_a_planted_order_puts_what_answers_among_the_first() -> None:
    assert promise_figures(drawn(planted=True))["drawn"]["among 8"] > 0.95


def test_where_nothing_tells_it_is_among_so_many_by_chance() -> None:
    found = promise_figures(drawn(planted=False))["drawn"]
    assert found["among 8"] < 0.4
    assert found["among 8"] <= found["among 12"] <= found["among 16"] <= found["among 32"] < 1


def test_a_question_without_an_answer_counts_among_none() -> None:
    one, *rest = drawn(planted=True)
    missed = Example("missed", one.group, True, one.features, np.zeros(SENTENCES, bool))
    refused = Example("refused", one.group, False, one.features, np.zeros(SENTENCES, bool))
    found = promise_figures([missed, refused, *rest])
    assert found["missed"] == {"answerable": 1} | {f"among {n}": 0.0 for n in (8, 12, 16, 32)}
    assert "refused" not in found
