import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.statistics import Bootstrap, Scores, holm


def scores(*parts: float) -> Scores:
    return Scores(np.array(parts), np.ones(len(parts)))


def test_a_figure_is_parts_over_weights() -> None:
    assert Scores(np.array([2.0, 0.0, 1.0]), np.array([2.0, 0.0, 2.0])).figure() == 0.75


def test_the_interval_of_independent_questions_is_the_binomial_one() -> None:
    parts = np.array([1.0] * 60 + [0.0] * 40)
    interval = Bootstrap([str(n) for n in range(100)]).interval(Scores(parts, np.ones(100)))
    assert interval.value == 0.6
    spread = 1.96 * (0.6 * 0.4 / 100) ** 0.5
    assert interval.low == pytest.approx(0.6 - spread, abs=0.015)
    assert interval.high == pytest.approx(0.6 + spread, abs=0.015)


def test_questions_that_stand_or_fall_together_widen_the_interval() -> None:
    parts = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0], 10)
    alone = Bootstrap([str(n) for n in range(100)]).interval(Scores(parts, np.ones(100)))
    together = Bootstrap([str(n // 10) for n in range(100)]).interval(Scores(parts, np.ones(100)))
    assert together.high - together.low > 2.5 * (alone.high - alone.low)


def test_a_perfect_figure_keeps_its_doubt() -> None:
    interval = Bootstrap([str(n) for n in range(30)]).interval(scores(*[1.0] * 30))
    assert interval.value == interval.high == 1.0
    assert interval.low == pytest.approx(0.025 ** (1 / 30))  # Clopper and Pearson, 30 of 30
    none = Bootstrap([str(n) for n in range(30)]).interval(scores(*[0.0] * 30))
    assert none.low == 0.0
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 30))


def test_the_same_scores_give_the_same_interval() -> None:
    clusters, given_scores = list("aabbccdd"), scores(1, 0, 1, 1, 0, 0, 1, 0)
    assert Bootstrap(clusters).interval(given_scores) == Bootstrap(clusters).interval(given_scores)


def test_any_statistic_agrees_with_the_mean() -> None:
    clusters = [str(n // 2) for n in range(40)]
    values = np.linspace(0, 1, 40)
    bootstrap = Bootstrap(clusters)
    one = bootstrap.interval(Scores(values, np.ones(40)))
    other = bootstrap.interval_of(lambda questions: float(values[questions].mean()))
    assert other is not None
    assert (other.value, other.low, other.high) == pytest.approx((one.value, one.low, one.high))


def test_a_statistic_without_a_value_has_no_interval() -> None:
    assert Bootstrap(list("abc")).interval_of(lambda questions: None) is None


def test_a_planted_difference_shows_and_a_null_one_does_not() -> None:
    random = np.random.default_rng(1)
    clusters = [str(n) for n in range(200)]
    before = (random.random(200) < 0.5).astype(float)
    turned = random.random(200) < 0.2
    better = np.where(turned, 1.0, before)
    bootstrap = Bootstrap(clusters)
    planted = bootstrap.difference(scores(*before), scores(*better), comparisons=1)
    assert planted.p < 0.01
    assert planted.difference.low > 0
    flipped = np.where(turned, 1 - before, before)  # as many turn one way as the other, by chance
    null = bootstrap.difference(scores(*before), scores(*flipped), comparisons=1)
    assert null.p > 0.05
    assert null.difference.low < 0 < null.difference.high


def test_null_differences_are_found_about_as_often_as_the_level_says() -> None:
    random = np.random.default_rng(2)
    bootstrap = Bootstrap([str(n) for n in range(100)], resamples=500)
    found = 0
    for _ in range(200):
        first, second = (random.random((2, 100)) < 0.6).astype(float)
        found += bootstrap.difference(scores(*first), scores(*second), comparisons=1).p < 0.05
    assert found <= 20  # 10 expected


def test_what_could_be_detected_shrinks_with_questions_and_grows_with_comparisons() -> None:
    def detectable(questions: int, comparisons: int) -> float:
        parts = np.arange(questions) % 2.0
        bootstrap = Bootstrap([str(n) for n in range(questions)])
        old, new = scores(*parts), scores(*np.roll(parts, 1))
        return bootstrap.difference(old, new, comparisons).detectable

    assert detectable(400, 1) == pytest.approx((1.960 + 0.842) / 20, rel=0.08)
    assert detectable(400, 1) < detectable(100, 1)
    assert detectable(400, 1) < detectable(400, 10)


def test_runs_alike_could_still_have_differed() -> None:
    same = scores(*[1.0, 0.0] * 50)
    difference = Bootstrap([str(n) for n in range(100)]).difference(same, same, comparisons=1)
    assert difference.p == 1.0
    squared = (1.960 + 0.842) ** 2
    assert difference.detectable == pytest.approx(squared / (100 + squared), rel=0.01)


def test_holm_by_hand() -> None:
    # sorted: .01 × 4, .02 × 3, .03 × 2 (not below .06), .5 × 1
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_lies_between_the_raw_value_and_bonferroni(p_values: list[float]) -> None:
    for raw, corrected in zip(p_values, holm(p_values), strict=True):
        assert raw <= corrected <= 1.0
        if raw == min(p_values):
            assert corrected == min(1.0, raw * len(p_values))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=40))
def test_an_interval_holds_its_value_of_a_bounded_figure(pairs: list[tuple[int, float]]) -> None:
    clusters = [str(cluster) for cluster, _ in pairs]
    interval = Bootstrap(clusters, resamples=200).interval(scores(*(part for _, part in pairs)))
    assert -1e-9 <= interval.low <= interval.high <= 1 + 1e-9
