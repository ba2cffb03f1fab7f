"""Deleting: it holds from the next request on, whatever is running."""

import unicodedata
from collections.abc import Callable

import pytest

from index import build, preparing
from index.build import Indexer
from index.errors import Gone, NotFound
from index.folder import DataFolder
from index.snapshot import Snapshots, verify_data
from index.text.spans import Span
from tests.fakes import FakeEmbedder, ingest
from tests.index.searching import dense, lexical

A = {"id": "a", "text": "Өфөлә мәктәп асылды."}
B = {"id": "b", "text": "Сибайҙа мәктәп асылды."}


def everything(folder: DataFolder) -> list[str]:
    """Return the documents that dense and lexical search give, which must be the same."""
    with folder.index.view() as view:
        (query,) = FakeEmbedder().embed_queries(["мәктәп"])
        near = {p.document_id for p in view.passages(dense(view, query))}
        holding = {p.document_id for p in view.passages(lexical(view, "мәктәп"))}
        assert near == holding
        return sorted(near)


def test_a_deleted_document_is_not_found_or_read_any_more(folder: DataFolder) -> None:
    ingest(folder, A, B)
    version = folder.index.version()

    folder.library.delete("a")

    assert everything(folder) == ["b"]
    assert [record.id for record in folder.library.page(None, 9)] == ["b"]
    assert folder.library.census().documents == 1
    for read in (folder.library.get, folder.library.text):
        with pytest.raises(Gone, match="“a” was deleted"):
            read("a")
    with folder.index.view() as view:
        assert view.text("a", 1, Span(0, 5)) == ""
    assert folder.index.version() == version
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_an_id_is_the_same_however_its_letters_are_put_together(folder: DataFolder) -> None:
    ingest(folder, {"id": "июй", "text": "Китап."})
    decomposed = unicodedata.normalize("NFD", "июй")
    assert decomposed != "июй"

    assert folder.library.get(decomposed).id == "июй"
    assert folder.library.text(decomposed) == "Китап."
    folder.library.delete(decomposed)

    with pytest.raises(Gone):
        folder.library.get("июй")


def test_the_next_best_takes_the_place_of_what_was_deleted(folder: DataFolder) -> None:
    ingest(folder, A, B)
    folder.library.delete("a")
    (query,) = FakeEmbedder().embed_queries([A["text"]])

    with folder.index.view() as view:
        for ids in (dense(view, query, 1), lexical(view, "мәктәп", 1)):
            assert [passage.document_id for passage in view.passages(ids)] == ["b"]


def test_its_text_and_vectors_are_erased_from_the_catalog(folder: DataFolder) -> None:
    ingest(folder, A)
    ingest(folder, A | {"text": "яңы"})

    folder.library.delete("a")

    with folder.catalog.reading() as connection:
        for table in ("versions", "chunks"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


def test_the_next_snapshot_does_not_hold_it(folder: DataFolder) -> None:
    ingest(folder, A, B)
    folder.library.delete("a")

    ingest(folder, {"id": "c", "text": "Яңы мәктәп китапханаһы."})

    with folder.catalog.reading() as connection:
        assert connection.execute("SELECT count(*) FROM tombstones").fetchone()[0] == 0
    assert len(folder.snapshots.open(folder.index.version()).vectors.ids) == 2
    assert everything(folder) == ["b", "c"]


def test_a_second_deletion_is_gone_and_an_unknown_id_not_found(folder: DataFolder) -> None:
    ingest(folder, A)
    folder.library.delete("a")

    with pytest.raises(Gone):
        folder.library.delete("a")
    with pytest.raises(NotFound) as caught:
        folder.library.delete("never")
    assert not isinstance(caught.value, Gone)


def test_added_again_it_counts_on(folder: DataFolder) -> None:
    ingest(folder, A)
    ingest(folder, A | {"text": "Өфөлә икенсе мәктәп асылды."})
    folder.library.delete("a")

    job = ingest(folder, A)

    assert (job.added, job.unchanged) == (1, 0)
    assert folder.library.get("a").version == 3
    assert everything(folder) == ["a"]
    with pytest.raises(Gone):
        folder.library.text("a", 2)


def test_everything_can_be_deleted_and_filled_again(folder: DataFolder) -> None:
    ingest(folder, A, B)
    folder.library.delete("a")
    folder.library.delete("b")

    with folder.index.view() as view:
        assert view.is_empty
    assert everything(folder) == []
    assert verify_data(folder.catalog, folder.snapshots) == []

    ingest(folder, {"id": "bad", "text": ""})  # publishes a snapshot that holds nothing
    assert verify_data(folder.catalog, folder.snapshots) == []
    ingest(folder, A)
    assert everything(folder) == ["a"]
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_a_queued_job_does_not_bring_back_what_was_deleted_after_it(folder: DataFolder) -> None:
    ingest(folder, A)
    queued = folder.jobs.accept([A | {"text": "Өфөлә яңы мәктәп асылды."}, B], 1000)

    folder.library.delete("a")
    job = folder.indexer.run_until(queued)

    assert (job.state, job.added, job.superseded, job.done) == ("succeeded", 1, 1, 2)
    assert everything(folder) == ["b"]


def test_a_job_accepted_after_the_deletion_brings_it_back(folder: DataFolder) -> None:
    first = folder.jobs.accept([A, B], 1000)
    folder.library.delete("a")
    second = folder.jobs.accept([A | {"text": "Өфөлә яңы мәктәп асылды."}], 1000)

    folder.indexer.run_until(second)

    assert folder.jobs.get(first).superseded == 1
    assert folder.library.text("a") == "Өфөлә яңы мәктәп асылды."
    assert everything(folder) == ["a", "b"]


def test_a_document_that_is_only_on_its_way_can_be_deleted(folder: DataFolder) -> None:
    queued = folder.jobs.accept([A], 1000)

    folder.library.delete("a")

    assert folder.indexer.run_until(queued).superseded == 1
    with pytest.raises(NotFound):
        folder.library.get("a")


def during(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, act: Callable[[], None]
) -> None:
    """Let ``act`` happen once, right before the next call of a function."""
    original = getattr(owner, name)
    waiting = [act]

    def wrapped(*args: object, **kwargs: object) -> object:
        if waiting:
            waiting.pop()()
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, wrapped)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        pytest.param(preparing, "chunk_text", id="while it is chunked"),
        pytest.param(build, "publish", id="when all is staged"),
        pytest.param(Snapshots, "write", id="before the snapshot is written"),
        pytest.param(Snapshots, "_seal", id="while the snapshot is written"),
        pytest.param(Snapshots, "remove_all_but", id="when all is published"),
    ],
)
def test_a_deletion_while_its_job_runs_holds(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    ingest(folder, A, B)
    during(monkeypatch, owner, name, lambda: folder.library.delete("a"))

    job = ingest(folder, A | {"text": "Өфөлә яңы мәктәп асылды."}, B | {"title": "Сибай"})

    assert job.state == "succeeded"
    assert everything(folder) == ["b"]
    with pytest.raises(Gone):
        folder.library.get("a")
    assert verify_data(folder.catalog, folder.snapshots) == []
    ingest(folder, A)
    assert everything(folder) == ["a", "b"]


def test_others_are_still_found_when_what_was_only_staged_is_deleted(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(folder, A)
    seen: list[bool] = []

    def delete_and_look() -> None:
        folder.library.delete("long")
        with folder.index.view() as view:
            seen.append(view.is_empty)

    during(monkeypatch, build, "publish", delete_and_look)
    ingest(folder, {"id": "long", "text": "Бик оҙон текст һәм башҡа мәктәп. " * 30})

    assert seen == [False]
    assert everything(folder) == ["a"]


def test_only_one_process_writes_at_a_time(folder: DataFolder) -> None:
    job = folder.jobs.accept([A], 1000)
    other = Indexer(folder.catalog, folder.snapshots, None)  # type: ignore[arg-type] # never used

    with other._writing(timeout=-1) as allowed:
        assert allowed
        assert folder.indexer.run_next() is False
        assert folder.jobs.get(job).state == "queued"

    assert folder.indexer.run_next() is True
    assert folder.jobs.get(job).state == "succeeded"


def test_what_was_deleted_while_it_was_queued_is_gone_until_it_comes_again(
    folder: DataFolder,
) -> None:
    job = folder.jobs.accept([A], 1000)

    folder.library.delete(A["id"])

    for _ in range(2):
        with pytest.raises(Gone):
            folder.library.get(A["id"])
        with pytest.raises(Gone):
            folder.library.delete(A["id"])
        folder.indexer.run_until(job)
    ingest(folder, A)
    assert folder.library.get(A["id"]).version == 1
