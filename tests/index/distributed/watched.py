"""Data folders whose jobs other processes do, and embedders that tell what they were given."""

import json
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from index.build import Indexer
from index.distributed.workers import RayWorkers
from index.embedding.protocol import EmbedderSpec, FloatMatrix
from index.folder import DataFolder
from index.preparing import Preparer
from index.snapshot import verify_data
from index.staging import Stager
from tests.fakes import FAKE_SPEC, FakeEmbedder, fake_folder
from tests.index.searching import dense, lexical

CHUNK_TOKENS = 32
DOCUMENTS = [
    {
        "id": f"d{n}",
        "title": f"Мост {n}",
        "text": " ".join(f"Документ {n} о мостах через Белую, часть {m}." for m in range(20)),
    }
    for n in range(24)
]


def embedded(notes: Path) -> list[tuple[int, list[str]]]:
    """What was embedded by which process, block by block."""
    file = notes / "embedded"
    lines = file.read_text().splitlines() if file.exists() else []
    return [(pid, texts) for pid, texts in map(json.loads, lines)]


class Watched(FakeEmbedder):
    """Notes in a folder which process has embedded what."""

    def __init__(self, notes: Path, spec: EmbedderSpec = FAKE_SPEC) -> None:
        super().__init__(spec)
        self._notes = notes

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        vectors = super().embed_passages(texts)
        line = json.dumps([os.getpid(), list(texts)]) + "\n"
        with (self._notes / "embedded").open("a") as notes:
            notes.write(line)
        return vectors


class Held(Watched):
    """The first process to embed after three blocks were done stops in the middle of its own."""

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        if len(embedded(self._notes)) >= 3:
            try:
                with (self._notes / "held").open("x") as held:
                    held.write(f"{os.getpid()}\n")
            except FileExistsError:
                pass
            else:
                signal.pause()
        return super().embed_passages(texts)


class Broken(FakeEmbedder):
    """Raises, or ends its process."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self._error = error

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        if self._error is None:
            os.kill(os.getpid(), signal.SIGKILL)
        raise self._error or AssertionError


def preparer_of(kind: Callable[..., FakeEmbedder], *given: Any) -> Preparer:
    return Preparer(kind(*given), CHUNK_TOKENS)


def with_workers(
    data_dir: Path,
    kind: Callable[..., FakeEmbedder],
    *given: Any,
    spec: EmbedderSpec = FAKE_SPEC,
    address: str = "",
) -> DataFolder:
    """A data folder whose large jobs two workers do, with embedders of this kind."""
    folder = fake_folder(data_dir, FakeEmbedder(spec), CHUNK_TOKENS)
    two = RayWorkers(2, address, partial(preparer_of, kind, *given))
    stager = Stager(folder.catalog, Preparer(folder.embedder, CHUNK_TOKENS), two)
    folder.indexer = Indexer(folder.catalog, folder.snapshots, stager)
    return folder


def rows(folder: DataFolder) -> dict[str, list[tuple[Any, ...]]]:
    """All that the catalog holds of documents, chunks and jobs, without the times."""
    tables = ("documents", "versions", "chunks", "items", "clusters", "bands", "tombstones")
    found = {}
    with folder.catalog.reading() as connection:
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            names = ", ".join(f'"{name}"' for name in columns if name != "updated_at")
            order = ", ".join(str(n + 1) for n in range(names.count(",") + 1))
            read = connection.execute(f"SELECT {names} FROM {table} ORDER BY {order}")
            found[table] = [tuple(row) for row in read]
    return found


def hits(folder: DataFolder, query: str) -> tuple[list[int], list[int]]:
    """What the published snapshot finds, by vectors and by words, in order."""
    vectors = folder.embedder.embed_queries([query])[0]
    with folder.index.view() as view:
        return dense(view, vectors), lexical(view, query)


def assert_same(folder: DataFolder, other: DataFolder, *queries: str) -> None:
    assert rows(folder) == rows(other)
    for query in queries:
        assert hits(folder, query) == hits(other, query)
    assert verify_data(folder.catalog, folder.snapshots) == []
