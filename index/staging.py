"""Staging: new versions of documents, chunked and embedded, beside the live ones.

Vectors are found again by a hash of what was embedded, so that nothing is embedded twice: neither
after a crash, nor where a document changed in one place, nor for a copy of it.
"""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from index.catalog import Catalog, now
from index.chunking import Chunk, chunk_text
from index.documents import Document
from index.duplicates import assign
from index.embedding.protocol import Embedder
from index.text.language import detect_language, language_of_parts
from index.text.sentences import sentence_spans

_CHARACTERS_AT_A_TIME = 300_000  # some 500 chunks: hardly a wait for the last of them
_TITLE_TOKENS = 48

# What makes a version differ from the one before.
_COMPARED = """
    title IS ? AND declared_language IS ? AND url IS ? AND published_at IS ? AND source IS ?
    AND metadata IS ? AND translation_of IS ? AND sections IS ? AND sha256 IS ?
"""
_VERSION = "SELECT title, text FROM versions WHERE document_id = ? AND version = ?"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A chunk and the text that is embedded for it, with its key."""

    chunk: Chunk
    key: bytes
    text: str


class Stager:
    """Brings the pending documents of a job into the catalog, without making them live."""

    def __init__(self, catalog: Catalog, embedder: Embedder, chunk_tokens: int) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._chunk_tokens = chunk_tokens
        self._model = json.dumps(asdict(embedder.spec), sort_keys=True).encode()

    def stage_next(self, job: int) -> bool:
        """Stage the next pending documents of a job; False where none is left."""
        batch = self._next_batch(job)
        with self._catalog.reading() as connection:
            changed = {p: d for p, d in batch.items() if not _is_latest(connection, d)}
        prepared = {p: self._prepare(d.title, d.text) for p, d in changed.items()}
        vectors = self._vectors([item for items in prepared.values() for item in items])
        with self._catalog.writing() as connection:
            for position in batch:
                if not _still_pending(connection, job, position):
                    continue  # deleted meanwhile
                version = None
                if position in changed:
                    document = changed[position]
                    version = _insert_version(connection, document)
                    _insert_chunks(connection, document.id, version, prepared[position], vectors)
                    assign(connection, document.id, version, document.text)
                connection.execute(
                    "UPDATE items SET state = ?, payload = NULL, staged_version = ?, chunks = ? "
                    "WHERE job = ? AND position = ?",
                    (
                        "unchanged" if version is None else "staged",
                        version,
                        len(prepared.get(position, ())),
                        job,
                        position,
                    ),
                )
        return bool(batch)

    def restage(self, document_id: str, version: int) -> None:
        """Chunk and embed a version that is there and has no chunks."""
        with self._catalog.reading() as connection:
            row = connection.execute(_VERSION, (document_id, version)).fetchone()
        if row is None:
            return
        prepared = self._prepare(row["title"], row["text"])
        vectors = self._vectors(prepared)
        with self._catalog.writing() as connection:
            if connection.execute(_VERSION, (document_id, version)).fetchone():  # else deleted
                _insert_chunks(connection, document_id, version, prepared, vectors)

    def _next_batch(self, job: int) -> dict[int, Document]:
        """Return pending documents by position; no two of one id, which are compared in turn."""
        batch: dict[int, Document] = {}
        characters = 0
        with self._catalog.reading() as connection:
            for position, payload in connection.execute(
                "SELECT position, payload FROM items WHERE job = ? AND state = 'pending' "
                "ORDER BY position",
                (job,),
            ):
                document = Document(**json.loads(payload))
                characters += len(document.text)
                repeated = any(document.id == other.id for other in batch.values())
                if batch and (repeated or characters > _CHARACTERS_AT_A_TIME):
                    break
                batch[position] = document
        return batch

    def _prepare(self, title: str | None, text: str) -> list[_Prepared]:
        """Chunk a text; its title is embedded as context of every passage."""
        context = self._embedder.first_tokens(title, _TITLE_TOKENS) + "\n" if title else ""
        prepared = []
        for chunk in chunk_text(text, self._embedder.count_tokens, self._chunk_tokens):
            given = context + chunk.span.of(text)
            key = hashlib.sha256(self._model + b"\0" + given.encode()).digest()
            prepared.append(_Prepared(chunk, key, given))
        return prepared

    def _vectors(self, prepared: Sequence[_Prepared]) -> dict[bytes, bytes]:
        """Return vectors as little-endian float32 by key, embedding only what is not known yet."""
        wanted = {item.key: item.text for item in prepared}
        vectors: dict[bytes, bytes] = {}
        with self._catalog.reading() as connection:
            for key in wanted:
                row = connection.execute(
                    "SELECT vector FROM chunks WHERE input_key = ? LIMIT 1", (key,)
                ).fetchone()
                if row is not None:
                    vectors[key] = row["vector"]
        new = [key for key in wanted if key not in vectors]
        if new:
            embedded = self._embedder.embed_passages([wanted[key] for key in new])
            for key, vector in zip(new, embedded, strict=True):
                vectors[key] = vector.astype("<f4").tobytes()
        return vectors


def _still_pending(connection: sqlite3.Connection, job: int, position: int) -> bool:
    row = connection.execute(
        "SELECT state FROM items WHERE job = ? AND position = ?", (job, position)
    ).fetchone()
    return bool(row["state"] == "pending")


def _values(document: Document) -> tuple[object, ...]:
    return (
        document.title, document.language, document.url, document.published_at, document.source,
        json.dumps(document.metadata, ensure_ascii=False, sort_keys=True), document.translation_of,
        json.dumps(document.sections, ensure_ascii=False), document.sha256,
    )  # fmt: skip


def _is_latest(connection: sqlite3.Connection, document: Document) -> bool:
    """Whether the newest version, live or staged, says the same."""
    row = connection.execute(
        f"SELECT {_COMPARED} FROM versions WHERE document_id = ? ORDER BY version DESC LIMIT 1",
        (*_values(document), document.id),
    ).fetchone()
    return row is not None and bool(row[0])


def _insert_version(connection: sqlite3.Connection, document: Document) -> int:
    (last,) = connection.execute(
        "SELECT max(version) FROM (SELECT version FROM versions WHERE document_id = :id "
        "UNION ALL SELECT version FROM documents WHERE id = :id)",
        {"id": document.id},
    ).fetchone()
    version = (last or 0) + 1
    connection.execute(
        "INSERT INTO versions (title, declared_language, url, published_at, source, metadata, "
        "translation_of, sections, sha256, "
        "document_id, version, language, text, characters, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *_values(document),
            document.id,
            version,
            document.language or _language(document.text),
            document.text,
            len(document.text),
            now(),
        ),
    )
    return version


def _insert_chunks(
    connection: sqlite3.Connection,
    document_id: str,
    version: int,
    prepared: Sequence[_Prepared],
    vectors: dict[bytes, bytes],
) -> None:
    connection.executemany(
        'INSERT INTO chunks (document_id, version, start, "end", language, input_key, vector) '
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                document_id, version, item.chunk.span.start, item.chunk.span.end,
                item.chunk.language, item.key, vectors[item.key],
            )
            for item in prepared
        ],
    )  # fmt: skip


def _language(text: str) -> str:
    return language_of_parts(
        [(detect_language(s.of(text)).language, len(s)) for s in sentence_spans(text)]
    )
