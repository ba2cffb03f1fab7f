"""The queue: what was accepted stays accepted, and each document has its outcome."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from index import build, staging
from index.errors import Conflict, InvalidDocument, NotFound
from index.folder import DataFolder
from index.job_records import JobRecord
from index.jobs import Jobs
from index.readers import Unreadable
from index.snapshot import Snapshots, verify_data
from index.staging import Stager
from tests.fakes import fake_folder, ingest

GOOD = {"id": "a", "text": "Өфө ҡалаһы."}


def test_an_accepted_job_is_queued_and_found_by_another_process(folder: DataFolder) -> None:
    job_id = folder.jobs.accept([GOOD, {"id": "b", "text": "Уфа."}], 1000)

    elsewhere = fake_folder(folder.catalog.data_dir)
    job = elsewhere.jobs.get(job_id)

    assert (job.state, job.total, job.done, job.finished_at) == ("queued", 2, 0, None)
    assert elsewhere.jobs.oldest_open() == job


def test_what_waits_takes_no_more_room_than_its_text(folder: DataFolder) -> None:
    text = "Өфө ҡалаһы. " * 1000
    folder.jobs.accept([{"id": "a", "text": text, "title": "Өфө"}], 100_000)

    with folder.catalog.reading() as connection:
        (size,) = connection.execute("SELECT length(CAST(payload AS BLOB)) FROM items").fetchone()
    assert size < 1.02 * len(text.encode())


def test_jobs_are_worked_on_in_the_order_of_their_acceptance(folder: DataFolder) -> None:
    first = folder.jobs.accept([{"id": "a", "text": "беренсе"}], 1000)
    second = folder.jobs.accept([{"id": "a", "text": "икенсе"}], 1000)

    folder.indexer.run_until(second)

    assert folder.jobs.get(first).state == "succeeded"
    assert folder.library.text("a") == "икенсе"
    assert folder.library.text("a", 1) == "беренсе"
    assert folder.jobs.oldest_open() is None


def test_a_bad_document_fails_alone_with_its_reason(folder: DataFolder) -> None:
    job = ingest(
        folder,
        GOOD,
        {"id": "b", "text": ""},
        Unreadable("c.txt", InvalidDocument("document.binary")),
        {"id": "d\n", "text": "текст"},
        {"text": 5},
        {"id": "e", "text": "Уфа."},
    )

    assert (job.state, job.total, job.added, job.failed, job.done) == ("succeeded", 6, 2, 4, 6)
    assert [(e.index, e.document, e.key) for e in job.errors] == [
        (1, "b", "document.empty"),
        (2, "c.txt", "document.binary"),
        (3, "d\n", "document.id"),
        (4, None, "document.no_text"),
    ]
    assert [record.id for record in folder.library.page(None, 10)] == ["a", "e"]


def test_a_reason_is_told_in_each_language(folder: DataFolder) -> None:
    (error,) = ingest(folder, {"id": "a", "text": "x", "published_at": "вчера"}).errors

    assert error.reason("en").startswith("published_at is not a date")
    assert error.reason("ru").startswith("published_at — не дата")
    assert error.reason("ba").startswith("published_at — дата түгел")


def test_a_job_of_nothing_but_bad_documents_succeeds_and_publishes_nothing(
    folder: DataFolder,
) -> None:
    job = ingest(folder, {"id": "b", "text": ""})

    assert (job.state, job.failed, job.index_version) == ("succeeded", 1, None)
    assert not list((folder.catalog.data_dir).glob("snapshots/*"))


def test_an_empty_job_succeeds(folder: DataFolder) -> None:
    job = ingest(folder)

    assert (job.state, job.total, job.done) == ("succeeded", 0, 0)


@pytest.mark.parametrize("identifier", ["a\ud800", "\udcff.txt", "x" * 5000, "\0"])
def test_an_id_that_cannot_be_stored_fails_its_document_alone(
    folder: DataFolder, identifier: str
) -> None:
    job = ingest(folder, {"id": identifier, "text": "текст"}, GOOD)

    assert (job.state, job.added, job.failed) == ("succeeded", 1, 1)
    (error,) = job.errors
    assert error.document is not None
    assert len(error.document.encode()) <= 600


def test_an_unknown_job_is_not_found(folder: DataFolder) -> None:
    with pytest.raises(NotFound, match="0123"):
        folder.jobs.get("0123")


def test_progress_is_told_until_all_is_done(folder: DataFolder) -> None:
    told = []
    job_id = folder.jobs.accept([{"id": i, "text": f"текст {i}"} for i in "abc"], 1000)

    folder.indexer.run_until(job_id, lambda job: told.append((job.state, job.staged, job.done)))

    assert told == [("queued", 0, 0), ("running", 3, 0), ("succeeded", 0, 3)]


def test_progress_says_chunks_and_how_long_the_rest_takes(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CHARACTERS_AT_A_TIME", 1)
    text = "Өфөлә яңы мәктәп асылды. " * 20
    told: list[JobRecord] = []
    documents = [{"id": i, "text": text + i} for i in "abcd"]

    done = folder.indexer.run_until(
        folder.jobs.accept([*documents, {"text": 1}], 1000), told.append
    )

    assert [job.ready for job in told] == [1, 2, 3, 4, 5, 5]  # what cannot be used is ready at once
    assert [job.chunks for job in told] == [n * done.chunks // 4 for n in (0, 1, 2, 3, 4, 4)]
    assert done.chunks == folder.library.census().chunks
    begun, *running, finished = told
    assert begun.seconds_left is finished.seconds_left is None
    assert all(job.seconds_left is not None for job in running)
    passed = 10.0
    half = dataclasses.replace(
        running[1],
        resumed_at=(datetime.now(UTC) - timedelta(seconds=passed)).isoformat(),
        resumed_characters=running[0].characters_ready,
    )
    assert half.seconds_left == pytest.approx(2 * passed, rel=0.1)  # one in ten seconds, two left


def test_a_job_is_refused_as_a_whole_when_its_documents_cannot_be_read(folder: DataFolder) -> None:
    def documents() -> Iterator[dict[str, str]]:
        yield GOOD
        raise RuntimeError("the connection is gone")

    with pytest.raises(RuntimeError):
        folder.jobs.accept(documents(), 1000)

    assert Jobs(folder.catalog).oldest_open() is None


def test_a_job_that_waits_is_cancelled_and_the_next_one_runs(folder: DataFolder) -> None:
    first = folder.jobs.accept([GOOD], 1000)
    second = folder.jobs.accept([{"id": "b", "text": "Уфа."}], 1000)

    cancelled = folder.jobs.cancel(first)
    folder.indexer.run_until(second)

    assert (cancelled.state, cancelled.done, cancelled.total) == ("cancelled", 0, 1)
    assert folder.jobs.get(first) == folder.jobs.cancel(first) == cancelled
    assert [item.state for item in folder.jobs.items(first, -1, 9)] == ["cancelled"]
    assert [record.id for record in folder.library.page(None, 9)] == ["b"]


@pytest.mark.parametrize(
    ("owner", "name", "call"),
    [(Stager, "_next_batch", 1), (Stager, "_next_batch", 2), (build, "publish", 1),
     (Snapshots, "_seal", 1)],
)  # fmt: skip
def test_a_job_is_cancelled_while_it_runs(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, call: int
) -> None:
    ingest(folder, {"id": "b", "text": "Уфа ҡалаһы."})
    job_id = folder.jobs.accept([GOOD, {"id": "b", "text": "Уфа."}], 1000)
    original, calls = getattr(owner, name), []

    def wrapped(*args: object) -> object:
        calls.append(name)
        if len(calls) == call:
            folder.jobs.cancel(job_id)
        return original(*args)

    monkeypatch.setattr(owner, name, wrapped)
    job = folder.indexer.run_until(job_id)
    monkeypatch.undo()

    assert (job.state, job.added, job.updated) == ("cancelled", 0, 0)
    assert folder.library.text("b") == "Уфа ҡалаһы."
    assert verify_data(folder.catalog, folder.snapshots) == []
    assert ingest(folder, GOOD).added == 1
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_a_finished_job_cannot_be_cancelled(folder: DataFolder) -> None:
    with pytest.raises(Conflict):
        folder.jobs.cancel(ingest(folder, GOOD).id)


def test_jobs_and_their_items_are_listed_in_pages(folder: DataFolder) -> None:
    jobs = [ingest(folder, {"id": "a", "text": f"текст {n}"}, {"text": 1}) for n in range(3)]

    assert [job.id for job in folder.jobs.page(None, 2)] == [jobs[2].id, jobs[1].id]
    assert folder.jobs.page(jobs[1].sequence, 9) == [jobs[0]]
    (second,) = folder.jobs.items(jobs[0].id, 0, 9)
    assert (second.index, second.state) == (1, "failed")
    assert second.error == jobs[0].errors[0]
