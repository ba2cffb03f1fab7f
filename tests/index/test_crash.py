"""A process that is killed at any point: the last snapshot serves, and the job goes on."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import publish, staging
from index.folder import DataFolder
from index.snapshot import Snapshots, verify_data
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.searching import dense, lexical

BEFORE = [
    {"id": "kept", "text": "Китапхана асылды."},
    {"id": "changed", "text": "Иҫке мәктәп ябылды."},
    {"id": "deleted", "text": "Музей төҙөлә."},
]
JOB = [
    {"id": "changed", "text": "Яңы мәктәп асылды."},
    {"id": "kept", "text": "Китапхана асылды."},
    {"id": "new", "text": "Театр төҙөлдө."},
    {"id": "bad", "text": ""},
    {"id": "last", "text": "Стадион әҙер."},
]


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _before(patch: pytest.MonkeyPatch, owner: Any, name: str, calls: int = 1) -> None:
    """Let the process be killed at the beginning of a call."""
    original, counted = getattr(owner, name), []

    def wrapped(*args: object, **kwargs: object) -> object:
        counted.append(name)
        if len(counted) == calls:
            _die()
        return original(*args, **kwargs)

    patch.setattr(owner, name, wrapped)


def _after(patch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let the process be killed at the end of a call."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *args, **kwargs: _die(original(*args, **kwargs)))


# Where the child dies, and whether what it did is in force by then.
POINTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], bool]] = {
    "when the job begins": (lambda p: _before(p, staging.Stager, "_next_batch"), False),
    "while the first document is embedded": (
        lambda p: _before(p, FakeEmbedder, "embed_passages"),
        False,
    ),
    "while the second is embedded": (
        lambda p: _before(p, FakeEmbedder, "embed_passages", 2),
        False,
    ),
    "while a document is staged": (lambda p: _after(p, staging, "insert_version"), False),
    "when all is staged": (lambda p: _before(p, publish, "_additions"), False),
    "while the snapshot is written": (lambda p: _before(p, Snapshots, "_seal"), False),
    "when the snapshot is written": (lambda p: _after(p, Snapshots, "write"), False),
    "inside the transaction that publishes": (lambda p: _after(p, publish, "_make_live"), False),
    "when all is published": (lambda p: _before(p, Snapshots, "remove_all_but"), True),
}


def _child(data_dir: Path, job: str, point: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "CHARACTERS_AT_A_TIME", 1)  # a transaction for each document
        folder = fake_folder(data_dir)
        POINTS[point][0](patch)
        folder.indexer.run_until(job)


def _die_at(point: str, data_dir: Path, job: str) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_child, args=(data_dir, job, point))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL


def found(folder: DataFolder, word: str) -> list[str]:
    (query,) = FakeEmbedder().embed_queries([word])
    with folder.index.view() as view:
        ids = lexical(view, word, language="ba")
        assert set(ids) <= set(dense(view, query))
        return sorted(p.document_id for p in view.passages(ids))


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_point_loses_nothing_and_shows_nothing_half_done(
    tmp_path: Path, point: str
) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, *BEFORE)
    before = folder.index.version()
    job = folder.jobs.accept(JOB, 1000)

    _die_at(point, tmp_path, job)

    in_force = POINTS[point][1]
    after = fake_folder(tmp_path)
    assert verify_data(after.catalog, after.snapshots) == []
    assert (after.index.version() != before) == in_force
    assert found(after, "мәктәп") == ["changed"]
    assert found(after, "иҫке") == ([] if in_force else ["changed"])
    assert found(after, "театр стадион") == (["last", "new"] if in_force else [])
    assert found(after, "китапхана") == ["kept"]
    assert after.jobs.get(job).state == ("succeeded" if in_force else "running")

    finished = after.indexer.run_until(job)

    assert (finished.state, finished.added, finished.updated) == ("succeeded", 2, 1)
    assert (finished.unchanged, finished.failed) == (1, 1)
    assert [r.id for r in after.library.page(None, 9)] == [
        "changed", "deleted", "kept", "last", "new",
    ]  # fmt: skip
    assert found(after, "иҫке") == []
    assert found(after, "театр стадион мәктәп") == ["changed", "last", "new"]
    assert after.library.get("changed").version == 2
    assert finished.index_version == after.index.version()
    assert verify_data(after.catalog, after.snapshots) == []

    ingest(after, {"id": "next", "text": "Килер эш."})
    names = {path.name for path in (tmp_path / "snapshots").iterdir()}
    assert names == {finished.index_version, after.index.version()}


def test_nothing_is_embedded_twice_after_a_crash(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, *BEFORE)
    job = folder.jobs.accept(JOB, 1000)

    _die_at("when all is staged", tmp_path, job)
    embedder = FakeEmbedder()
    fake_folder(tmp_path, embedder).indexer.run_until(job)

    assert embedder.embedded == []


def test_a_deletion_after_a_crash_holds_when_the_job_goes_on(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, *BEFORE)
    job = folder.jobs.accept(JOB, 1000)

    _die_at("when the snapshot is written", tmp_path, job)
    after = fake_folder(tmp_path)
    after.library.delete("new")
    after.library.delete("changed")
    finished = after.indexer.run_until(job)

    assert (finished.added, finished.superseded) == (1, 2)
    assert [r.id for r in after.library.page(None, 9)] == ["deleted", "kept", "last"]
    assert found(after, "мәктәп театр стадион") == ["last"]
    assert verify_data(after.catalog, after.snapshots) == []
