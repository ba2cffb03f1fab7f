"""What an index of any kind keeps to, wherever it lies, told by plain numpy."""

import os
import subprocess
import sys
import weakref
from collections.abc import Iterable
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.arrays import Ids, Scores
from index.dense import DenseIndex
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.inverted import InvertedIndex
from index.vector_store import StoredIndex, VectorStore, kind_of
from index.vectors import FlatIndex, VectorIndex, products
from tests.index.collecting import without_collector

_DIMENSION = 4
# Few and small whole numbers: inner products are exact, and many are equal.
_VECTOR = st.lists(st.integers(-1, 1), min_size=_DIMENSION, max_size=_DIMENSION)
_ROWS = st.dictionaries(st.integers(0, 60), _VECTOR, max_size=25)
_SOME_IDS = st.lists(st.integers(0, 70), max_size=30)


class NumpyIndex:
    """The oracle: ranks everything by sorting it."""

    def __init__(self, ids: Ids, vectors: FloatMatrix) -> None:
        order = np.argsort(ids)
        self._ids, self._vectors = ids[order], vectors[order]

    @property
    def ids(self) -> Ids:
        return self._ids

    def matrix(self) -> FloatMatrix:
        return self._vectors

    def search(
        self, query: FloatMatrix, count: int, among: Ids | None = None, without: Iterable[int] = ()
    ) -> tuple[Ids, Scores]:
        scores = self._vectors @ query
        allowed = ~np.isin(self._ids, list(without))
        if among is not None:
            allowed &= np.isin(self._ids, among)
        order = [i for i in np.lexsort((self._ids, -scores)) if allowed[i]][:count]
        return self._ids[order], scores[order]

    def scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        known = {int(i): row @ query for i, row in zip(self._ids, self._vectors, strict=True)}
        return np.array([known.get(int(i), 0) for i in ids], np.float32)

    def require_reachable(self) -> None:
        pass


def matrix(rows: Iterable[list[int]]) -> FloatMatrix:
    return np.array(list(rows), np.float32).reshape(-1, _DIMENSION)


def id_array(ids: Iterable[int]) -> Ids:
    return np.array(list(ids), np.int64)


def built(store: VectorStore, rows: dict[int, list[int]]) -> tuple[StoredIndex, VectorIndex]:
    ids, vectors = id_array(rows), matrix(rows.values())
    return store.build(ids, vectors), NumpyIndex(ids, vectors)


def assert_same_ranking(
    found: tuple[Ids, Scores], oracle: VectorIndex, query: FloatMatrix, expected: Scores
) -> None:
    """Compare, where equal scores leave open which id is the last."""
    ids, scores = found
    np.testing.assert_array_equal(scores, expected)
    np.testing.assert_array_equal(oracle.scores(query, ids), scores)
    assert list(np.lexsort((ids, -scores))) == list(range(len(ids)))
    assert len(set(ids)) == len(ids)


@given(_ROWS, _VECTOR, st.integers(0, 30))
def test_search_ranks_like_numpy(
    store: VectorStore, rows: dict[int, list[int]], query: list[int], count: int
) -> None:
    index, oracle = built(store, rows)
    vector = np.array(query, np.float32)

    found = index.search(vector, count)

    assert_same_ranking(found, oracle, vector, oracle.search(vector, count)[1])


@given(_ROWS, _VECTOR, st.integers(1, 30), st.none() | _SOME_IDS, _SOME_IDS)
def test_filters_and_exclusions_narrow_before_the_ranking(
    store: VectorStore,
    rows: dict[int, list[int]],
    query: list[int],
    count: int,
    among: list[int] | None,
    without: list[int],
) -> None:
    index, oracle = built(store, rows)
    vector = np.array(query, np.float32)
    allowed = None if among is None else id_array(sorted(among))

    found = index.search(vector, count, allowed, without)

    expected = oracle.search(vector, count, allowed, without)[1]
    assert_same_ranking(found, oracle, vector, expected)
    assert not set(found[0]) & set(without)
    assert among is None or set(found[0]) <= set(among)


@given(_ROWS, _VECTOR, _SOME_IDS)
def test_scores_are_inner_products_and_0_for_an_unknown_id(
    store: VectorStore, rows: dict[int, list[int]], query: list[int], ids: list[int]
) -> None:
    index, oracle = built(store, rows)
    vector = np.array(query, np.float32)

    found = index.scores(vector, id_array(ids))

    np.testing.assert_array_equal(found, oracle.scores(vector, id_array(ids)))
    assert found.dtype == np.float32


@given(_ROWS, _ROWS, _SOME_IDS, _VECTOR)
def test_an_updated_index_is_the_one_built_anew(
    store: VectorStore,
    old: dict[int, list[int]],
    new: dict[int, list[int]],
    removed: list[int],
    query: list[int],
) -> None:
    added = {i + 100: row for i, row in new.items()}
    kept = {i: row for i, row in old.items() if i not in removed}
    before, _ = built(store, old)
    vector = np.array(query, np.float32)

    after = store.updated(before, removed, id_array(added), matrix(added.values()))

    expected, _ = built(store, kept | added)
    np.testing.assert_array_equal(after.ids, sorted(kept | added))
    np.testing.assert_array_equal(
        after.scores(vector, after.ids), expected.scores(vector, after.ids)
    )
    np.testing.assert_array_equal(before.ids, sorted(old))


@pytest.fixture
def vectors() -> FloatMatrix:
    random = np.random.default_rng(7)
    rows: NDArray[np.float32] = random.standard_normal((200, 32)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


@pytest.mark.parametrize("removed", [[], [1000, 1005]])
def test_an_index_on_disk_finds_what_it_found_in_memory(
    tmp_path: Path, vectors: FloatMatrix, store: VectorStore, removed: list[int]
) -> None:
    ids = np.random.default_rng(8).permutation(200) + 1000
    index = store.updated(store.build(ids, vectors), removed, id_array([5]), vectors[:1])
    index.save(tmp_path)

    opened = store.open(tmp_path, kind_of(index))

    np.testing.assert_array_equal(opened.ids, index.ids)
    np.testing.assert_array_equal(opened.matrix(), index.matrix())
    for query in vectors[:5]:
        for mine, theirs in zip(opened.search(query, 7), index.search(query, 7), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_an_opened_index_can_be_updated(
    tmp_path: Path, vectors: FloatMatrix, store: VectorStore
) -> None:
    first = store.build(np.arange(100), vectors[:100])
    first.save(tmp_path)

    opened = store.open(tmp_path, kind_of(first))
    index = store.updated(opened, range(50), np.arange(100, 200), vectors[100:])

    oracle = NumpyIndex(np.arange(50, 200), vectors[50:])
    for query in vectors[:5]:
        np.testing.assert_array_equal(index.search(query, 10)[0], oracle.search(query, 10)[0])


def test_an_index_that_lost_everything_is_empty_and_can_be_filled_again(
    tmp_path: Path, vectors: FloatMatrix, store: VectorStore
) -> None:
    full = store.build(np.arange(10), vectors[:10])
    lost = store.updated(full, range(10), id_array([]), np.empty((0, 0), np.float32))
    lost.save(tmp_path)
    empty = store.open(tmp_path, kind_of(lost))

    assert len(empty.ids) == 0
    assert [len(part) for part in empty.search(vectors[0], 5)] == [0, 0]
    assert list(empty.scores(vectors[0], id_array([3]))) == [0]

    refilled = store.updated(empty, [], np.arange(5), vectors[:5])
    assert list(refilled.search(vectors[2], 1)[0]) == [2]


def test_an_id_that_was_removed_can_come_again(vectors: FloatMatrix, store: VectorStore) -> None:
    full = store.build(np.arange(100), vectors[:100])

    without = store.updated(full, [3], id_array([]), vectors[:0])
    again = store.updated(without, [], id_array([3]), vectors[150:151])

    assert len(again.ids) == 100
    np.testing.assert_array_equal(again.matrix()[3], vectors[150])
    assert list(again.search(vectors[150], 1)[0]) == [3]
    assert 3 not in again.search(vectors[3], 1)[0]


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (FlatIndex, FlatIndex.VECTORS),
        (FlatIndex, FlatIndex.IDS),
        *(
            (InvertedIndex, f"{InvertedIndex.FOLDER}/{name}")
            for name in (
                "quantiser.faiss",
                "removed.npy",
                "0-/ids.npy",
                "0-/vectors.npy",
                "0-/places.npy",
                "0-/lists.faiss",
            )
        ),
    ],
)
@pytest.mark.parametrize("content", [None, b"", b"not an index"])
def test_an_index_that_cannot_be_read_is_damaged(
    tmp_path: Path,
    vectors: FloatMatrix,
    kind: type[DenseIndex],
    file: str,
    content: bytes | None,
) -> None:
    kind.build(np.arange(10), vectors[:10]).save(tmp_path)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)

    with pytest.raises(Damaged, match="yauap index rebuild"):
        kind.open(tmp_path)


@pytest.mark.parametrize("lost", ["vectors", "kind"])
def test_vectors_that_are_not_those_of_the_ids_are_damaged(
    tmp_path: Path, vectors: FloatMatrix, lost: str
) -> None:
    FlatIndex.build(np.arange(10), vectors[:10]).save(tmp_path)
    other = faiss.IndexFlatIP(32) if lost == "vectors" else faiss.IndexHNSWFlat(32, 4)
    other.add(vectors[: 9 if lost == "vectors" else 10])
    faiss.write_index(other, str(tmp_path / FlatIndex.VECTORS))

    with pytest.raises(Damaged, match="yauap index rebuild"):
        FlatIndex.open(tmp_path)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_query_of_another_length_is_refused(vectors: FloatMatrix, length: int) -> None:
    index = FlatIndex.build(np.arange(10), vectors[:10])

    with pytest.raises(ValueError, match=f"{length}"):
        index.search(np.zeros(length, np.float32), 3)


@pytest.mark.parametrize("count", [2, 7, 33, 130])
def test_equal_vectors_have_equal_scores_wherever_they_stand(count: int) -> None:
    drawn = np.random.default_rng(count)
    vector, query = drawn.normal(size=(2, 384)).astype(np.float32)
    copies = np.tile(vector, (count, 1))
    index = FlatIndex.build(np.arange(count), copies)
    for found in products(copies, query), index.search(query, count)[1]:
        assert len(set(found.tolist())) == 1
        assert found[0] == pytest.approx(float(vector @ query), abs=1e-3)


def test_an_index_that_was_asked_and_is_let_go_is_gone_at_once(vectors: FloatMatrix) -> None:
    """Its vectors lie in memory; the collector may come late."""
    index = FlatIndex.build(np.arange(200), vectors)
    index.search(vectors[0], 3, np.arange(50, 150))
    there = weakref.ref(index)
    with without_collector():
        del index
        assert there() is None


_THREADS_OF_A_SEARCH = """
import os, sys
from pathlib import Path
import numpy as np
from index.inverted import InvertedIndex
from index.vectors import FlatIndex

kind = {"FlatIndex": FlatIndex, "InvertedIndex": InvertedIndex}[sys.argv[1]]
index = kind.open(Path(sys.argv[2]))
before = len(os.listdir("/proc/self/task"))
index.search(index.matrix()[0], 10, index.ids[::2])
print(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted as Linux tells them")
@pytest.mark.parametrize("kind", [FlatIndex, InvertedIndex])
def test_a_question_wakes_no_threads_of_openmp(kind: type[DenseIndex], tmp_path: Path) -> None:
    """They would turn for milliseconds after it, on a core that others want."""
    vectors = np.random.default_rng(0).standard_normal((2000, 32)).astype(np.float32)
    kind.build(np.arange(2000), vectors).save(tmp_path)
    told = subprocess.run(
        [sys.executable, "-c", _THREADS_OF_A_SEARCH, kind.__name__, str(tmp_path)],
        env={**os.environ, "OMP_NUM_THREADS": "2", "OMP_DYNAMIC": "false"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout.split() == ["0"]
