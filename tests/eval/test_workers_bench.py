"""The figures of ingestion by workers, from times that are known."""

import pytest

from eval.bench.workers import characters_a_second, figures


def test_ratios_are_medians_over_rounds_and_more_is_better() -> None:
    def taken(*seconds: float) -> list[dict[str, float]]:
        return [{"seconds": s, "characters_a_second": 1000 / s} for s in seconds]

    told = figures({0: taken(5, 5, 50), 1: taken(10, 20, 40), 2: taken(5, 10, 40)}, 300)

    assert told["rounds"] == 3
    assert told["by_workers"]["1"] == {
        "seconds": [10, 20, 40], "tokens_per_second": 15,
        "characters_per_second_once_started": 50,
    }  # fmt: skip
    assert told["two_against_one"] == told["two_against_one_once_started"] == 2
    assert told["two_against_none"] == 1


def test_the_rate_counts_from_the_first_characters_that_were_ready() -> None:
    assert characters_a_second([(0, 0), (9, 0), (10, 500), (11, 500), (12, 900)]) == 200
    assert characters_a_second([(0, 0), (9, 500)]) == pytest.approx(0)
