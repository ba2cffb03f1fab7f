"""A damaged snapshot: every fault is found, told with what to do, and never built upon."""

import json
import shutil
from pathlib import PurePath

import pytest

from index.errors import Damaged
from index.folder import DataFolder
from index.lexical import LexicalIndex
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.searching import lexical
from tests.index.snapshot.published import (
    DOCUMENTS,
    FILES,
    faults,
    files,
    flip,
    found,
    matching,
    overwrite,
    published,
)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_in_any_file_is_found(filled: DataFolder, name: str, place: str) -> None:
    name, file = matching(filled, name)
    flip(file, {"first": 0, "middle": file.stat().st_size // 2, "last": -1}[place])

    assert faults(filled) == [f"{filled.index.version()}/{name}: checksum"]


def test_a_flipped_byte_in_any_file_of_an_updated_snapshot_is_found(filled: DataFolder) -> None:
    # So many that what is replaced is a small part, and is marked in the files as they are.
    ingest(filled, *({"id": f"{n}", "text": f"Китап {n}."} for n in range(20)))
    ingest(filled, {"id": "b", "text": "В Уфе построили театр."}, {"id": "d", "text": "Яңы текст."})
    assert any("1" in PurePath(name).parts for name in files(filled))

    for name, file in files(filled).items():
        whole = file.read_bytes()
        flip(file, len(whole) // 3)
        assert faults(filled) == [f"{filled.index.version()}/{name}: checksum"]
        overwrite(file, whole)
    assert faults(filled) == []


@pytest.mark.parametrize("name", FILES)
def test_a_cut_or_missing_file_is_found(filled: DataFolder, name: str) -> None:
    name, file = matching(filled, name)
    overwrite(file, file.read_bytes()[:-1])
    (fault,) = faults(filled)
    assert name in fault

    file.unlink()
    (fault,) = faults(filled)
    assert name in fault


@pytest.mark.parametrize("part", LexicalIndex.FOLDERS)
def test_a_missing_part_of_the_lexical_index_is_found(filled: DataFolder, part: str) -> None:
    lost = [name for name in files(filled) if name.startswith(part)]
    shutil.rmtree(published(filled) / part)

    version = filled.index.version()
    assert sorted(faults(filled)) == sorted(f"{version}/{name}: missing" for name in lost)
    with pytest.raises(Damaged, match="yauap index rebuild"), filled.index.view():
        pass


def test_a_file_that_does_not_belong_there_is_found(filled: DataFolder) -> None:
    for name in ("notes.txt", "chunks/notes.txt"):
        (published(filled) / name).write_text("")

    assert faults(filled) == [
        f"{filled.index.version()}/{name}: unexpected file"
        for name in ("chunks/notes.txt", "notes.txt")
    ]


def test_a_manifest_changed_together_with_its_checksums_is_found(filled: DataFolder) -> None:
    manifest = published(filled) / "manifest.json"
    content = json.loads(manifest.read_text())
    content["chunks"] += 1
    manifest.write_text(json.dumps(content))

    assert faults(filled) == [f"{filled.index.version()}/manifest.json: checksum"]


def test_a_snapshot_of_other_chunks_than_the_catalogs_is_found(filled: DataFolder) -> None:
    with filled.catalog.writing() as connection:
        connection.execute("DELETE FROM chunks WHERE document_id = 'c'")

    assert faults(filled) == [
        "catalog: no chunks of c",
        f"{filled.index.version()}: holds other chunks than the catalog",
    ]


def test_documents_without_a_published_snapshot_are_found(filled: DataFolder) -> None:
    with filled.catalog.writing() as connection:
        connection.execute("DELETE FROM state")

    assert faults(filled) == ["catalog: documents, but no published snapshot"]


def test_a_damaged_page_of_the_catalog_is_found_or_told(filled: DataFolder) -> None:
    with filled.catalog.writing() as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'chunks_of_input'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with filled.catalog._connected() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file = filled.catalog.data_dir / "catalog.sqlite"
    content = bytearray(file.read_bytes())
    for at in range(page * size - 40, page * size):
        content[at] ^= 0x55
    file.write_bytes(content)

    assert any(fault.startswith("catalog: ") for fault in faults(filled))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 5000])
def test_an_unreadable_file_is_told_with_what_to_do(
    filled: DataFolder, name: str, content: bytes
) -> None:
    overwrite(matching(filled, name)[1], content)

    with pytest.raises(Damaged, match="yauap index rebuild"), filled.index.view() as view:
        lexical(view, "мәктәп")


@pytest.mark.parametrize("name", [None, "manifest.json"])
def test_a_job_after_a_snapshot_was_lost_fails_saying_what_to_do(
    filled: DataFolder, name: str | None
) -> None:
    if name is None:
        shutil.rmtree(published(filled))
    else:
        (published(filled) / name).unlink()

    job = ingest(filled, {"id": "d", "text": "Яңы мәктәп."})

    assert (job.state, job.failed) == ("failed", 1)
    assert "yauap index rebuild" in job.errors[0].reason("en")


@pytest.mark.parametrize("name", [name for name in FILES if name != "manifest.json"])
def test_no_snapshot_is_built_upon_a_damaged_one(filled: DataFolder, name: str) -> None:
    _, file = matching(filled, name)
    flip(file, file.stat().st_size // 2, 1)

    job = ingest(fake_folder(filled.catalog.data_dir), {"id": "d", "text": "Яңы мәктәп."})

    assert (job.state, job.added) == ("succeeded", 1)
    assert faults(filled) == []
    assert found(filled, "мәктәп") == ["a", "d"]
    held = filled.snapshots.open(filled.index.version())
    (query,) = FakeEmbedder().embed_passages([DOCUMENTS[2]["text"]])
    assert held.vectors.search(query, 1)[1] == pytest.approx(1, abs=1e-5)
