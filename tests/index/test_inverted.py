"""The index of many vectors: what it finds, and what a change leaves as it is."""

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import Ids
from index.dense import DenseIndex, build, kind_of, updated
from index.embedding.protocol import FloatMatrix
from index.inverted import InvertedIndex
from index.inverted.index import _SCANNED
from index.vectors import FlatIndex

_COUNT = 30_000
_DIMENSION = 32
_CENTRES = 600


def clustered(count: int, seed: int) -> FloatMatrix:
    """Return vectors (count, dimension) of unit length around the same centres for any seed."""
    centres = np.random.default_rng(0).standard_normal((_CENTRES, _DIMENSION))
    random = np.random.default_rng(seed)
    around = centres[random.integers(0, _CENTRES, count)]
    vectors = around + 0.6 * random.standard_normal((count, _DIMENSION))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


VECTORS = clustered(_COUNT, 1)
QUERIES = clustered(40, 2)
IDS = np.arange(10, 10 + _COUNT)
GROUPS = ["ba" if number % 3 else "ru" for number in range(_COUNT)]


@pytest.fixture(scope="module")
def index() -> InvertedIndex:
    return InvertedIndex.build(IDS, VECTORS, GROUPS)


def recall(
    found_by: DenseIndex, exact: FlatIndex, among: Ids | None = None, without: Iterable[int] = ()
) -> float:
    """Return which share of the ten nearest to QUERIES is found."""
    shares = []
    for query in QUERIES:
        found = found_by.search(query, 10, among, without)[0]
        assert len(found) == 10
        assert among is None or np.isin(found, among).all()
        assert not np.isin(found, list(without)).any()
        shares.append(np.isin(found, exact.search(query, 10, among, without)[0]).mean())
    return float(np.mean(shares))


@pytest.mark.parametrize(
    "among",
    [
        None,
        IDS[np.array(GROUPS) == "ba"],  # a whole group
        IDS[::2],
        IDS[_COUNT // 2 :],
        IDS[np.argsort(-(VECTORS @ QUERIES[0]))[::-1][:15_000]],  # far from a question
        IDS[::5],
        IDS[::300],
    ],
    ids=["all", "group", "half", "new", "far", "fifth", "few"],
)
@pytest.mark.parametrize("without", [(), range(10, 25_000, 7)], ids=["nothing", "a seventh"])
def test_nearly_all_of_the_nearest_are_found(
    index: InvertedIndex, among: Ids | None, without: Iterable[int]
) -> None:
    exact = FlatIndex.build(IDS, VECTORS)

    assert recall(index, exact, among, without) >= 0.98


def test_it_is_approximate_where_it_is_tested(index: InvertedIndex) -> None:
    # Else the tests of what is found would say nothing.
    assert _SCANNED < _COUNT / 4


def test_what_is_next_to_everything_that_was_deleted_is_found(index: InvertedIndex) -> None:
    exact = FlatIndex.build(IDS, VECTORS)
    for query in QUERIES[:5]:
        nearest = exact.search(query, 600)[0]

        found = index.search(query, 10, None, nearest[:500])[0]

        assert np.isin(found, nearest[500:]).all()


def test_scores_and_order_are_exact(index: InvertedIndex) -> None:
    for query in QUERIES:
        ids, scores = index.search(query, 20)
        np.testing.assert_allclose(scores, VECTORS[ids - 10] @ query, rtol=1e-5)
        np.testing.assert_array_equal(np.lexsort((ids, -scores)), np.arange(20))


def test_copies_stand_in_the_order_of_their_ids() -> None:
    copies = np.repeat(VECTORS[:300], 10, axis=0)
    index = InvertedIndex.build(np.random.default_rng(3).permutation(3000), copies)
    for query in copies[::300]:
        ids, scores = index.search(query, 10)
        assert len(set(scores.tolist())) == 1
        assert ids.tolist() == sorted(ids.tolist())


def test_the_same_vectors_make_the_same_index(index: InvertedIndex) -> None:
    again = InvertedIndex.build(IDS, VECTORS, GROUPS)
    for query in QUERIES:
        for one, other in zip(index.search(query, 30), again.search(query, 30), strict=True):
            np.testing.assert_array_equal(one, other)


def test_threads_find_what_one_finds_alone(index: InvertedIndex) -> None:
    filters = [None, IDS[::2], IDS[::5], IDS[::300]]
    asked = [(query, among) for query in QUERIES for among in filters]
    alone = [index.search(query, 10, among)[0].tolist() for query, among in asked]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: index.search(one[0], 10, one[1])[0].tolist(), asked))

    assert together == alone


def test_a_filter_is_not_taken_for_another_of_the_same_address(index: InvertedIndex) -> None:
    for start in range(50):  # each array may lie where the one before lay
        among = np.array([10 + start, 11 + start])
        assert sorted(index.search(QUERIES[0], 5, among)[0]) == among.tolist()


def files(folder: Path) -> dict[int, int]:
    """Return the bytes of all files below a folder by what they are on the disk."""
    found = [file.stat() for file in folder.rglob("*") if file.is_file()]
    return {file.st_ino: file.st_size for file in found}


def test_a_change_writes_what_changes(tmp_path: Path, index: InvertedIndex) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    index.save(before)

    new = clustered(60, 3)
    opened = InvertedIndex.open(before)
    opened.updated(range(20, 40), np.arange(90_000, 90_060), new, ["ba"] * 60).save(after)

    written = sum(size for inode, size in files(after).items() if inode not in files(before))
    assert written < 0.03 * sum(files(after).values())
    changed = InvertedIndex.open(after)
    assert [int(changed.search(vector, 1)[0][0]) for vector in new] == list(range(90_000, 90_060))
    assert not np.isin(np.arange(20, 40), changed.ids).any()
    shutil.rmtree(before)
    assert recall(changed, FlatIndex.build(changed.ids, changed.matrix())) >= 0.98


def test_a_reader_keeps_what_was_removed_meanwhile(tmp_path: Path, index: InvertedIndex) -> None:
    index.save(tmp_path)
    opened = InvertedIndex.open(tmp_path)
    shutil.rmtree(tmp_path)

    for query in QUERIES[:5]:
        np.testing.assert_array_equal(opened.search(query, 9)[0], index.search(query, 9)[0])


def test_many_changes_leave_few_segments_that_find_as_much(index: InvertedIndex) -> None:
    changed: InvertedIndex = index
    for number in range(40):
        ids = np.arange(90_000 + 50 * number, 90_050 + 50 * number)
        gone = changed.ids[number :: len(changed.ids) // 20]
        changed = changed.updated(gone, ids, clustered(50, 100 + number), ["ba"] * 50)

    assert len(changed._segments) <= 12
    assert recall(changed, FlatIndex.build(changed.ids, changed.matrix())) >= 0.98


def test_a_segment_of_which_much_is_gone_is_written_anew(index: InvertedIndex) -> None:
    less = index.updated(range(10, 15_000), IDS[:0], VECTORS[:0])

    assert sum(len(segment.ids) for segment in less._segments) == len(less.ids)
    assert recall(less, FlatIndex.build(less.ids, less.matrix())) >= 0.98


def test_centres_are_learned_anew_when_they_are_too_few() -> None:
    small = InvertedIndex.build(IDS[:50], VECTORS[:50], GROUPS[:50])
    lists = small._quantiser.lists

    grown = small.updated([12], IDS[50:], VECTORS[50:], GROUPS[50:])

    assert grown._quantiser.lists >= 4 * lists
    assert sorted(segment.group for segment in grown._segments) == ["ba", "ru"]
    np.testing.assert_array_equal(grown.ids, np.delete(IDS, 2))
    assert recall(grown, FlatIndex.build(grown.ids, grown.matrix())) >= 0.98


def test_it_becomes_approximate_when_there_is_more_and_exact_when_there_is_less() -> None:
    index = build(IDS[:100], VECTORS[:100], 100)
    assert kind_of(index) == "flat"

    index = updated(index, [], IDS[100:120], VECTORS[100:120], 100)
    assert kind_of(index) == "inverted"
    index = updated(index, range(10, 70), IDS[:0], VECTORS[:0], 100)
    assert kind_of(index) == "inverted"  # about as many: not indexed anew with each change
    index = updated(index, range(70, 80), IDS[:0], VECTORS[:0], 100)
    assert kind_of(index) == "flat"

    np.testing.assert_array_equal(index.ids, np.arange(80, 130))
    np.testing.assert_array_equal(index.matrix(), VECTORS[70:120])


_CHANGES = st.lists(
    st.tuples(st.sets(st.integers(0, 199)), st.sets(st.integers(0, 199), max_size=60)), max_size=6
)


@pytest.mark.parametrize("exact", [1000, 40, 0])
@given(_CHANGES)
def test_after_any_changes_it_holds_what_is_left(
    exact: int, changes: list[tuple[set[int], set[int]]]
) -> None:
    index = build(IDS[:0], VECTORS[:0], exact)
    held: dict[int, int] = {}  # an id, and the row of its vector
    for number, (removed, wanted) in enumerate(changes):
        held = {i: row for i, row in held.items() if i not in removed}
        added = sorted(wanted - set(held))
        rows = [(i * 7 + number * 1000) % _COUNT for i in added]
        groups = [GROUPS[row] for row in rows]
        index = updated(index, removed, np.array(added, np.int64), VECTORS[rows], exact, groups)
        held |= dict(zip(added, rows, strict=True))

        assert index.ids.tolist() == sorted(held)
        for query in QUERIES[:2]:
            scores = {i: float(VECTORS[row] @ query) for i, row in held.items()}
            best = sorted(held, key=lambda i: -scores[i])[:10]
            assert index.search(query, 10)[0].tolist() == pytest.approx(best)
            found = index.scores(query, np.arange(-1, 201))
            expected = [scores.get(i, 0.0) for i in range(-1, 201)]
            np.testing.assert_allclose(found, expected, atol=1e-5)
