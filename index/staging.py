"""Staging: new versions of documents, chunked and embedded, beside the live ones.

Vectors are found again by a hash of what was embedded, so that nothing is embedded twice: neither
after a crash, nor where a document changed in one place, nor for a copy of it. While some documents
are embedded, those before them are written and the next ones chunked (``overlapping.py``).
"""

import json
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice

from index.catalog import Catalog
from index.documents import Document
from index.duplicates import assign
from index.overlapping import overlapped
from index.preparing import Given, Prepared, Preparer, Workers
from index.versions import insert_chunks, insert_version, is_latest

CHARACTERS_AT_A_TIME = 300_000  # some 500 chunks: hardly a wait for the last of them


@dataclass(frozen=True, slots=True)
class _Pending:
    """A document of a job that waits; not ``changed``: it says what its newest version says."""

    position: int
    document: Document
    changed: bool


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents of a job, and in their order what was prepared of those that have changed."""

    pending: Sequence[_Pending]
    prepared: Sequence[Prepared]


@dataclass(frozen=True, slots=True)
class _Versions:
    """Versions, as (id, version), and what was prepared of each."""

    versions: Sequence[tuple[str, int]]
    prepared: Sequence[Prepared]


Vectors = Mapping[bytes, bytes]


class Stager:
    """Brings the pending documents of a job into the catalog, without making them live.

    Much text at a time is given to ``workers``, where there are some.
    """

    def __init__(
        self, catalog: Catalog, preparer: Preparer, workers: Workers | None = None
    ) -> None:
        self._catalog = catalog
        self._preparer = preparer
        self._workers = workers

    def stage(self, job: int) -> Generator[None, None, None]:
        """Stage the pending documents of a job; yields after each transaction."""
        with closing(
            overlapped(self._batches(job), self._vectors, partial(self._write, job))
        ) as steps:
            for _ in steps:
                yield

    def restage(self, versions: Sequence[tuple[str, int]]) -> Generator[int, None, None]:
        """Chunk and embed versions, as (id, version), that are there and have no chunks.

        Yields after each transaction how many are done.
        """
        done = 0
        with closing(
            overlapped(self._batches_of(versions), self._vectors, self._write_chunks)
        ) as steps:
            for batch in steps:
                done += len(batch.versions)
                yield done

    def _batches(self, job: int) -> Generator[_Batch, None, None]:
        """Yield the pending documents of a job; the last two batches may not be written yet."""
        before: list[_Pending] = []
        last: list[_Pending] = []
        while batch := self._next_batch(job, [*before, *last]):
            pending = [each for each in batch if not each.changed]
            changed = [each for each in batch if each.changed]
            left = iter(changed)
            for prepared in self._prepared([self._given(each.document) for each in changed]):
                yield _Batch([*pending, *islice(left, len(prepared))], prepared)
                pending = []
            before, last = last, batch

    def _batches_of(self, versions: Sequence[tuple[str, int]]) -> Generator[_Versions, None, None]:
        start = 0
        while batch := self._next_texts(versions, start):
            for prepared in self._prepared(batch):
                end = start + len(prepared)
                yield _Versions(versions[start:end], prepared)
                start = end

    @property
    def _most_characters(self) -> int:
        return CHARACTERS_AT_A_TIME if self._workers is None else self._workers.most_characters

    def _next_batch(self, job: int, taken: Sequence[_Pending]) -> list[_Pending]:
        """Return what is pending behind ``taken``, which may not be written yet."""
        batch: list[_Pending] = []
        behind = taken[-1].position if taken else -1
        seen = {pending.document.id for pending in taken}
        characters = 0
        with self._catalog.reading() as connection:
            for position, payload in connection.execute(
                "SELECT position, payload FROM items "
                "WHERE job = ? AND state = 'pending' AND position > ? ORDER BY position",
                (job, behind),
            ):
                document = Document(**json.loads(payload))
                characters += len(document.text)
                if batch and characters > self._most_characters:
                    break
                # What follows under the same id is compared with it when it is there.
                changed = document.id in seen or not is_latest(connection, document)
                seen.add(document.id)
                batch.append(_Pending(position, document, changed))
        return batch

    def _next_texts(self, versions: Sequence[tuple[str, int]], start: int) -> list[Given]:
        """Return texts from ``start`` on; an empty one for a version that is gone."""
        texts: list[Given] = []
        characters = 0
        with self._catalog.reading() as connection:
            for number in range(start, len(versions)):
                row = connection.execute(
                    "SELECT title, text FROM versions WHERE document_id = ? AND version = ?",
                    versions[number],
                ).fetchone()
                text = Given(None, "") if row is None else Given(row["title"], row["text"])
                characters += len(text.text)
                if texts and characters > self._most_characters:
                    break
                texts.append(text)
        return texts

    def _given(self, document: Document) -> Given:
        """Return what is to be prepared, with what earlier versions of it have embedded."""
        if self._workers is None:
            return Given(document.title, document.text)
        with self._catalog.reading() as connection:
            keys = connection.execute(
                "SELECT input_key FROM chunks WHERE document_id = ?", (document.id,)
            )
            return Given(document.title, document.text, frozenset(row[0] for row in keys))

    def _prepared(self, documents: Sequence[Given]) -> Iterator[list[Prepared]]:
        """Yield what becomes of the documents, some at a time, in their order."""
        characters = sum(len(document.text) for document in documents)
        if self._workers is None or characters <= CHARACTERS_AT_A_TIME:
            yield [Prepared(self._preparer.cut(d.title, d.text), {}) for d in documents]
        else:
            with closing(self._workers.prepare(documents)) as parts:
                yield from parts

    def _write(self, job: int, batch: _Batch, vectors: Vectors) -> None:
        """Stage documents, those that have changed with what was prepared of them."""
        ready = iter(batch.prepared)
        with self._catalog.writing() as connection:
            for pending in batch.pending:
                document = pending.document
                chunks = next(ready).chunks if pending.changed else ()
                if not _still_pending(connection, job, pending.position):
                    continue  # deleted meanwhile
                version = None
                if pending.changed and not is_latest(connection, document):
                    version = insert_version(connection, document)
                    insert_chunks(connection, document.id, version, chunks, vectors)
                    assign(connection, document.id, version, document.text)
                connection.execute(
                    "UPDATE items SET state = ?, payload = NULL, staged_version = ?, chunks = ? "
                    "WHERE job = ? AND position = ?",
                    (
                        "unchanged" if version is None else "staged",
                        version,
                        0 if version is None else len(chunks),
                        job,
                        pending.position,
                    ),
                )

    def _write_chunks(self, batch: _Versions, vectors: Vectors) -> None:
        with self._catalog.writing() as connection:
            for (document_id, version), made in zip(batch.versions, batch.prepared, strict=True):
                if connection.execute(
                    "SELECT 1 FROM versions WHERE document_id = ? AND version = ?",
                    (document_id, version),
                ).fetchone():  # else deleted
                    insert_chunks(connection, document_id, version, made.chunks, vectors)

    def _vectors(self, batch: _Batch | _Versions, before: Vectors | None) -> Vectors:
        """Return vectors of all chunks by key, embedding only what is not known yet.

        ``before`` are those of the last batch, which may not be in the catalog yet.
        """
        vectors = {key: vector for made in batch.prepared for key, vector in made.vectors.items()}
        wanted = {
            chunk.key: chunk.text
            for made in batch.prepared
            for chunk in made.chunks
            if chunk.key not in vectors
        }
        if before is not None:
            vectors |= {key: before[key] for key in wanted if key in before}
        with self._catalog.reading() as connection:
            for key in wanted:
                row = connection.execute(
                    "SELECT vector FROM chunks WHERE input_key = ? LIMIT 1", (key,)
                ).fetchone()
                if row is not None:
                    vectors[key] = row["vector"]
        new = {key: text for key, text in wanted.items() if key not in vectors}
        return vectors | self._preparer.embed(new)


def _still_pending(connection: sqlite3.Connection, job: int, position: int) -> bool:
    row = connection.execute(
        "SELECT state FROM items WHERE job = ? AND position = ?", (job, position)
    ).fetchone()
    return bool(row["state"] == "pending")
