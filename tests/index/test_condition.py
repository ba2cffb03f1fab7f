"""How big a data folder is, how old, and whether it should be compacted."""

from index.condition import condition
from index.folder import DataFolder
from tests.fakes import ingest

DOCUMENTS = [{"id": str(n), "text": f"Китапхана {n} асылды. " * 300} for n in range(40)]


def test_an_empty_folder_has_no_index_and_needs_nothing(folder: DataFolder) -> None:
    found = condition(folder.catalog, folder.snapshots)

    assert (found.published_at, found.index_bytes, found.compaction_due) == (None, 0, False)
    assert found.disk_bytes >= (folder.catalog.data_dir / "catalog.sqlite").stat().st_size


def test_its_size_is_that_of_its_files_of_which_shared_ones_count_once(folder: DataFolder) -> None:
    ingest(folder, *DOCUMENTS)
    ingest(folder, {"id": "new", "text": "Музей."})  # shares files with the snapshot before

    found = condition(folder.catalog, folder.snapshots)

    files = [path for path in folder.catalog.data_dir.rglob("*") if path.is_file()]
    sizes = {path.stat().st_ino: path.stat().st_size for path in files}
    assert found.disk_bytes == sum(sizes.values())
    assert len(sizes) < len(files)
    own = [p for p in folder.snapshots.folder(folder.index.version()).rglob("*") if p.is_file()]
    assert found.index_bytes == sum(path.stat().st_size for path in own)
    assert found.published_at == folder.index.published_at()
    assert not found.compaction_due


def test_compaction_is_due_when_much_was_deleted_and_not_after_it(folder: DataFolder) -> None:
    ingest(folder, *DOCUMENTS)
    before = condition(folder.catalog, folder.snapshots)
    for document in DOCUMENTS[:3]:
        folder.library.delete(document["id"])
    assert not condition(folder.catalog, folder.snapshots).compaction_due

    for document in DOCUMENTS[3:20]:
        folder.library.delete(document["id"])
    due = condition(folder.catalog, folder.snapshots)
    assert due.compaction_due
    assert due.free_bytes > before.free_bytes
    folder.indexer.compact()

    after = condition(folder.catalog, folder.snapshots)
    assert (after.compaction_due, after.free_bytes) == (False, 0)
    assert after.disk_bytes < before.disk_bytes


def test_what_was_deleted_before_the_last_snapshot_still_fills_the_catalog(
    folder: DataFolder,
) -> None:
    ingest(folder, *DOCUMENTS)
    for document in DOCUMENTS[:37]:
        folder.library.delete(document["id"])
    ingest(folder, {"id": "new", "text": "Музей."})

    with folder.catalog.reading() as connection:
        assert connection.execute("SELECT count(*) FROM tombstones").fetchone()[0] == 0
    assert condition(folder.catalog, folder.snapshots).compaction_due
