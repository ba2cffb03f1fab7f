"""Where no worker is needed, or there is none."""

import socket
import sys
from pathlib import Path

import pytest

from index.chunking import Chunk
from index.distributed import workers
from index.distributed.blocks import given_of, given_table, prepared_of, prepared_table
from index.distributed.workers import grouped
from index.embedding import open_embedder
from index.errors import NoWorkers
from index.preparing import Given, Prepared, PreparedChunk, Preparer
from index.settings import IndexSettings
from index.text.spans import Span
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.distributed.watched import DOCUMENTS, Broken, with_workers


def test_a_small_job_needs_no_workers_and_neither_does_what_has_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "find_spec", lambda name: pytest.fail("Ray was wanted"))
    ingest(fake_folder(tmp_path), *DOCUMENTS)
    folder = with_workers(tmp_path, Broken, None)

    job = ingest(folder, *DOCUMENTS, {"id": "new", "text": "Яңы күпер."})

    assert (job.unchanged, job.added) == (len(DOCUMENTS), 1)


def test_without_ray_the_job_waits_and_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    folder = with_workers(tmp_path, FakeEmbedder)
    job_id = folder.jobs.accept(DOCUMENTS, 10_000)

    with pytest.raises(NoWorkers, match="pip install"):
        folder.indexer.run_until(job_id)
    assert folder.jobs.get(job_id).finished_at is None


def test_where_no_cluster_listens_the_job_waits(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    folder = with_workers(tmp_path, FakeEmbedder, address=address)
    job_id = folder.jobs.accept(DOCUMENTS, 10_000)

    with pytest.raises(NoWorkers, match=f"{address}.*refused"):
        folder.indexer.run_until(job_id)
    assert folder.jobs.get(job_id).finished_at is None


def test_a_worker_of_another_version_is_refused() -> None:
    settings = IndexSettings(chunk_tokens=64)
    same = Preparer(open_embedder(settings), 64).made_by

    assert workers.open_preparer_there(settings, same).made_by == same
    with pytest.raises(NoWorkers, match="another version"):
        workers.open_preparer_there(settings, same.replace("64", "96"))


def test_what_goes_to_workers_and_comes_back_is_what_was_given() -> None:
    documents = [
        Given("Күпер", "Яңы күпер.\n", frozenset({b"\0" * 32, b"\xff" * 32})),
        Given(None, ""),
    ]
    chunk = PreparedChunk(Chunk(Span(0, 10), "ba"), b"\1" * 32, "Күпер\nЯңы күпер.")
    prepared = [Prepared([chunk], {chunk.key: b"\0\1"}), Prepared([], {})]

    assert given_of(given_table(documents)) == documents
    assert prepared_of(prepared_table(prepared)) == prepared
    assert [len(g) for g in grouped([Given(None, "x" * n) for n in (5, 5, 30, 1, 8)], 10)] == [
        2, 1, 2,
    ]  # fmt: skip
