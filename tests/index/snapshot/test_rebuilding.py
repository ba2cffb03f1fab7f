"""Rebuilding: a damaged or lost snapshot is made again, and a rebuild cut short goes on."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index import build, staging
from index.errors import SnapshotMismatch
from index.folder import DataFolder
from index.postings.segment import Segment
from tests.fakes import FAKE_SPEC, FakeEmbedder, fake_folder, ingest
from tests.index.snapshot.published import (
    DOCUMENTS,
    FILES,
    faults,
    flip,
    found,
    matching,
    overwrite,
    published,
)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"\0" * 5000, None])
def test_rebuilding_mends_a_damaged_snapshot(
    filled: DataFolder, name: str, content: bytes | None
) -> None:
    _, file = matching(filled, name)
    if content is None:
        flip(file, -1)
    else:
        overwrite(file, content)

    fake_folder(filled.catalog.data_dir).indexer.rebuild(lambda done, total: None)

    assert faults(filled) == []
    assert found(filled, "мәктәп") == ["a"]


def test_rebuilding_a_damaged_snapshot_embeds_nothing_anew(filled: DataFolder) -> None:
    overwrite(published(filled) / "vectors.faiss", b"")
    again = fake_folder(filled.catalog.data_dir)

    again.indexer.rebuild(lambda done, total: None)

    assert isinstance(again.embedder, FakeEmbedder)
    assert again.embedder.embedded == []
    assert found(again, "мәктәп") == ["a"]


def test_rebuilding_mends_what_is_as_it_was_written_and_cannot_be_read(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Segment, "FILES", (*Segment.FILES[:-1], "elsewhere"))
    monkeypatch.setattr(Segment, "WORDS", "elsewhere")

    again = fake_folder(filled.catalog.data_dir)
    assert len(faults(again)) == 1
    again.indexer.rebuild(lambda done, total: None)

    assert faults(again) == []
    assert found(again, "мәктәп") == ["a"]


def test_a_damaged_snapshot_of_nothing_is_forgotten(filled: DataFolder) -> None:
    for document in DOCUMENTS:
        filled.library.delete(document["id"])
    overwrite(published(filled) / "ids.npy", b"")

    fake_folder(filled.catalog.data_dir).indexer.rebuild(lambda done, total: None)

    assert filled.index.version() == "empty"
    assert faults(filled) == []


def test_rebuilding_makes_a_lost_snapshot_again(filled: DataFolder) -> None:
    shutil.rmtree(published(filled))

    filled.indexer.rebuild(lambda done, total: None)

    assert faults(filled) == []
    assert found(filled, "школа") == found(filled, "школу") == ["b"]


def test_rebuilding_what_is_sound_changes_nothing(filled: DataFolder) -> None:
    before = filled.index.version()

    filled.indexer.rebuild(lambda done, total: pytest.fail("nothing is to be done"))

    assert filled.index.version() == before


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_rebuild_that_was_cut_short_goes_on_where_it_was(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CHARACTERS_AT_A_TIME", 1)

    def opened() -> tuple[DataFolder, FakeEmbedder]:
        embedder = FakeEmbedder(replace(FAKE_SPEC, revision="2"))
        return fake_folder(filled.catalog.data_dir, embedder), embedder

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    first, _ = opened()
    with pytest.raises(KeyboardInterrupt):
        first.indexer.rebuild(stop)

    again, embedder = opened()
    again.indexer.rebuild(lambda done, total: None)

    assert embedder.embedded == [DOCUMENTS[2]["text"]]
    assert faults(again) == []
    assert found(again, "китапхана", "ba") == ["c"]
    assert found(again, "мәктәп") == ["a"]


def test_a_rebuild_that_was_cut_short_is_not_gone_on_with_in_another_way(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CHARACTERS_AT_A_TIME", 1)
    other = fake_folder(filled.catalog.data_dir, FakeEmbedder(replace(FAKE_SPEC, revision="2")))
    with pytest.raises(KeyboardInterrupt):
        other.indexer.rebuild(interrupt)

    job = ingest(filled, {"id": "d", "text": "Яңы мәктәп."})
    assert job.state == "failed"
    assert "yauap index rebuild" in job.errors[0].reason("ru")
    assert "catalog: no chunks of c" in faults(filled)

    filled.indexer.rebuild(lambda done, total: None)
    assert faults(filled) == []
    assert found(filled, "китапхана", "ba") == ["c"]


def test_what_was_staged_with_another_model_is_embedded_anew_by_a_rebuild(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_folder(tmp_path)
    job = folder.jobs.accept([{"id": "a", "text": "Яңы мәктәп."}], 1000)
    with monkeypatch.context() as patch:
        patch.setattr(build, "publish", interrupt)
        with pytest.raises(KeyboardInterrupt):
            folder.indexer.run_until(job)
    embedder = FakeEmbedder(replace(FAKE_SPEC, revision="2"))
    other = fake_folder(tmp_path, embedder)
    with pytest.raises(SnapshotMismatch):
        other.indexer.require_compatible()

    other.indexer.rebuild(lambda done, total: None)
    finished = other.indexer.run_until(job)

    assert (finished.state, finished.added) == ("succeeded", 1)
    assert embedder.embedded == ["Яңы мәктәп."]
    assert found(other, "мәктәп") == ["a"]
    assert faults(other) == []


def test_deleted_documents_stay_deleted_when_all_is_rebuilt(filled: DataFolder) -> None:
    filled.library.delete("b")
    other = fake_folder(filled.catalog.data_dir, FakeEmbedder(replace(FAKE_SPEC, revision="2")))

    other.indexer.rebuild(lambda done, total: None)

    assert found(other, "школу") == []
    assert faults(other) == []
