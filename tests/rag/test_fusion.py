"""Fusion: one score of several features, for each pair of languages."""

import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag.fusion import FUSED, LANGUAGES, FusionWeights, load_fusion

PAIRS = [(asked, spoken) for asked in LANGUAGES for spoken in LANGUAGES]
FEATURES = arrays(
    np.float32,
    st.tuples(st.integers(1, 8), st.just(len(FUSED))),
    elements=st.floats(0, 4, width=32),
)


def test_the_weights_of_this_version_are_of_every_pair_and_say_how_they_were_made() -> None:
    raw = json.loads(files("rag").joinpath("fusion.json").read_text(encoding="utf-8"))

    assert {"made_by", "commit", "learned_from", "held_out"} <= set(raw)
    assert set(load_fusion().by_pair) == set(PAIRS)
    for (asked, spoken), weights in load_fusion().by_pair.items():
        assert list(raw[f"{asked}→{spoken}"]) == [*FUSED, "bias"]
        assert weights.tolist() == list(raw[f"{asked}→{spoken}"].values())
        assert np.isfinite(weights).all()


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", FUSED)
def test_nothing_that_is_found_counts_against_a_passage(pair: tuple[str, str], name: str) -> None:
    weight = load_fusion().by_pair[pair][FUSED.index(name)]

    assert weight >= 0


@given(FEATURES, st.sampled_from(PAIRS), st.integers(0, len(FUSED) - 1), st.floats(0.125, 2))
def test_a_better_feature_makes_a_better_score(
    features: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    pair: tuple[str, str],
    column: int,
    more: float,
) -> None:
    better = features.copy()
    better[:, column] += np.float32(more)

    one, other = load_fusion().fuse(features, *pair), load_fusion().fuse(better, *pair)

    assert one.dtype == np.float32
    assert one.shape == (len(features),)
    weight = load_fusion().by_pair[pair][column]
    np.testing.assert_allclose(other - one, weight * more, rtol=1e-3, atol=1e-4)
    assert weight == 0 or (other > one).all()


@given(FEATURES, st.sampled_from(LANGUAGES), st.sampled_from(["other", "mixed", "", "tt"]))
def test_a_passage_in_neither_language_alone_is_weighed_like_the_questions_own(
    features: np.ndarray[tuple[int, int], np.dtype[np.float32]], asked: str, spoken: str
) -> None:
    fused = load_fusion().fuse

    assert fused(features, asked, spoken).tolist() == fused(features, asked, asked).tolist()


def test_the_score_is_the_weighted_sum_of_its_pair() -> None:
    weights = FusionWeights({pair: np.array([n, 1.0, 0.5, -n]) for n, pair in enumerate(PAIRS)})
    features = np.array([[1, 2, 4], [0, 0, 0]], np.float32)

    assert [weights.fuse(features, *pair).tolist() for pair in PAIRS] == [
        [4, -n] for n in range(len(PAIRS))
    ]


def test_no_passages_have_no_scores() -> None:
    assert load_fusion().fuse(np.empty((0, len(FUSED)), np.float32), "ba", "ru").shape == (0,)
