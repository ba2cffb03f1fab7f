"""Staging: new versions of documents, chunked and embedded, beside the live ones.

Vectors are found again by a hash of what was embedded, so that nothing is embedded twice: neither
after a crash, nor where a document changed in one place, nor for a copy of it.
"""

import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from index.catalog import Catalog
from index.documents import Document
from index.duplicates import assign
from index.preparing import Given, Prepared, Preparer, Workers
from index.versions import insert_chunks, insert_version, is_latest

CHARACTERS_AT_A_TIME = 300_000  # some 500 chunks: hardly a wait for the last of them


@dataclass(frozen=True, slots=True)
class _Pending:
    """A document of a job that waits; not ``changed``: it says what its newest version says."""

    position: int
    document: Document
    changed: bool


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
        while batch := self._next_batch(job):
            written = [pending for pending in batch if not pending.changed]
            changed = [pending for pending in batch if pending.changed]
            left = iter(changed)
            for prepared in self._prepared([self._given(p.document) for p in changed]):
                written += islice(left, len(prepared))
                self._write(job, written, prepared)
                written = []
                yield

    def restage(self, versions: Sequence[tuple[str, int]]) -> Iterator[int]:
        """Chunk and embed versions, as (id, version), that are there and have no chunks.

        Yields after each transaction how many are done.
        """
        done = 0
        while batch := self._next_texts(versions, done):
            for prepared in self._prepared(batch):
                self._write_chunks(versions[done : done + len(prepared)], prepared)
                done += len(prepared)
                yield done

    @property
    def _most_characters(self) -> int:
        return CHARACTERS_AT_A_TIME if self._workers is None else self._workers.most_characters

    def _next_batch(self, job: int) -> list[_Pending]:
        batch: list[_Pending] = []
        seen: set[str] = set()
        characters = 0
        with self._catalog.reading() as connection:
            for position, payload in connection.execute(
                "SELECT position, payload FROM items WHERE job = ? AND state = 'pending' "
                "ORDER BY position",
                (job,),
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

    def _write(self, job: int, batch: Iterable[_Pending], prepared: Sequence[Prepared]) -> None:
        """Stage documents, those that have changed with what was prepared of them."""
        vectors = self._vectors(prepared)
        ready = iter(prepared)
        with self._catalog.writing() as connection:
            for pending in batch:
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

    def _write_chunks(
        self, versions: Sequence[tuple[str, int]], prepared: Sequence[Prepared]
    ) -> None:
        vectors = self._vectors(prepared)
        with self._catalog.writing() as connection:
            for (document_id, version), made in zip(versions, prepared, strict=True):
                if connection.execute(
                    "SELECT 1 FROM versions WHERE document_id = ? AND version = ?",
                    (document_id, version),
                ).fetchone():  # else deleted
                    insert_chunks(connection, document_id, version, made.chunks, vectors)

    def _vectors(self, prepared: Sequence[Prepared]) -> dict[bytes, bytes]:
        """Return vectors of all chunks by key, embedding only what is not known yet."""
        vectors = {key: vector for made in prepared for key, vector in made.vectors.items()}
        wanted = {
            chunk.key: chunk.text
            for made in prepared
            for chunk in made.chunks
            if chunk.key not in vectors
        }
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
