"""Snapshots: checked, refused where they were built in another way, and made again."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from index import build, snapshot
from index.chunking import CHUNKER_VERSION
from index.embedding.centring import Centring
from index.errors import Damaged, SnapshotMismatch
from index.folder import DataFolder
from index.lexical import LexicalIndex
from index.reader import Filters
from index.snapshot import BuildSpec, Snapshots, verify_data
from index.term_index import index_files
from index.text.analysis import ANALYSER_VERSION
from index.text.language import Language
from tests.fakes import FAKE_SPEC, FakeEmbedder, fake_centring, fake_folder, ingest
from tests.index.searching import dense, lexical

# The parts of a lexical index have names that are drawn when they are written.
LEXICAL = tuple(
    f"{part}/{name}"
    for part in LexicalIndex.FOLDERS
    for name in (
        ".managed.json",
        "meta.json",
        *(f"*.{kind}" for kind in ("fast", "fieldnorm", "idx", "pos", "store", "term")),
    )
)
FILES = ("ids.npy", "manifest.json", "vectors.faiss", *LEXICAL)
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


def files(folder: DataFolder) -> dict[str, Path]:
    """Return the files of the published snapshot by their names in its manifest."""
    named = {name: published(folder) / name for name in FILES if "/" not in name}
    for part in LexicalIndex.FOLDERS:
        for name in index_files(published(folder) / part):
            named[f"{part}/{name}"] = published(folder) / part / name
    return named


def matching(folder: DataFolder, pattern: str) -> tuple[str, Path]:
    """Return the one file of the published snapshot that is called so, with its name."""
    (match,) = ((n, f) for n, f in files(folder).items() if PurePath(n).match(pattern))
    return match


def overwrite(file: Path, content: bytes) -> None:
    """Give a file other content, and none to what is linked to it."""
    file.unlink()
    file.write_bytes(content)


def flip(file: Path, place: int, bits: int = 0x10) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= bits
    overwrite(file, bytes(content))


def found(folder: DataFolder, word: str, language: Language | None = None) -> list[str]:
    with folder.index.view() as view:
        holding = {p.document_id for p in view.passages(lexical(view, word, language=language))}
        (query,) = folder.embedder.embed_queries([word])
        assert holding <= {p.document_id for p in view.passages(dense(view, query))}
        return sorted(holding)


def faults(folder: DataFolder) -> list[str]:
    return verify_data(folder.catalog, folder.snapshots)


def test_a_snapshot_holds_these_files_and_all_is_well(filled: DataFolder) -> None:
    on_disk = {
        path.relative_to(published(filled)).as_posix()
        for path in published(filled).rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    }

    assert on_disk == set(files(filled)) == {matching(filled, name)[0] for name in FILES}
    assert len(on_disk) == len(FILES)
    assert faults(filled) == []


def test_reading_makes_no_fault(filled: DataFolder) -> None:
    before = {name: file.read_bytes() for name, file in files(filled).items()}

    assert found(fake_folder(filled.catalog.data_dir), "мәктәп") == ["a"]

    assert faults(filled) == []
    assert {name: file.read_bytes() for name, file in files(filled).items()} == before


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
    assert {file.suffix for file in files(filled).values()} >= {".del", ".term", ".json"}

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


def test_an_empty_folder_is_sound(folder: DataFolder) -> None:
    assert faults(folder) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 5000])
def test_an_unreadable_file_is_told_with_what_to_do(
    filled: DataFolder, name: str, content: bytes
) -> None:
    overwrite(matching(filled, name)[1], content)

    with pytest.raises(Damaged, match="yauap index rebuild"), filled.index.view() as view:
        lexical(view, "мәктәп")


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


def test_a_damaged_snapshot_of_nothing_is_forgotten(filled: DataFolder) -> None:
    for document in DOCUMENTS:
        filled.library.delete(document["id"])
    overwrite(published(filled) / "ids.npy", b"")

    fake_folder(filled.catalog.data_dir).indexer.rebuild(lambda done, total: None)

    assert filled.index.version() == "empty"
    assert faults(filled) == []


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


def test_rebuilding_makes_a_lost_snapshot_again(filled: DataFolder) -> None:
    shutil.rmtree(published(filled))

    filled.indexer.rebuild(lambda done, total: None)

    assert faults(filled) == []
    assert found(filled, "школа") == found(filled, "школу") == ["b"]


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


def with_centring(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
    return fake_folder(data_dir, centring=fake_centring())


ANOTHER_WAY = [
    pytest.param(with_embedder(name="another"), "embedder", id="model"),
    pytest.param(with_embedder(revision="2"), "embedder", id="revision of the model"),
    pytest.param(with_embedder(query_prefix=""), "embedder", id="query prefix"),
    pytest.param(with_embedder(passage_prefix="p: "), "embedder", id="passage prefix"),
    pytest.param(with_chunks_of_40, "chunk_tokens", id="size of chunks"),
    pytest.param(with_centring, "centring", id="centring"),
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

    chunked_anew = part not in ("centring", "analyser", "format")
    assert told == ([(1, 3), (2, 3), (3, 3)] if chunked_anew else [])
    assert found(other, "мәктәп") == ["a"]
    assert faults(other) == []
    assert other.library.text("a") == DOCUMENTS[0]["text"]
    assert other.library.get("a").version == 1
    with pytest.raises(SnapshotMismatch), filled.index.view():
        pass


def test_rebuilding_with_another_centring_embeds_nothing_and_centres_all(
    filled: DataFolder,
) -> None:
    embedder = FakeEmbedder()
    other = fake_folder(filled.catalog.data_dir, embedder, centring=fake_centring())

    other.indexer.rebuild(lambda done, total: pytest.fail("nothing is to be embedded"))

    assert embedder.embedded == []
    assert (published(other) / "manifest.json").read_text().count(fake_centring().version) == 1
    with other.index.view() as view:
        for document in DOCUMENTS[1:]:
            (passage,) = (p for p in view.passages(range(99)) if p.document_id == document["id"])
            vectors = embedder.embed_passages([document["text"]])
            (centred,) = fake_centring().passages(vectors, [passage.language])
            (group,) = view.groups(Filters(document_id=[document["id"]]))
            assert view.dense_scores(centred, group.ids) == pytest.approx(1, abs=1e-5)
    # And back: what the catalog keeps is not centred.
    again = fake_folder(filled.catalog.data_dir)
    again.indexer.rebuild(lambda done, total: pytest.fail("nothing is to be embedded"))
    with again.index.view() as view:
        (group,) = view.groups(Filters(document_id=["c"]))
        (vector,) = FakeEmbedder().embed_passages([DOCUMENTS[2]["text"]])
        assert view.dense_scores(vector, group.ids) == pytest.approx(1, abs=1e-5)


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
    assert found(again, "китапхана", "ba") == ["c"]
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
    assert found(filled, "китапхана", "ba") == ["c"]


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
        "centring": "",
        "chunker": CHUNKER_VERSION,
        "analyser": ANALYSER_VERSION,
        "format": 2,
    }
    assert manifest["chunks"] == filled.library.census().chunks
    assert set(manifest["files"]) == set(files(filled)) - {"manifest.json"}


def test_a_snapshot_that_was_never_there_is_not_found(folder: DataFolder) -> None:
    with pytest.raises(FileNotFoundError):
        Snapshots(folder.catalog.data_dir, BuildSpec(FAKE_SPEC, 32), Centring({})).open("000001-x")
