"""Versions of documents and their chunks, as rows of the catalog."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from index.catalog import now
from index.documents import Document
from index.preparing import PreparedChunk
from index.text.language import detect_language, language_of_parts
from index.text.sentences import sentence_spans

# What makes a version differ from the one before.
_COMPARED = """
    title IS ? AND declared_language IS ? AND url IS ? AND published_at IS ? AND source IS ?
    AND metadata IS ? AND translation_of IS ? AND sections IS ? AND sha256 IS ?
"""


def is_latest(connection: sqlite3.Connection, document: Document) -> bool:
    """Whether the newest version, live or staged, says the same."""
    row = connection.execute(
        f"SELECT {_COMPARED} FROM versions WHERE document_id = ? ORDER BY version DESC LIMIT 1",
        (*_values(document), document.id),
    ).fetchone()
    return row is not None and bool(row[0])


def insert_version(connection: sqlite3.Connection, document: Document) -> int:
    """Put a new version of a document beside those that are there, and return its number."""
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


def insert_chunks(
    connection: sqlite3.Connection,
    document_id: str,
    version: int,
    chunks: Sequence[PreparedChunk],
    vectors: Mapping[bytes, bytes],
) -> None:
    """Put the chunks of a version in, numbered one after the other."""
    connection.executemany(
        'INSERT INTO chunks (document_id, version, start, "end", language, input_key, vector) '
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                document_id, version, item.chunk.span.start, item.chunk.span.end,
                item.chunk.language, item.key, vectors[item.key],
            )
            for item in chunks
        ],
    )  # fmt: skip


def _values(document: Document) -> tuple[object, ...]:
    return (
        document.title, document.language, document.url, document.published_at, document.source,
        json.dumps(document.metadata, ensure_ascii=False, sort_keys=True), document.translation_of,
        json.dumps(document.sections, ensure_ascii=False), document.sha256,
    )  # fmt: skip


def _language(text: str) -> str:
    return language_of_parts(
        [(detect_language(s.of(text)).language, len(s)) for s in sentence_spans(text)]
    )
