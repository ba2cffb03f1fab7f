import numpy as np

from eval.latency import by_stage, percentile


def test_stages_stay_in_line_with_their_questions() -> None:
    stages = by_stage([{"retrieve": 1.0, "total": 2.0}, {"total": 4.0}])
    np.testing.assert_array_equal(stages["retrieve"], [1.0, np.nan])
    np.testing.assert_array_equal(stages["total"], [2.0, 4.0])


def test_percentiles_are_linear_between_neighbours() -> None:
    assert percentile(np.array([10.0, np.nan, 20.0]), 50) == 15.0
    assert percentile(np.arange(101.0), 95) == 95.0
    assert percentile(np.array([np.nan]), 50) is None
