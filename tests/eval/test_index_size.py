"""Vectors that are drawn to measure the index with."""

import numpy as np
import pytest

from eval.bench.drawing import Real, drawn
from eval.bench.process import Process


@pytest.fixture(scope="module")
def real() -> Real:
    random = np.random.default_rng(0)
    centres = np.repeat(random.standard_normal((40, 16)), 10, axis=0)
    vectors = (centres + 0.5 * random.standard_normal((400, 16))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Real(vectors, np.array(["ba", "ru"] * 200), vectors[:20])


def test_drawn_vectors_begin_with_the_real_ones_and_are_as_near_to_each_other(real: Real) -> None:
    made = drawn(real, 5000)

    assert made.vectors.shape == (5000, 16)
    np.testing.assert_array_equal(made.vectors[:400], real.vectors)
    np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), 1, rtol=1e-5)
    assert set(made.languages) == {"ba", "ru"}
    nearest = [made.likeness[f"nearest_neighbour_of_{name}"] for name in ("real", "drawn")]
    assert nearest[0][2] == pytest.approx(nearest[1][2], abs=0.03)


def test_the_same_vectors_are_drawn_again(real: Real) -> None:
    np.testing.assert_array_equal(drawn(real, 1000).vectors, drawn(real, 1000).vectors)


def test_what_of_a_file_is_in_memory_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mapped")
    np.save(folder / "rows.npy", np.ones(500_000))
    mapped = np.load(folder / "rows.npy", mmap_mode="r")
    before = Process("self").mapped_megabytes(folder).get("rows.npy", 0.0)

    assert mapped.sum() == 500_000

    assert Process("self").mapped_megabytes(folder)["rows.npy"] > before + 3
