"""Snapshots whose vectors lie in Milvus, and how an index moves there and back."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.backup import back_up, restore
from index.condition import condition
from index.errors import SnapshotMismatch, Unreachable
from index.folder import DataFolder
from index.milvus import Server, prefix
from index.publish import publish
from tests.fakes import FakeEmbedder, fake_centring, fake_folder, ingest
from tests.index.snapshot.published import DOCUMENTS, faults, found, published
from tests.milvus_server import free_port, running

_FILES = {"place.json", "ids.npy", "languages.npy", "removed.npy", "manifest.json"}


@pytest.fixture
def place(embedded_milvus: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("YAUAP_VECTORS", embedded_milvus)
    return embedded_milvus


@pytest.fixture
def filled(tmp_path: Path, place: str) -> Iterator[DataFolder]:
    folder = fake_folder(tmp_path / "data")
    ingest(folder, *DOCUMENTS)
    yield folder
    for name in collections(folder, place):
        Server(place).drop(name)


def collections(folder: DataFolder, place: str) -> list[str]:
    """Return what a data folder has in a Milvus."""
    own = prefix(folder.catalog.owner())
    return [name for name in Server(place).collections() if name.startswith(own)]


def test_one_setting_puts_vectors_into_milvus(filled: DataFolder, place: str) -> None:
    assert found(filled, "мәктәп") == ["a"]
    assert condition(filled.catalog, filled.snapshots).vectors == "milvus"
    assert {file.name for file in published(filled).iterdir() if file.is_file()} == _FILES
    assert faults(filled) == []
    assert len(collections(filled, place)) == 1


def test_documents_come_change_and_go(filled: DataFolder, place: str) -> None:
    ingest(filled, {"id": "b", "text": "В Уфе построили театр."}, {"id": "d", "text": "Яңы театр."})
    assert found(filled, "театр") == ["b", "d"]
    assert found(filled, "школу") == []
    filled.library.delete("d")
    assert found(filled, "театр") == ["b"]

    ingest(filled, *({"id": f"{n}", "text": f"Китап {n}."} for n in range(5)))

    assert found(filled, "театр") == ["b"]
    assert found(filled, "Китап") == [f"{n}" for n in range(5)]
    assert faults(filled) == []
    assert found(fake_folder(filled.catalog.data_dir), "театр") == ["b"]


def test_compaction_leaves_nothing_that_was_deleted(filled: DataFolder, place: str) -> None:
    before = collections(filled, place)
    filled.library.delete("a")

    filled.indexer.compact()

    after = collections(filled, place)
    assert len(after) == 1
    assert after != before
    (languages,) = (
        {row["language"] for row in Server(place).call(
            "query", name, filter="generation > 0", output_fields=["language"])}
        for name in after
    )  # fmt: skip
    assert languages == {"ba", "ru"}
    assert found(filled, "мәктәп") == []
    assert faults(filled) == []


def test_everything_deleted_leaves_no_collection(filled: DataFolder, place: str) -> None:
    for name in "abc":
        filled.library.delete(name)

    filled.indexer.compact()

    assert collections(filled, place) == []
    assert found(filled, "мәктәп") == []
    ingest(filled, *DOCUMENTS)
    assert found(filled, "мәктәп") == ["a"]


class Killed(BaseException):
    """As if the process had ended."""


@pytest.mark.parametrize("removing", ["few", "all"])  # in the same collection, or in another
def test_a_publication_that_was_cut_short_is_not_seen_and_leaves_nothing(
    filled: DataFolder, place: str, monkeypatch: pytest.MonkeyPatch, removing: str
) -> None:
    changed = {"id": "new" if removing == "few" else "a", "text": "Яңы театр асылды."}
    job = filled.jobs.accept([changed], 10**6)
    before, collection = filled.index.version(), collections(filled, place)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("index.publish._put_in_force", die)
        with pytest.raises(Killed):
            filled.indexer.run_until(job)
    assert filled.index.version() == before
    assert found(filled, "театр") == []
    assert found(filled, "мәктәп") == ["a"]
    assert faults(filled) == []
    assert len(collections(filled, place)) == (1 if removing == "few" else 2)

    again = fake_folder(filled.catalog.data_dir)
    assert again.indexer.run_until(job).state == "succeeded"

    assert found(again, "театр") == [changed["id"]]
    assert faults(again) == []
    if removing == "few":
        assert collections(again, place) == collection
    else:  # the one before stays for its readers, the one that was cut short does not
        assert len(collections(again, place)) == 2
        assert collection[0] in collections(again, place)


@pytest.mark.parametrize("exact", ["1000", "1"])
def test_an_index_is_carried_there_and_back_without_embedding(
    tmp_path: Path, embedded_milvus: str, monkeypatch: pytest.MonkeyPatch, exact: str
) -> None:
    monkeypatch.setenv("YAUAP_EXACT_CHUNKS", exact)
    data, centring = tmp_path / "data", fake_centring()
    folder = fake_folder(data, centring=centring)
    ingest(folder, *DOCUMENTS)
    folder.library.delete("c")
    with folder.index.view() as view:
        kept = view.dense_scores(folder.embedder.embed_queries(["мәктәп"])[0], np.arange(1, 20))
    kinds = [condition(folder.catalog, folder.snapshots).vectors]

    for place in (embedded_milvus, "faiss"):
        monkeypatch.setenv("YAUAP_VECTORS", place)
        embedder = FakeEmbedder()
        moved = fake_folder(data, embedder, centring=centring)
        left = moved.indexer.migrate()

        assert embedder.embedded == []
        assert left == (prefix(moved.catalog.owner()) if place == "faiss" else None)
        kinds.append(condition(moved.catalog, moved.snapshots).vectors)
        assert faults(moved) == []
        with moved.index.view() as view:
            again = view.dense_scores(embedder.embed_queries(["мәктәп"])[0], np.arange(1, 20))
        gone = again == 0
        np.testing.assert_array_equal(again[~gone], kept[~gone])
        assert found(moved, "мәктәп") == ["a"]
        assert found(moved, "китапхана") == []

    local = "flat" if exact == "1000" else "inverted"
    assert kinds == [local, "milvus", local]
    for name in collections(moved, embedded_milvus):
        Server(embedded_milvus).drop(name)


def test_an_index_in_files_is_searched_until_it_moves_with_the_next_document(
    tmp_path: Path, embedded_milvus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(fake_folder(tmp_path / "data"), *DOCUMENTS)
    monkeypatch.setenv("YAUAP_VECTORS", embedded_milvus)
    folder = fake_folder(tmp_path / "data")
    assert found(folder, "мәктәп") == ["a"]
    assert condition(folder.catalog, folder.snapshots).vectors == "flat"

    ingest(folder, {"id": "d", "text": "Яңы театр."})

    assert condition(folder.catalog, folder.snapshots).vectors == "milvus"
    assert found(folder, "мәктәп") == ["a"]
    assert found(folder, "театр") == ["d"]
    said = json.loads((published(folder) / "place.json").read_text())
    assert set(said["languages"]) == {"ba", "ru"}


def test_without_the_setting_it_says_where_the_vectors_are(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAUAP_VECTORS", "faiss")
    folder = fake_folder(filled.catalog.data_dir)
    with pytest.raises(SnapshotMismatch, match="yauap index migrate"), folder.index.view():
        pass
    (fault,) = faults(folder)
    assert "yauap index migrate" in fault


def test_another_milvus_gets_the_vectors_from_the_catalog(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch, milvus_address: str
) -> None:
    monkeypatch.setenv("YAUAP_VECTORS", milvus_address)
    embedder = FakeEmbedder()
    folder = fake_folder(filled.catalog.data_dir, embedder)
    assert len(faults(folder)) == 1

    folder.indexer.migrate()

    assert embedder.embedded == []
    assert faults(folder) == []
    assert found(folder, "мәктәп") == ["a"]


def test_a_restored_folder_writes_under_a_name_of_its_own(
    filled: DataFolder, tmp_path: Path, place: str
) -> None:
    back_up(filled.catalog, filled.snapshots, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "other")
    embedder = FakeEmbedder()
    other = fake_folder(tmp_path / "other", embedder)
    assert other.catalog.owner() != filled.catalog.owner()
    (fault,) = faults(other)
    assert "yauap index migrate" in fault

    other.indexer.migrate()

    assert embedder.embedded == []
    assert found(other, "мәктәп") == found(filled, "мәктәп") == ["a"]
    assert faults(other) == faults(filled) == []


def test_while_milvus_is_away_jobs_wait_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("YAUAP_VECTORS", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("YAUAP_MILVUS_TIMEOUT", "2")
    folder = fake_folder(tmp_path / "data")
    with running(tmp_path / "milvus", port):
        ingest(folder, *DOCUMENTS)
        assert found(folder, "мәктәп") == ["a"]

    job = folder.jobs.accept([{"id": "d", "text": "Яңы театр."}], 10**6)
    with pytest.raises(Unreachable):
        folder.indexer.run_until(job)
    assert folder.jobs.get(job).state == "running"
    with pytest.raises(Unreachable):
        found(folder, "мәктәп")

    with running(tmp_path / "milvus", port):
        assert folder.indexer.run_until(job).state == "succeeded"
        assert found(folder, "театр") == ["d"]
        assert found(folder, "мәктәп") == ["a"]
        assert faults(folder) == []
        publish(folder.catalog, folder.snapshots, None)  # nothing changes
        assert found(folder, "театр") == ["d"]
