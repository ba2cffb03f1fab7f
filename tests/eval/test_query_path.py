"""The benchmark of the query path: drawn vectors for passages, the model for questions."""

import numpy as np

from eval.bench.query_path import DrawnVectors, p50
from tests.fakes import FakeEmbedder


def test_passages_get_the_next_drawn_vectors_and_questions_are_encoded() -> None:
    model = FakeEmbedder()
    vectors = np.eye(3, 32, dtype=np.float32)
    drawn = DrawnVectors(model, vectors)

    first, second = drawn.embed_passages(["a", "b"]), drawn.embed_passages(["c", "d"])

    assert first.tolist() == vectors[[0, 1]].tolist()
    assert second.tolist() == vectors[[2, 0]].tolist()
    assert model.embedded == []
    asked = drawn.embed_queries(["көпер"])
    assert asked.tolist() == model.embed_queries(["көпер"]).tolist()


def test_the_first_questions_only_warm() -> None:
    assert p50([9.0] * 10 + [0.001, 0.002, 0.003]) == 2.0
