"""What is found in arrays, told by plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import arrays
from index.arrays import found, highest

_SCORE = st.sampled_from([-math.inf, -0.5, 0.0, 0.5, 1.0, 1.5])


@given(st.lists(_SCORE, max_size=40), st.integers(-1, 12), st.sampled_from([0.0, -math.inf]))
def test_the_highest_scores_are_those_of_sorting(
    scores: list[float], count: int, above: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "_BLOCK", 3)
        best = highest(np.array(scores, np.float32), count, np.float32(above))

    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    assert best.tolist() == [i for i in order if scores[i] > above][: max(0, count)]


@given(st.sets(st.integers(0, 30)), st.lists(st.integers(0, 40)))
def test_what_is_found_stands_where_it_is_said_to(held: set[int], wanted: list[int]) -> None:
    ascending = np.array(sorted(held), np.int64)

    places = found(ascending, np.array(wanted, np.int64))

    assert ascending[places].tolist() == [each for each in wanted if each in held]
