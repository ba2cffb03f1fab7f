import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.refusals import (
    Outcomes,
    Point,
    best_area,
    calibration,
    calibration_error,
    risk_coverage,
    risk_coverage_area,
)


def outcomes(*each: tuple[bool, bool, float]) -> Outcomes:
    answered, right, confidence = zip(*each, strict=True)
    return Outcomes(np.array(answered), np.array(right), np.array(confidence))


RIGHT, WRONG, REFUSED = (True, True), (True, False), (False, False)


def test_the_curve_goes_from_the_most_confident_answer_on() -> None:
    ended = outcomes((*WRONG, 0.6), (*RIGHT, 0.9), (*REFUSED, 0.99), (*RIGHT, 0.7))
    assert risk_coverage(ended) == [Point(0.25, 0.0), Point(0.5, 0.0), Point(0.75, 1 / 3)]
    # the refusal counts as wrong and last: (0 + 0 + 1/3 + 2/4) / 4
    assert risk_coverage_area(ended) == pytest.approx((1 / 3 + 1 / 2) / 4)


def test_answers_of_equal_confidence_share_their_risk() -> None:
    ended = outcomes((*WRONG, 0.5), (*RIGHT, 0.5))
    assert [point.risk for point in risk_coverage(ended)] == [0.5, 0.5]


def test_refusing_everything_and_answering_everything_look_bad() -> None:
    answerable = np.array([True] * 60 + [False] * 40)
    best = best_area(answerable)
    refuses = Outcomes(np.zeros(100, bool), np.zeros(100, bool), np.zeros(100))
    answers = Outcomes(np.ones(100, bool), answerable, np.full(100, 0.9))
    assert risk_coverage_area(refuses) == 1.0
    assert risk_coverage_area(answers) == pytest.approx(0.4)
    assert best == pytest.approx(sum(k / (60 + k) for k in range(1, 41)) / 100)
    assert best < 0.1


ENDS = st.lists(
    st.tuples(st.sampled_from([RIGHT, WRONG, REFUSED]), st.floats(0, 1)).map(
        lambda end: (*end[0], end[1])
    ),
    min_size=1,
    max_size=30,
)


@given(ENDS)
def test_no_system_beats_the_best_area(ends: list[tuple[bool, bool, float]]) -> None:
    ended = outcomes(*ends)
    possible = ended.right  # what is right was answerable; the rest may not have been
    assert best_area(possible) - 1e-9 <= risk_coverage_area(ended) <= 1.0


@given(ENDS)
def test_the_order_of_questions_does_not_matter(
    ends: list[tuple[bool, bool, float]],
) -> None:
    assert risk_coverage_area(outcomes(*ends)) == pytest.approx(
        risk_coverage_area(outcomes(*reversed(ends)))
    )


def test_calibration_by_hand() -> None:
    ended = outcomes(
        (*RIGHT, 0.82),
        (*RIGHT, 0.88),
        (*WRONG, 0.85),
        (*WRONG, 0.15),
        (*RIGHT, 1.0),
        (*REFUSED, 0.5),
    )
    bins = calibration(ended)
    assert [part.count for part in bins] == [0, 1, 0, 0, 0, 0, 0, 0, 3, 1]
    assert bins[8].mean_confidence == pytest.approx(0.85)
    assert bins[8].share_right == pytest.approx(2 / 3)
    expected = (1 * 0.15 + 3 * (0.85 - 2 / 3) + 1 * 0.0) / 5
    assert calibration_error(ended) == pytest.approx(expected)


def test_calibration_of_nothing_is_nothing() -> None:
    refused = outcomes((*REFUSED, 0.2))
    assert calibration_error(refused) is None
    assert risk_coverage(refused) == []


@given(ENDS)
def test_every_answer_is_in_one_bin(ends: list[tuple[bool, bool, float]]) -> None:
    ended = outcomes(*ends)
    assert sum(part.count for part in calibration(ended)) == int(ended.answered.sum())
    error = calibration_error(ended)
    assert error is None or 0.0 <= error <= 1.0
