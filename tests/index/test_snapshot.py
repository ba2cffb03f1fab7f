"""Snapshots: checked, refused where they were built in another way, and made again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index import build, snapshot
from index.chunking import CHUNKER_VERSION
from index.errors import Damaged, SnapshotMismatch
from index.folder import DataFolder
from index.snapshot import BuildSpec, Snapshots, verify_data
from index.text.analysis import ANALYSER_VERSION, analyse
from tests.fakes import FAKE_SPEC, FakeEmbedder, fake_folder, ingest

FILES = ("ids.npy", "lexical.sqlite", "manifest.json", "vectors.faiss")
DOCUMENTS = [
    {"id": "a", "text": "Өфөлә яңы мәктәп асылды. Унда биш йөҙ бала уҡый. " * 4},
    {"id": "b", "text": "В Уфе открыли новую школу. Её построили за год."},
    {"id": "c", "text": "Сибайҙа китапхана төҙөнөләр."},
]


@pytest.fixture
def filled(folder: DataFolder) -> DataFolder:
    ingest(folder, *DOCUMENTS)
    return folder


def published(folder: DataFolder) -> Path:
    return folder.catalog.data_dir / "snapshots" / folder.index.version()


def found(folder: DataFolder, word: str) -> list[str]:
    with folder.index.view() as view:
        terms = [term.text for term in analyse(word)]
        lexical = {p.document_id for p in view.passages(view.lexical(terms, 50, None)[0])}
        (query,) = folder.embedder.embed_queries([word])
        dense = view.passages(view.dense(query, 50, None)[0])
        assert lexical <= {p.document_id for p in dense}
        return sorted(lexical)


def faults(folder: DataFolder) -> list[str]:
    return verify_data(folder.catalog, folder.snapshots)


def test_a_snapshot_holds_these_files_and_all_is_well(filled: DataFolder) -> None:
    assert sorted(file.name for file in published(filled).iterdir()) == sorted(FILES)
    assert faults(filled) == []


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_in_any_file_is_found(filled: DataFolder, name: str, place: str) -> None:
    file = published(filled) / name
    content = bytearray(file.read_bytes())
    content[{"first": 0, "middle": len(content) // 2, "last": -1}[place]] ^= 0x10
    file.write_bytes(content)

    assert faults(filled) == [f"{filled.index.version()}/{name}: checksum"]


@pytest.mark.parametrize("name", FILES)
def test_a_cut_or_missing_file_is_found(filled: DataFolder, name: str) -> None:
    file = published(filled) / name
    file.write_bytes(file.read_bytes()[:-1])
    assert len(faults(filled)) == 1

    file.unlink()
    (fault,) = faults(filled)
    assert name in fault


def test_a_file_that_does_not_belong_there_is_found(filled: DataFolder) -> None:
    (published(filled) / "notes.txt").write_text("")

    assert faults(filled) == [f"{filled.index.version()}/notes.txt: unexpected file"]


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


def test_an_empty_folder_is_sound(folder: DataFolder) -> None:
    assert faults(folder) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 5000])
def test_an_unreadable_file_is_told_with_what_to_do(
    filled: DataFolder, name: str, content: bytes
) -> None:
    (published(filled) / name).write_bytes(content)

    with pytest.raises(Damaged, match="yauap index rebuild"), filled.index.view() as view:
        view.lexical(["мэктэ"], 5, None)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"\0" * 5000, None])
def test_rebuilding_mends_a_damaged_snapshot(
    filled: DataFolder, name: str, content: bytes | None
) -> None:
    file = published(filled) / name
    if content is None:
        changed = bytearray(file.read_bytes())
        changed[-1] ^= 1
        content = bytes(changed)
    file.write_bytes(content)

    fake_folder(filled.catalog.data_dir).indexer.rebuild(lambda done, total: None)

    assert faults(filled) == []
    assert found(filled, "мәктәп") == ["a"]


def test_rebuilding_a_damaged_snapshot_embeds_nothing_anew(filled: DataFolder) -> None:
    (published(filled) / "vectors.faiss").write_bytes(b"")
    again = fake_folder(filled.catalog.data_dir)

    again.indexer.rebuild(lambda done, total: None)

    assert isinstance(again.embedder, FakeEmbedder)
    assert again.embedder.embedded == []
    assert found(again, "мәктәп") == ["a"]


@pytest.mark.parametrize("name", ["ids.npy", "lexical.sqlite", "vectors.faiss"])
def test_no_snapshot_is_built_upon_a_damaged_one(filled: DataFolder, name: str) -> None:
    file = published(filled) / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    job = ingest(fake_folder(filled.catalog.data_dir), {"id": "d", "text": "Яңы мәктәп."})

    assert (job.state, job.added) == ("succeeded", 1)
    assert faults(filled) == []
    assert found(filled, "мәктәп") == ["a", "d"]
    held = filled.snapshots.open(filled.index.version())
    (query,) = FakeEmbedder().embed_passages([DOCUMENTS[2]["text"]])
    assert held.vectors.search(query, 1)[1] == pytest.approx(1, abs=1e-5)


def test_a_damaged_snapshot_of_nothing_is_forgotten(filled: DataFolder) -> None:
    for document in DOCUMENTS:
        filled.library.delete(document["id"])
    (published(filled) / "ids.npy").write_bytes(b"")

    fake_folder(filled.catalog.data_dir).indexer.rebuild(lambda done, total: None)

    assert filled.index.version() == "empty"
    assert faults(filled) == []


@pytest.mark.parametrize("name", [None, "manifest.json"])
def test_a_job_after_a_snapshot_was_lost_fails_saying_what_to_do(
    filled: DataFolder, name: str | None
) -> None:
    for file in published(filled).iterdir():
        if name in (None, file.name):
            file.unlink()

    job = ingest(filled, {"id": "d", "text": "Яңы мәктәп."})

    assert (job.state, job.failed) == ("failed", 1)
    assert "yauap index rebuild" in job.errors[0].reason("en")


def test_rebuilding_makes_a_lost_snapshot_again(filled: DataFolder) -> None:
    for file in published(filled).iterdir():
        file.unlink()
    published(filled).rmdir()

    filled.indexer.rebuild(lambda done, total: None)

    assert faults(filled) == []
    assert found(filled, "школа") == []
    assert found(filled, "школу") == ["b"]


def test_rebuilding_what_is_sound_changes_nothing(filled: DataFolder) -> None:
    before = filled.index.version()

    filled.indexer.rebuild(lambda done, total: pytest.fail("nothing is to be done"))

    assert filled.index.version() == before


def with_embedder(**changes: str) -> Callable[[Path, pytest.MonkeyPatch], DataFolder]:
    def opened(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
        return fake_folder(data_dir, FakeEmbedder(replace(FAKE_SPEC, **changes)))

    return opened


def with_chunks_of_40(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
    return fake_folder(data_dir, chunk_tokens=40)


def with_other(name: str) -> Callable[[Path, pytest.MonkeyPatch], DataFolder]:
    def opened(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
        folder = fake_folder(data_dir)
        spec = replace(BuildSpec(folder.embedder.spec, 32), **{name: "another/2"})  # type: ignore[arg-type]
        folder.snapshots.build = spec
        return folder

    return opened


ANOTHER_WAY = [
    pytest.param(with_embedder(name="another"), "embedder", id="model"),
    pytest.param(with_embedder(revision="2"), "embedder", id="revision of the model"),
    pytest.param(with_embedder(query_prefix=""), "embedder", id="query prefix"),
    pytest.param(with_embedder(passage_prefix="p: "), "embedder", id="passage prefix"),
    pytest.param(with_chunks_of_40, "chunk_tokens", id="size of chunks"),
    pytest.param(with_other("chunker"), "chunker", id="chunker"),
    pytest.param(with_other("analyser"), "analyser", id="analyser"),
    pytest.param(with_other("format"), "format", id="format"),
]
Opener = Callable[[Path, pytest.MonkeyPatch], DataFolder]


@pytest.mark.parametrize(("opener", "part"), ANOTHER_WAY)
def test_a_snapshot_built_in_another_way_is_refused_with_what_to_do(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch, opener: Opener, part: str
) -> None:
    other = opener(filled.catalog.data_dir, monkeypatch)

    with pytest.raises(SnapshotMismatch) as caught, other.index.view():
        pass
    with pytest.raises(SnapshotMismatch):
        other.indexer.require_compatible()

    assert part in str(caught.value)
    for sentence in (caught.value.in_language(language) for language in ("ba", "ru", "en")):
        assert "yauap index rebuild" in sentence
    assert filled.index.version() != "empty"


@pytest.mark.parametrize(("opener", "part"), ANOTHER_WAY)
def test_a_job_for_a_snapshot_built_in_another_way_fails_and_harms_nothing(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch, opener: Opener, part: str
) -> None:
    other = opener(filled.catalog.data_dir, monkeypatch)

    job = ingest(other, {"id": "d", "text": "Яңы мәктәп."})

    assert (job.state, job.failed) == ("failed", 1)
    assert "yauap index rebuild" in job.errors[0].reason("ru")
    assert found(filled, "мәктәп") == ["a"]
    assert faults(filled) == []


@pytest.mark.parametrize(("opener", "part"), ANOTHER_WAY)
def test_rebuilding_makes_it_searchable_in_the_new_way(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch, opener: Opener, part: str
) -> None:
    other = opener(filled.catalog.data_dir, monkeypatch)
    told: list[tuple[int, int]] = []

    other.indexer.rebuild(lambda done, total: told.append((done, total)))

    chunked_anew = part not in ("analyser", "format")
    assert told == ([(1, 3), (2, 3), (3, 3)] if chunked_anew else [])
    assert found(other, "мәктәп") == ["a"]
    assert faults(other) == []
    assert other.library.text("a") == DOCUMENTS[0]["text"]
    assert other.library.get("a").version == 1
    with pytest.raises(SnapshotMismatch), filled.index.view():
        pass


def test_a_rebuild_that_was_cut_short_goes_on_where_it_was(filled: DataFolder) -> None:
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
    assert found(again, "китапхана") == ["c"]
    assert found(again, "мәктәп") == ["a"]


def test_a_rebuild_that_was_cut_short_is_not_gone_on_with_in_another_way(
    filled: DataFolder,
) -> None:
    other = fake_folder(filled.catalog.data_dir, FakeEmbedder(replace(FAKE_SPEC, revision="2")))
    with pytest.raises(KeyboardInterrupt):
        other.indexer.rebuild(interrupt)

    job = ingest(filled, {"id": "d", "text": "Яңы мәктәп."})
    assert job.state == "failed"
    assert "yauap index rebuild" in job.errors[0].reason("ru")
    assert "catalog: no chunks of c" in faults(filled)

    filled.indexer.rebuild(lambda done, total: None)
    assert faults(filled) == []
    assert found(filled, "китапхана") == ["c"]


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


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
        assert ingest(filled, {"id": "d", "text": "Яңы мәктәп."}).state == "failed"

    assert {path.name for path in (filled.catalog.data_dir / "snapshots").iterdir()} == before
    assert found(filled, "мәктәп") == ["a"]
    assert ingest(filled, {"id": "d", "text": "Яңы мәктәп."}).state == "succeeded"
    assert found(filled, "мәктәп") == ["a", "d"]


def test_names_of_snapshots_count_up(filled: DataFolder) -> None:
    names = [filled.index.version()]
    for number in range(3):
        ingest(filled, {"id": "d", "text": f"Яңы текст {number}."})
        names.append(filled.index.version())

    assert [name.partition("-")[0] for name in names] == ["000001", "000002", "000003", "000004"]


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
        "chunker": CHUNKER_VERSION,
        "analyser": ANALYSER_VERSION,
        "format": 1,
    }
    assert manifest["chunks"] == filled.library.census().chunks
    assert sorted(manifest["files"]) == sorted(set(FILES) - {"manifest.json"})


def test_a_snapshot_that_was_never_there_is_not_found(folder: DataFolder) -> None:
    with pytest.raises(FileNotFoundError):
        Snapshots(folder.catalog.data_dir, BuildSpec(FAKE_SPEC, 32)).open("000001-x")
