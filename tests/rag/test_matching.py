"""Tokens of questions and sentences: what meets, and what is left open."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.embedding.protocol import FloatMatrix
from rag.matching import MATCHES, match_features, standardised

_DIMENSION = 64
_WORDS = "ҡала баш өфө йыл кем етәксе министр мәктәп һум өй бала китап".split()
_DIRECTIONS = np.random.default_rng(0).standard_normal((len(_WORDS), _DIMENSION))


def tokens(text: str) -> FloatMatrix:
    """Return a direction for each word; different words hardly have to do with each other."""
    rows = _DIRECTIONS[[_WORDS.index(word) for word in text.split()]]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def features(question: str, *sentences: tuple[str, str]) -> dict[str, NDArray[np.float64]]:
    """Return each feature of sentences (document, words), shape (n,)."""
    rows = match_features(
        tokens(question), [tokens(words) for _, words in sentences], [d for d, _ in sentences]
    )
    assert rows.shape == (len(sentences), len(MATCHES))
    return dict(zip(MATCHES, rows.T, strict=True))


def test_a_sentence_that_holds_more_of_the_question_matches_better() -> None:
    found = features(
        "кем етәксе мәктәп", ("a", "етәксе мәктәп бала"), ("a", "мәктәп өй"), ("a", "һум йыл")
    )

    assert found["match"][0] > found["match"][1] > found["match"][2]
    assert found["relative_match"][0] > 0 > found["relative_match"][2]
    assert found["best_match"].tolist() == [1, 0, 0]
    assert found["behind_best_match"][0] == 0
    assert 0 < found["behind_best_match"][1] < found["behind_best_match"][2]


def test_what_the_best_match_leaves_open_tells_the_others_apart() -> None:
    # The first says again what the question takes for granted; of the others one has the rest.
    found = features(
        "мәктәп бала китап һум", ("a", "мәктәп бала китап"), ("a", "һум өй"), ("a", "йыл өй")
    )

    assert found["open_match"][1] > found["open_match"][0] > found["open_match"][2]
    assert found["open_match_gained"][1] > 0
    assert found["open_match_gained"][0] == 0


def test_each_document_has_a_best_match_of_its_own() -> None:
    found = features("ҡала өфө", ("a", "өфө йыл"), ("b", "ҡала өфө"), ("a", "һум йыл"), ("b", "өй"))

    assert found["best_match"].tolist() == [1, 1, 0, 0]


def test_what_meets_nothing_of_the_question_is_new() -> None:
    found = features("ҡала өфө", ("a", "ҡала өфө"), ("a", "ҡала һум йыл өй"), ("b", "министр"))

    assert found["new_share"].tolist() == pytest.approx([0, 0.75, 1])
    assert found["match_back"][0] > found["match_back"][1] > found["match_back"][2]


def test_a_word_that_all_sentences_hold_tells_nothing() -> None:
    found = features("ҡала өфө", ("a", "ҡала өфө"), ("b", "ҡала йыл"), ("c", "ҡала һум"))

    gap = found["telling_match"][0] - found["telling_match"][1]
    assert gap > found["match"][0] - found["match"][1] > 0


@given(
    st.lists(st.lists(st.sampled_from(_WORDS), min_size=1).map(" ".join), min_size=1, max_size=8),
    st.lists(st.sampled_from(_WORDS), min_size=1).map(" ".join),
)
def test_features_are_numbers_whatever_is_asked(sentences: list[str], question: str) -> None:
    found = features(question, *((str(len(s) % 3), s) for s in sentences))

    assert all(np.isfinite(values).all() for values in found.values())
    assert (found["behind_best_match"] >= 0).all()


def test_values_that_are_all_the_same_are_all_average() -> None:
    assert standardised(np.array([3.0, 3.0])).tolist() == [0, 0]
    assert standardised(np.array([])).tolist() == []
    assert standardised(np.array([1.0, 3.0])).tolist() == [-1, 1]
