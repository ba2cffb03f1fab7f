"""What was deleted leaves the disk when the folder is compacted."""

from pathlib import Path

import pytest

from index.errors import Conflict
from index.folder import DataFolder
from index.snapshot import verify_data
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.searching import lexical

SECRET = (
    "Йәшерен килешеүгә Салауат Юлаев урамындағы етенсе йортта ҡул ҡуйылды. "
    "Унда дүрт йөҙ ҡырҡ миллион һум тураһында һүҙ бара; шаһиттар өсәү ине."
)
KEPT = "Өфөлә яңы мәктәп асылды. Унда биш йөҙ бала уҡый."
RUN = 32


def traces(data_dir: Path, text: str) -> list[str]:
    """Return the files that hold a run of 32 bytes of this text."""
    data = text.encode()
    runs = {data[i : i + RUN] for i in range(len(data) - RUN + 1)}
    return [
        file.name
        for file in sorted(data_dir.rglob("*"))
        if file.is_file() and any(run in content for content in [file.read_bytes()] for run in runs)
    ]


def everything(folder: DataFolder) -> list[str]:
    with folder.index.view() as view:
        return sorted({p.document_id for p in view.passages(lexical(view, "мәктәп килешеү"))})


def test_no_trace_of_a_deleted_document_is_left(folder: DataFolder) -> None:
    ingest(folder, {"id": "kept", "text": KEPT})
    ingest(folder, {"id": "secret", "text": SECRET, "title": SECRET[:60]})
    ingest(folder, {"id": "secret", "text": SECRET + " Бөттө."})
    assert traces(folder.catalog.data_dir, SECRET)

    folder.library.delete("secret")
    folder.indexer.compact()

    assert traces(folder.catalog.data_dir, SECRET) == []
    assert traces(folder.catalog.data_dir, KEPT)
    assert everything(folder) == ["kept"]
    assert verify_data(folder.catalog, folder.snapshots) == []
    assert len([*(folder.catalog.data_dir / "snapshots").iterdir()]) == 1


def test_what_was_only_queued_or_cancelled_leaves_no_trace_either(folder: DataFolder) -> None:
    ingest(folder, {"id": "kept", "text": KEPT})
    folder.jobs.accept([{"id": "secret", "text": SECRET}], 10_000)
    folder.library.delete("secret")
    folder.jobs.cancel(folder.jobs.accept([{"id": "other", "text": SECRET}], 10_000))

    folder.indexer.compact()

    assert traces(folder.catalog.data_dir, SECRET) == []


def test_the_last_document_can_be_purged(folder: DataFolder) -> None:
    ingest(folder, {"id": "secret", "text": SECRET})
    folder.library.delete("secret")

    folder.indexer.compact()

    assert traces(folder.catalog.data_dir, SECRET) == []
    assert everything(folder) == []
    ingest(folder, {"id": "kept", "text": KEPT})
    assert everything(folder) == ["kept"]


def test_compaction_embeds_nothing_and_readers_go_on(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    folder = fake_folder(tmp_path / "data", embedder)
    ingest(folder, {"id": "kept", "text": KEPT}, {"id": "secret", "text": SECRET})
    reader = fake_folder(tmp_path / "data")
    assert everything(reader) == ["kept", "secret"]
    folder.library.delete("secret")
    embedder.embedded.clear()

    folder.indexer.compact()

    assert embedder.embedded == []
    assert everything(reader) == ["kept"]


def test_a_reader_that_holds_on_to_the_deleted_is_told_of(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.catalog._WAIT_SECONDS", 0.2)
    ingest(folder, {"id": "kept", "text": KEPT}, {"id": "secret", "text": SECRET})
    with folder.index.view():
        folder.library.delete("secret")
        with pytest.raises(Conflict, match="still running"):
            folder.indexer.compact()

    folder.indexer.compact()

    assert traces(folder.catalog.data_dir, SECRET) == []
