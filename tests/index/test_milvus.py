"""What only Milvus does: generations in one collection, long filters, and a server that is away."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.arrays import Ids
from index.dense import build
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged, SnapshotMismatch, Unreachable
from index.milvus import MilvusIndex, MilvusStore, Server
from index.milvus.collection import AT_A_TIME
from index.milvus.selection import Selections
from index.vectors import products
from tests.milvus_server import free_port, running

_COUNT, _DIMENSION = 12_000, 16
IDS = np.arange(100, 100 + _COUNT)
GROUPS = ["ba" if number % 3 else "ru" for number in range(_COUNT)]
NOTHING = np.empty(0, np.int64)


def drawn(count: int, seed: int) -> FloatMatrix:
    """Return random vectors (count, dimension) of unit length."""
    vectors = np.random.default_rng(seed).standard_normal((count, _DIMENSION))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


VECTORS, QUERIES = drawn(_COUNT, 1), drawn(10, 2)


@pytest.fixture(scope="module")
def server(embedded_milvus: str) -> Server:
    return Server(embedded_milvus)


@pytest.fixture
def milvus(server: Server, request: pytest.FixtureRequest) -> Iterator[MilvusStore]:
    """What a data folder of this test's own keeps."""
    name = request.node.name.partition("[")[0]
    store = MilvusStore(server, lambda: name, exact_chunks=1000)
    yield store
    store.keep_only([])


@pytest.fixture(scope="module")
def large(server: Server) -> Iterator[MilvusIndex]:
    """An index of more than is named in a condition, compared exactly."""
    store = MilvusStore(server, lambda: "large", exact_chunks=_COUNT)
    yield store.updated(store.build(IDS, VECTORS, GROUPS), IDS[:10], NOTHING, VECTORS[:0])
    store.keep_only([])


def rows(index: MilvusIndex) -> int:
    """Return how many rows the collection of an index has, whoever sees them."""
    assert index.place is not None
    return index.collection(index.place).count("generation > 0")


FILTERS = {
    "all": None,
    "group": IDS[np.array(GROUPS) == "ru"],
    "most of a group": IDS[np.array(GROUPS) == "ru"][5:],
    "half": IDS[::2],
    "new": IDS[_COUNT // 2 :],
    "far from a question": IDS[np.argsort(VECTORS @ QUERIES[0])][: _COUNT // 2],
    "few": IDS[::50],
    "none": np.array([1, 2, 3]),
}


@pytest.mark.parametrize("among", FILTERS.values(), ids=FILTERS.keys())
@pytest.mark.parametrize("count", [10, AT_A_TIME + 1])
def test_filters_of_any_length_narrow_before_the_ranking(
    large: MilvusIndex, among: Ids | None, count: int
) -> None:
    allowed = np.isin(IDS, IDS if among is None else among)
    allowed[:10] = allowed[-1] = False
    for query in QUERIES if count == 10 else QUERIES[:1]:
        ids, scores = large.search(query, count, among, [int(IDS[-1]), int(IDS[0]), 7])

        expected = products(VECTORS[allowed], query)
        order = np.lexsort((IDS[allowed], -expected))[:count]
        np.testing.assert_array_equal(ids, IDS[allowed][order])
        np.testing.assert_array_equal(scores, expected[order])


def test_whole_languages_are_asked_for_by_their_names() -> None:
    ids = np.arange(10)
    selections = Selections(ids, (ids % 2).astype(np.uint8), ("ba", "ru"), np.array([90, 91]))

    def asked(among: Ids | None, without: Ids = NOTHING) -> str:
        return selections.selection(among, without).condition(3, hiding=True)

    assert asked(None) == "generation <= 3 and id not in [90, 91]"
    assert asked(ids) == "generation <= 3 and id not in [90, 91]"
    assert asked(ids[::2]) == 'generation <= 3 and language in ["ba"] and id not in [90, 91]'
    assert asked(ids[::2], np.array([4])).endswith("id not in [4, 90, 91]")


def test_an_index_that_is_not_exact_finds_nearly_all_and_never_fewer(milvus: MilvusStore) -> None:
    index = milvus.build(IDS[:5000], VECTORS[:5000], GROUPS[:5000])
    assert index.place is not None
    assert not index.place.exact
    exact = build(IDS[:5000], VECTORS[:5000], _COUNT)
    for among in (None, IDS[:5000][::3], IDS[:100]):
        shares = []
        for query in QUERIES:
            ids, scores = index.search(query, 10, among)
            assert len(ids) == 10
            np.testing.assert_allclose(scores, VECTORS[ids - 100] @ query, atol=1e-6)
            shares.append(np.isin(ids, exact.search(query, 10, among)[0]).mean())
        assert np.mean(shares) >= 0.9


def test_it_becomes_exact_or_not_with_its_size(milvus: MilvusStore) -> None:
    small = milvus.build(IDS[:900], VECTORS[:900])
    grown = milvus.updated(small, [], IDS[900:1100], VECTORS[900:1100])
    still = milvus.updated(grown, IDS[:200], NOTHING, VECTORS[:0])
    shrunk = milvus.updated(still, IDS[200:700], NOTHING, VECTORS[:0])

    places = [index.place for index in (small, grown, still, shrunk)]
    assert [place.exact for place in places if place] == [True, False, False, True]


def test_a_snapshot_sees_its_rows_while_the_next_is_written(milvus: MilvusStore) -> None:
    first = milvus.build(IDS[:50], VECTORS[:50], GROUPS[:50])
    before = [first.search(query, 50)[0].tolist() for query in QUERIES]

    second = milvus.updated(first, IDS[:20], IDS[50:80], VECTORS[50:80], GROUPS[50:80])

    assert [first.search(query, 50)[0].tolist() for query in QUERIES] == before
    np.testing.assert_array_equal(first.matrix(), VECTORS[:50])
    assert sorted(second.search(QUERIES[0], 100)[0]) == IDS[20:80].tolist()
    assert rows(first) == rows(second) == 80


def test_readers_are_not_disturbed_by_what_is_written(milvus: MilvusStore) -> None:
    zero = milvus.build(IDS[:900], VECTORS[:900])
    published = milvus.updated(zero, IDS[:10], IDS[900:920], VECTORS[900:920])
    before = [published.search(query, 20)[0].tolist() for query in QUERIES]
    writing = threading.Event()

    def read() -> list[list[list[int]]]:
        found = []
        while not writing.is_set():
            found.append([published.search(query, 20)[0].tolist() for query in QUERIES])
        return found

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for start in range(920, 960, 10):
                new = slice(start, start + 10)
                milvus.updated(published, IDS[10:20], IDS[new], VECTORS[new])
        finally:
            writing.set()
        found = [each for reader in readers for each in reader.result()]

    assert found
    assert all(each == before for each in found)


def test_what_was_never_published_is_not_seen_and_then_removed(milvus: MilvusStore) -> None:
    first = milvus.build(IDS[:50], VECTORS[:50])
    milvus.updated(first, [], IDS[50:60], VECTORS[50:60])  # and then the process died

    second = milvus.updated(first, [], IDS[55:70], VECTORS[55:70])

    assert rows(second) == 65
    assert sorted(second.search(QUERIES[0], 100)[0]) == [*IDS[:50], *IDS[55:70]]


def test_what_is_gone_leaves_milvus_when_the_snapshot_after_is_written(
    milvus: MilvusStore,
) -> None:
    first = milvus.build(IDS[:50], VECTORS[:50])
    second = milvus.updated(first, IDS[:5], NOTHING, VECTORS[:0])
    assert rows(second) == 50

    third = milvus.updated(second, IDS[5:7], NOTHING, VECTORS[:0])

    assert rows(third) == 45
    assert sorted(second.search(QUERIES[0], 100)[0]) == IDS[5:50].tolist()


def test_only_its_own_collections_are_dropped(
    milvus: MilvusStore, server: Server, tmp_path: Path
) -> None:
    kept, other = milvus.build(IDS[:5], VECTORS[:5]), milvus.build(IDS[:5], VECTORS[:5])
    foreign = MilvusStore(server, lambda: "foreign", 1000)
    theirs = foreign.build(IDS[:5], VECTORS[:5])
    kept.save(tmp_path)

    milvus.keep_only([tmp_path])

    assert len(kept.search(QUERIES[0], 5)[0]) == 5
    assert len(theirs.search(QUERIES[0], 5)[0]) == 5
    with pytest.raises(Damaged, match="yauap index migrate"):
        other.search(QUERIES[0], 5)
    foreign.keep_only([])


def test_rows_that_are_missing_are_found_out(milvus: MilvusStore, tmp_path: Path) -> None:
    index = milvus.build(IDS[:50], VECTORS[:50])
    index.save(tmp_path)
    assert milvus.faults(tmp_path) == []
    assert index.place is not None

    index.collection(index.place).delete(f"id == {IDS[3]}")

    assert milvus.faults(tmp_path) == [f"{index.place.collection}: 49 of 50"]
    with pytest.raises(Damaged):
        index.matrix()


def test_what_another_data_folder_wrote_is_not_searched(
    milvus: MilvusStore, server: Server, tmp_path: Path
) -> None:
    milvus.build(IDS[:5], VECTORS[:5]).save(tmp_path)
    other = MilvusStore(server, lambda: "other", 1000)

    with pytest.raises(SnapshotMismatch, match="yauap index migrate"):
        other.open(tmp_path)
    assert len(other.faults(tmp_path)) == 1


@pytest.mark.parametrize("name", [MilvusIndex.PLACE, MilvusIndex.IDS, MilvusIndex.REMOVED])
@pytest.mark.parametrize("content", [None, b"", b"[3]"])
def test_an_index_whose_files_cannot_be_read_is_damaged(
    milvus: MilvusStore, tmp_path: Path, name: str, content: bytes | None
) -> None:
    milvus.build(IDS[:5], VECTORS[:5]).save(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(Damaged, match="yauap index rebuild"):
        milvus.open(tmp_path)


def test_threads_find_what_one_finds_alone(large: MilvusIndex) -> None:
    asked = [(query, among) for query in QUERIES[:3] for among in (None, IDS[::50])]
    alone = [large.search(query, 10, among)[0].tolist() for query, among in asked]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: large.search(one[0], 10, one[1])[0].tolist(), asked))

    assert together == alone


def test_a_server_that_comes_back_is_searched_again(tmp_path: Path) -> None:
    port = free_port()
    server = Server(f"http://127.0.0.1:{port}", seconds=5)
    with running(tmp_path / "milvus", port):
        index = MilvusStore(server, lambda: "away", 1000).build(IDS[:50], VECTORS[:50])
        before = index.search(QUERIES[0], 10)[0].tolist()

    began = time.monotonic()
    with pytest.raises(Unreachable, match="YAUAP_VECTORS"):
        index.search(QUERIES[0], 10)
    with pytest.raises(Unreachable):
        index.require_reachable()
    assert time.monotonic() - began < 60

    with running(tmp_path / "milvus", port):
        assert index.search(QUERIES[0], 10)[0].tolist() == before


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server = Server(f"http://127.0.0.1:{silent.getsockname()[1]}", "user:secret", seconds=1)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            server.collections()
        assert time.monotonic() - began < 30


def test_a_file_that_another_process_holds_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "held.db"
    with running(file, free_port()), pytest.raises(Unreachable, match="another process"):
        Server(str(file)).collections()


@pytest.mark.parametrize(("age", "expected"), [(0, "Strong"), (3600, "Bounded")])
def test_what_was_just_written_is_waited_for(
    milvus: MilvusStore, server: Server, monkeypatch: pytest.MonkeyPatch, age: int, expected: str
) -> None:
    index = milvus.build(IDS[:20], VECTORS[:20])
    asked, call = [], server.call

    def noted(method: str, *given: object, **named: Any) -> Any:
        asked.append(named.get("consistency_level"))
        return call(method, *given, **named)

    monkeypatch.setattr(server, "call", noted)
    now = time.time() + age
    monkeypatch.setattr("index.milvus.collection.time.time", lambda: now)

    assert len(index.search(QUERIES[0], 5)[0]) == 5
    assert index.scores(QUERIES[0], IDS[:2]).all()
    assert asked == [expected, expected]


def test_the_token_is_never_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = Server(f"http://127.0.0.1:{free_port()}", "root:s3cret", seconds=1)
    with pytest.raises(Unreachable) as failure:
        server.collections()

    told = f"{failure.value} {server!r} {caplog.text}"
    assert caplog.records
    assert "s3cret" not in told
