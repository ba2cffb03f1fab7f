"""Publishing a snapshot: which files it has, how it is called, what it leaves behind."""

import json

import pytest

from index import snapshot
from index.chunking import CHUNKER_VERSION
from index.embedding.centring import Centring
from index.errors import CannotWrite
from index.folder import DataFolder
from index.snapshot import BuildSpec, Snapshots
from index.text.analysis import ANALYSER_VERSION
from index.vector_store import VectorStore
from tests.fakes import FAKE_SPEC, fake_folder, ingest
from tests.index.snapshot.published import FILES, faults, files, found, matching, published


def test_a_snapshot_holds_these_files_and_all_is_well(filled: DataFolder) -> None:
    on_disk = {
        path.relative_to(published(filled)).as_posix()
        for path in published(filled).rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    }

    assert on_disk == set(files(filled)) == {matching(filled, name)[0] for name in FILES}
    assert len(on_disk) == len(FILES)
    assert faults(filled) == []


def test_the_manifest_says_how_it_was_built(filled: DataFolder) -> None:
    manifest = json.loads((published(filled) / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["build"] == {
        "embedder": {
            "name": "fake",
            "revision": "1",
            "query_prefix": "query: ",
            "passage_prefix": "passage: ",
            "pooling": "sum of words",
        },
        "chunk_tokens": 32,
        "centring": "",
        "chunker": CHUNKER_VERSION,
        "analyser": ANALYSER_VERSION,
        "format": 3,
    }
    assert manifest["chunks"] == filled.library.census().chunks
    assert set(manifest["files"]) == set(files(filled)) - {"manifest.json"}


def test_names_of_snapshots_count_up(filled: DataFolder) -> None:
    names = [filled.index.version()]
    for number in range(3):
        ingest(filled, {"id": "d", "text": f"Яңы текст {number}."})
        names.append(filled.index.version())

    assert [name.partition("-")[0] for name in names] == ["000001", "000002", "000003", "000004"]


def test_reading_makes_no_fault(filled: DataFolder) -> None:
    before = {name: file.read_bytes() for name, file in files(filled).items()}

    assert found(fake_folder(filled.catalog.data_dir), "мәктәп") == ["a"]

    assert faults(filled) == []
    assert {name: file.read_bytes() for name, file in files(filled).items()} == before


def test_an_empty_folder_is_sound(folder: DataFolder) -> None:
    assert faults(folder) == []


def test_a_snapshot_that_was_never_there_is_not_found(folder: DataFolder) -> None:
    with pytest.raises(FileNotFoundError):
        Snapshots(
            folder.catalog.data_dir, BuildSpec(FAKE_SPEC, 32), Centring({}), VectorStore(0)
        ).open("000001-x")


def test_leftovers_are_removed_by_the_next_publication(filled: DataFolder) -> None:
    snapshots = filled.catalog.data_dir / "snapshots"
    for name in (".writing-99999", "000007-0123456789", "000001-other"):
        (snapshots / name).mkdir()
        (snapshots / name / "ids.npy").write_bytes(b"")
    before = filled.index.version()

    ingest(filled, {"id": "d", "text": "Яңы текст."})

    assert {path.name for path in snapshots.iterdir()} == {before, filled.index.version()}
    assert faults(filled) == []


def test_a_write_that_fails_leaves_nothing_and_the_published_one_serves(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    before = {path.name for path in (filled.catalog.data_dir / "snapshots").iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(snapshot, "write_lexical", full)
        with pytest.raises(CannotWrite, match="No space left"):
            ingest(filled, {"id": "d", "text": "Яңы мәктәп."})

    assert {path.name for path in (filled.catalog.data_dir / "snapshots").iterdir()} == before
    assert found(filled, "мәктәп") == ["a"]
    assert filled.indexer.run_next()  # the job is still there
    assert found(filled, "мәктәп") == ["a", "d"]
