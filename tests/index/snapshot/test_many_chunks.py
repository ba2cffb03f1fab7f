"""Snapshots of more chunks than are compared one by one."""

import json
from pathlib import Path

import pytest

from index.backup import back_up, restore
from index.condition import condition
from index.errors import Damaged
from index.folder import DataFolder
from tests.fakes import fake_folder, ingest
from tests.index.snapshot.published import DOCUMENTS, faults, flip, found, overwrite, published

FILES = ("quantiser.faiss", "removed.npy", "0-ba/ids.npy", "0-ba/vectors.npy", "0-ba/places.npy",
         "0-ba/lists.faiss", "1-ru/lists.faiss")  # fmt: skip


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setenv("YAUAP_EXACT_CHUNKS", "1")
    folder = fake_folder(tmp_path / "data")
    ingest(folder, *DOCUMENTS)
    return folder


def test_its_manifest_names_the_kind_by_which_it_is_opened(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads((published(filled) / "manifest.json").read_text())["vectors"] == "inverted"
    assert condition(filled.catalog, filled.snapshots).vectors == "inverted"

    monkeypatch.setenv("YAUAP_EXACT_CHUNKS", "1000")  # counts from the next snapshot on
    other = fake_folder(filled.catalog.data_dir)
    assert found(other, "мәктәп") == ["a"]
    ingest(other, {"id": "d", "text": "Яңы мәктәп."})
    assert condition(other.catalog, other.snapshots).vectors == "flat"
    assert found(other, "мәктәп") == ["a", "d"]
    assert faults(other) == []


def test_a_snapshot_of_a_version_that_knew_one_kind_is_opened(folder: DataFolder) -> None:
    ingest(folder, *DOCUMENTS)
    manifest = published(folder) / "manifest.json"
    content = json.loads(manifest.read_text())
    del content["vectors"]
    overwrite(manifest, json.dumps(content).encode())

    assert found(fake_folder(folder.catalog.data_dir), "мәктәп") == ["a"]
    assert condition(folder.catalog, folder.snapshots).vectors == "flat"


def test_a_snapshot_of_an_unknown_kind_is_not_guessed(filled: DataFolder) -> None:
    manifest = published(filled) / "manifest.json"
    overwrite(manifest, manifest.read_bytes().replace(b'"inverted"', b'"other"'))

    with pytest.raises(Damaged), fake_folder(filled.catalog.data_dir).index.view():
        pass


def test_jobs_and_deletions_change_what_is_found(filled: DataFolder) -> None:
    ingest(
        filled, {"id": "b", "text": "В Уфе построили театр."}, {"id": "d", "text": "Яңы мәктәп."}
    )
    assert (found(filled, "школу"), found(filled, "театр")) == ([], ["b"])
    assert found(filled, "мәктәп") == ["a", "d"]

    filled.library.delete("a")
    assert found(filled, "мәктәп") == ["d"]
    ingest(filled, {"id": "e", "text": "Ауыл мәктәбе."})
    filled.indexer.compact()

    assert found(filled, "мәктәп") == ["d", "e"]
    assert faults(filled) == []


def test_a_job_shares_the_files_of_what_it_leaves_as_it_is(filled: DataFolder) -> None:
    before = {file.stat().st_ino for file in published(filled).rglob("*") if file.is_file()}

    ingest(filled, {"id": "d", "text": "Яңы китап."})

    assert (published(filled) / "vectors" / "quantiser.faiss").stat().st_ino in before
    (russian,) = (published(filled) / "vectors").glob("*-ru")
    assert {file.stat().st_ino for file in russian.iterdir()} <= before
    assert faults(filled) == []


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_in_any_file_is_found_and_not_built_upon(
    filled: DataFolder, name: str
) -> None:
    file = published(filled) / "vectors" / name
    flip(file, file.stat().st_size // 2)
    assert faults(filled) == [f"{filled.index.version()}/vectors/{name}: checksum"]

    ingest(filled, {"id": "d", "text": "Яңы мәктәп."})

    assert faults(filled) == []
    assert found(fake_folder(filled.catalog.data_dir), "мәктәп") == ["a", "d"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 5000])
def test_an_unreadable_file_is_told_with_what_to_do(
    filled: DataFolder, name: str, content: bytes
) -> None:
    overwrite(published(filled) / "vectors" / name, content)

    other = fake_folder(filled.catalog.data_dir)
    with pytest.raises(Damaged, match="yauap index rebuild"), other.index.view():
        pass


def test_a_backup_brings_it_back(filled: DataFolder, tmp_path: Path) -> None:
    ingest(filled, {"id": "d", "text": "Яңы мәктәп."})
    back_up(filled.catalog, filled.snapshots, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "new")

    other = fake_folder(tmp_path / "new")
    assert found(other, "мәктәп") == ["a", "d"]
    assert faults(other) == []
