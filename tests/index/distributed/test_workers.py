"""Documents chunked and embedded by other processes: the same folder comes of it, whoever dies."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from index.embedding.protocol import EmbedderSpec
from index.errors import NoWorkers, Unavailable
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.distributed.watched import (
    DOCUMENTS,
    Broken,
    Held,
    Watched,
    assert_same,
    embedded,
    with_workers,
)


def killed_when_held(notes: Path) -> threading.Thread:
    """Kill the process that is held, as soon as there is one."""

    def kill() -> None:
        until = time.monotonic() + 120
        held = notes / "held"
        while not (held.exists() and held.read_text().endswith("\n")):
            assert time.monotonic() < until
            time.sleep(0.01)
        os.kill(int(held.read_text()), signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    folder = with_workers(tmp_path / "by workers", Held, tmp_path)
    killing = killed_when_held(tmp_path)
    job = ingest(folder, *DOCUMENTS)
    killing.join()
    alone = fake_folder(tmp_path / "alone")
    ingest(alone, *DOCUMENTS)

    assert (job.state, job.added, job.failed) == ("succeeded", len(DOCUMENTS), 0)
    done = embedded(tmp_path)
    victim = int((tmp_path / "held").read_text())
    processes = {pid for pid, _ in done}
    assert os.getpid() not in processes
    assert len(processes - {victim}) >= 2  # the other one, and the one in the victim's place
    texts = [text for _, block in done for text in block]
    assert len(texts) == len(set(texts)) == job.chunks
    assert_same(folder, alone, "мост", "Документ 7", "Белую")


def test_workers_embed_only_what_a_changed_document_did_not_hold(tmp_path: Path) -> None:
    changed = [
        {**one, "text": one["text"] + f" Новый мост {n}."} for n, one in enumerate(DOCUMENTS)
    ]
    again = [*DOCUMENTS[:3], *changed[1:], DOCUMENTS[5], changed[6]]
    for name in ("by workers", "alone"):
        ingest(fake_folder(tmp_path / name), *DOCUMENTS)
    folder = with_workers(tmp_path / "by workers", Watched, tmp_path)
    here = FakeEmbedder()
    alone = fake_folder(tmp_path / "alone", here)
    job, _ = ingest(folder, *again), ingest(alone, *again)

    assert (job.unchanged, job.updated) == (4, 24)
    texts = [text for _, block in embedded(tmp_path) for text in block]
    assert set(texts) == set(here.embedded)
    assert len(texts) < job.chunks / 5
    assert_same(folder, alone, "новый мост")


def test_an_index_is_rebuilt_by_workers(tmp_path: Path) -> None:
    newer = EmbedderSpec("fake", "2", "query: ", "passage: ", "sum of words")
    for name in ("by workers", "alone"):
        ingest(fake_folder(tmp_path / name), *DOCUMENTS)
    folder = with_workers(tmp_path / "by workers", Watched, tmp_path, newer, spec=newer)
    alone = fake_folder(tmp_path / "alone", FakeEmbedder(newer))
    told: list[tuple[int, int]] = []
    folder.indexer.rebuild(lambda *done: told.append(done))
    alone.indexer.rebuild(lambda *done: None)

    assert told[-1] == (len(DOCUMENTS), len(DOCUMENTS))
    assert os.getpid() not in {pid for pid, _ in embedded(tmp_path)}
    assert_same(folder, alone, "Документ 7")


def test_what_stops_a_worker_fails_its_job_with_the_reason(tmp_path: Path) -> None:
    folder = with_workers(tmp_path, Broken, Unavailable("model.not_loadable", model="x"))
    job = ingest(folder, *DOCUMENTS)

    assert (job.state, job.failed) == ("failed", len(DOCUMENTS))
    assert "cannot be loaded" in job.errors[0].reason("en")
    assert folder.library.census().chunks == 0


def test_a_job_whose_workers_are_lost_again_and_again_waits_and_is_done_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.distributed.workers._SECONDS_WITHOUT_A_BLOCK", 5.0)
    folder = with_workers(tmp_path / "data", Broken, None)
    job_id = folder.jobs.accept(DOCUMENTS, 10_000)
    with pytest.raises(NoWorkers):
        folder.indexer.run_until(job_id)

    assert folder.jobs.get(job_id).state == "running"
    assert fake_folder(tmp_path / "data").indexer.run_until(job_id).added == len(DOCUMENTS)


def test_a_job_is_cancelled_while_workers_are_at_it(tmp_path: Path) -> None:
    folder = with_workers(tmp_path / "data", Watched, tmp_path)
    job_id = folder.jobs.accept(DOCUMENTS, 10_000)

    def cancel(record: Any) -> None:
        if record.staged and record.finished_at is None:
            folder.jobs.cancel(job_id)

    job = folder.indexer.run_until(job_id, cancel)

    assert (job.state, job.added, job.staged) == ("cancelled", 0, 0)
    assert folder.library.census().chunks == 0
