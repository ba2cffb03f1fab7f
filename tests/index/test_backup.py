"""A data folder in one file: as it was, whatever was written meanwhile, and back again."""

import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from index import backup
from index.backup import back_up, restore
from index.errors import Conflict, Damaged, InvalidInput, Unavailable
from index.folder import DataFolder
from index.snapshot import verify_data
from tests.fakes import fake_folder, ingest
from tests.index.searching import lexical

A = {"id": "a", "text": "Өфөлә мәктәп асылды.", "title": "Мәктәп"}
B = {"id": "b", "text": "Сибайҙа мәктәп асылды."}


def found(folder: DataFolder) -> list[str]:
    with folder.index.view() as view:
        return sorted(p.document_id for p in view.passages(lexical(view, "мәктәп")))


def test_what_is_restored_answers_as_before(folder: DataFolder, tmp_path: Path) -> None:
    ingest(folder, A, B)
    folder.library.delete("b")
    waiting = folder.jobs.accept([B], 1000)

    back_up(folder.catalog, folder.snapshots, tmp_path / "backup.tar")
    ingest(folder, A | {"text": "Башҡа текст."})
    restore(tmp_path / "backup.tar", tmp_path / "new")
    other = fake_folder(tmp_path / "new")

    assert verify_data(other.catalog, other.snapshots) == []
    assert found(other) == ["a"]
    assert other.library.text("a") == A["text"]
    assert other.indexer.run_until(waiting).added == 1  # the queue goes on there
    assert found(other) == ["a", "b"]


def test_an_empty_folder_is_backed_up_too(folder: DataFolder, tmp_path: Path) -> None:
    back_up(folder.catalog, folder.snapshots, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "new")

    assert verify_data(*(lambda f: (f.catalog, f.snapshots))(fake_folder(tmp_path / "new"))) == []


def test_it_is_consistent_when_much_is_published_meanwhile(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(folder, A)
    original = backup._copied_catalog
    left = [1, 2]

    def copied(*arguments: Any) -> str | None:
        name = original(*arguments)
        if left:
            left.pop()
            for n in range(3):
                ingest(folder, {"id": f"{len(left)}{n}", "text": f"Яңы мәктәп {n}."})
        return name

    monkeypatch.setattr(backup, "_copied_catalog", copied)
    back_up(folder.catalog, folder.snapshots, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "new")
    other = fake_folder(tmp_path / "new")

    assert verify_data(other.catalog, other.snapshots) == []
    assert found(other) == found(folder)


def test_a_folder_that_holds_something_is_left_alone(folder: DataFolder, tmp_path: Path) -> None:
    ingest(folder, A)
    back_up(folder.catalog, folder.snapshots, tmp_path / "backup.tar")
    ingest(folder, B)

    with pytest.raises(Conflict, match="not empty"):
        restore(tmp_path / "backup.tar", folder.catalog.data_dir)

    assert found(folder) == ["a", "b"]


@pytest.mark.parametrize("damage", ["cut", "other", "without a catalog", "empty"])
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    folder: DataFolder, tmp_path: Path, damage: str
) -> None:
    ingest(folder, A)
    file = tmp_path / "backup.tar"
    back_up(folder.catalog, folder.snapshots, file)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "other":
        file.write_bytes(b"nothing of the kind " * 1000)
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        with tarfile.open(file, "w") as archive:
            archive.add(folder.catalog.data_dir / "snapshots", "snapshots")

    with pytest.raises(Damaged):
        restore(file, tmp_path / "new")

    assert not (tmp_path / "new" / "catalog.sqlite").exists()
    assert not [*(tmp_path / "new").glob(".restore*")]


def test_where_nothing_can_be_written_or_read_it_is_said(
    folder: DataFolder, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        back_up(folder.catalog, folder.snapshots, tmp_path / "no" / "backup.tar")
    with pytest.raises(InvalidInput):
        restore(tmp_path / "none.tar", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_damaged_snapshot_in_a_backup_is_found(folder: DataFolder, tmp_path: Path) -> None:
    ingest(folder, A)
    shutil.copytree(folder.catalog.data_dir, tmp_path / "broken")
    (vectors,) = (tmp_path / "broken").glob("snapshots/*/vectors.faiss")
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.unlink()
    vectors.write_bytes(content)
    broken = fake_folder(tmp_path / "broken")

    back_up(broken.catalog, broken.snapshots, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "new")

    other = fake_folder(tmp_path / "new")
    assert [fault for fault in verify_data(other.catalog, other.snapshots) if "vectors" in fault]


def test_what_another_catalog_left_beside_is_not_read_as_changes(
    folder: DataFolder, tmp_path: Path
) -> None:
    ingest(folder, A)
    back_up(folder.catalog, folder.snapshots, tmp_path / "backup.tar")
    new = tmp_path / "new"
    new.mkdir()
    for kind in ("-wal", "-shm"):
        (new / f"catalog.sqlite{kind}").write_bytes(b"of another catalog")

    restore(tmp_path / "backup.tar", new)

    with fake_folder(new).catalog.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert found(fake_folder(new)) == ["a"]


def test_a_damaged_catalog_is_told_of_by_its_backup(folder: DataFolder, tmp_path: Path) -> None:
    ingest(folder, A)
    copy = tmp_path / "copy"
    shutil.copytree(folder.catalog.data_dir, copy)
    broken = fake_folder(copy)
    for file in copy.glob("catalog.sqlite*"):
        file.write_bytes(b"nothing of the kind " * 500)

    with pytest.raises(Damaged, match="catalog"):
        back_up(broken.catalog, broken.snapshots, tmp_path / "backup.tar")

    assert not (tmp_path / "backup.tar").exists()
