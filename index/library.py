"""Documents in the catalog: listing, reading, deleting."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from index.catalog import DELETIONS, Catalog, get_state, set_state
from index.documents import composed_id
from index.errors import Gone, InvalidInput, NotFound
from index.filters import Filters, live_conditions
from index.relations import Relatives, relatives
from index.sections import Sections
from index.text.analysis import fold
from index.text.spans import Span

_LIVE = """
FROM documents d JOIN versions v ON v.document_id = d.id AND v.version = d.version
WHERE NOT d.deleted
"""
_RECORD = """
SELECT d.id, v.title, v.language, v.version, v.characters, v.url, v.published_at, v.source,
    v.metadata, v.translation_of, v.sections, v.updated_at, v.sha256,
    (SELECT count(*) FROM chunks c WHERE c.document_id = d.id AND c.version = v.version) AS chunks
"""

_ALL = Filters()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the catalog knows of a live document, its text aside."""

    id: str
    title: str | None
    language: str
    version: int
    characters: int
    chunks: int
    url: str | None
    published_at: str | None
    source: str | None
    metadata: dict[str, Any]
    translation_of: str | None
    sections: Sections
    updated_at: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A chunk of a live document; ``span`` stands in its text."""

    id: int
    span: Span
    language: str


@dataclass(frozen=True, slots=True)
class Census:
    """How many live documents and chunks there are."""

    documents: int
    chunks: int
    by_language: dict[str, int]
    by_source: dict[str, int]


class Library:
    """The documents of one catalog.

    Where ``filters`` are given, documents that they do not let through do not exist.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def page(
        self, after: str | None, limit: int, filters: Filters = _ALL, named: str = ""
    ) -> list[DocumentRecord]:
        """Return up to ``limit`` live documents whose ids come after ``after``, by id.

        Only those that hold ``named`` in their title or id, however its letters are typed.
        """
        narrowed, values = live_conditions(filters)
        if wanted := fold(named.strip()):
            narrowed += " AND instr(folded(d.id || char(10) || coalesce(v.title, '')), ?)"
            values.append(wanted)
        sql = f"{_RECORD} {_LIVE} AND d.id > ? {narrowed} ORDER BY d.id LIMIT ?"
        with self._catalog.reading() as connection:
            connection.create_function("folded", 1, fold, deterministic=True)
            rows = connection.execute(sql, (after or "", *values, limit))
            return [_record(row) for row in rows]

    def chunks(self, document_id: str, start: int, limit: int) -> list[ChunkRecord]:
        """Return up to ``limit`` chunks of a live document that end behind ``start``, in order."""
        with self._catalog.reading() as connection:
            rows = connection.execute(
                'SELECT c.id, c.start, c."end", c.language FROM documents d '
                "JOIN chunks c ON c.document_id = d.id AND c.version = d.version "
                'WHERE d.id = ? AND NOT d.deleted AND c."end" > ? ORDER BY c.id LIMIT ?',
                (composed_id(document_id), start, limit),
            )
            return [
                ChunkRecord(row["id"], Span(row["start"], row["end"]), row["language"])
                for row in rows
            ]

    def latest(
        self, limit: int, characters: int, filters: Filters = _ALL
    ) -> list[tuple[str, str | None, str, str]]:
        """Return id, title, language and beginning of the documents changed last, latest first."""
        narrowed, values = live_conditions(filters)
        sql = (
            "SELECT d.id, v.title, v.language, substr(v.text, 1, ?) FROM documents d "
            "JOIN versions v ON v.document_id = d.id AND v.version = d.version WHERE d.id IN "
            f"(SELECT d.id {_LIVE} {narrowed} ORDER BY v.updated_at DESC, d.id LIMIT ?) "
            "ORDER BY v.updated_at DESC, d.id"
        )
        with self._catalog.reading() as connection:
            return [tuple(row) for row in connection.execute(sql, (characters, *values, limit))]

    def get(self, document_id: str, filters: Filters = _ALL) -> DocumentRecord:
        """Return one live document. Raises NotFound, or Gone where it was deleted."""
        with self._catalog.reading() as connection:
            return self._get(connection, composed_id(document_id), filters)

    def relatives(self, document_id: str, filters: Filters = _ALL) -> Relatives:
        """Return what belongs to a live document. Raises NotFound, or Gone where it was deleted."""
        with self._catalog.reading() as connection:
            record = self._get(connection, composed_id(document_id), filters)
            return relatives(connection, {record.id: record.version}, filters)[record.id]

    def text(self, document_id: str, version: int | None = None, filters: Filters = _ALL) -> str:
        """Return the stored text of a live document, of its live or an earlier kept version.

        Raises NotFound for a version that never was and Gone for one that is no longer kept.
        """
        document_id = composed_id(document_id)
        with self._catalog.reading() as connection:
            live = self._get(connection, document_id, filters).version
            narrowed, values = live_conditions(filters)  # an earlier version had fields of its own
            row = connection.execute(
                "SELECT v.text FROM documents d JOIN versions v ON v.document_id = d.id "
                f"WHERE d.id = ? AND v.version = ? AND v.version <= ? {narrowed}",
                (document_id, live if version is None else version, live, *values),
            ).fetchone()
        if row is None:
            known = version is not None and 1 <= version <= live
            raise (Gone if known else NotFound)(
                "document.version_gone" if known else "document.no_version", id=document_id
            )
        return str(row[0])

    def delete(self, document_id: str) -> None:
        """Delete a document with its text; nothing returns it from the next request on.

        What queued jobs would still bring under this id is void: the later acceptance wins. Raises
        NotFound or Gone where there is no such live document and none is on its way.
        """
        document_id = composed_id(document_id)
        with self._catalog.writing() as connection:
            waiting = connection.execute(
                "UPDATE items SET state = 'superseded', payload = NULL "
                "WHERE document_id = ? AND state IN ('pending', 'staged')",
                (document_id,),
            ).rowcount
            if not waiting:
                self._get(connection, document_id, _ALL)
            connection.execute(  # also where it was only on its way
                "INSERT INTO documents (id, version, deleted) VALUES (?, 0, 1) "
                "ON CONFLICT (id) DO UPDATE SET deleted = 1",
                (document_id,),
            )
            connection.execute(
                "INSERT OR IGNORE INTO tombstones SELECT id FROM chunks WHERE document_id = ?",
                (document_id,),
            )
            count = int(get_state(connection, DELETIONS) or 0)
            set_state(connection, DELETIONS, str(count + 1))
            for table in ("chunks", "versions"):
                connection.execute(f"DELETE FROM {table} WHERE document_id = ?", (document_id,))

    def is_live(self, document_ids: Iterable[str]) -> bool:
        """Whether all these documents are live."""
        with self._catalog.reading() as connection:
            return all(
                connection.execute(
                    "SELECT 1 FROM documents WHERE id = ? AND NOT deleted", (document_id,)
                ).fetchone()
                for document_id in document_ids
            )

    def awaiting_compaction(self) -> int:
        """Return how many deleted chunks are still on disk."""
        with self._catalog.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM tombstones").fetchone()[0])

    def census(self, filters: Filters = _ALL) -> Census:
        """Count what is live."""
        narrowed, values = live_conditions(filters)
        with self._catalog.reading() as connection:
            by_language, by_source = (
                {
                    str(row[0]): int(row[1])
                    for row in connection.execute(
                        f"SELECT coalesce(v.{column}, ''), count(*) {_LIVE} {narrowed} "
                        "GROUP BY 1 ORDER BY 1",
                        values,
                    )
                }
                for column in ("language", "source")
            )
            (chunks,) = connection.execute(
                "SELECT count(*) FROM chunks c JOIN documents d "
                "ON d.id = c.document_id AND d.version = c.version "
                "JOIN versions v ON v.document_id = d.id AND v.version = d.version "
                f"WHERE NOT d.deleted {narrowed}",
                values,
            ).fetchone()
        return Census(sum(by_language.values()), int(chunks), by_language, by_source)

    def _get(
        self, connection: sqlite3.Connection, document_id: str, filters: Filters
    ) -> DocumentRecord:
        narrowed, values = live_conditions(filters)
        row = connection.execute(
            f"{_RECORD} {_LIVE} AND d.id = ? {narrowed}", (document_id, *values)
        ).fetchone()
        if row is not None:
            return _record(row)
        deleted = connection.execute(
            "SELECT 1 FROM documents WHERE id = ? AND deleted", (document_id,)
        ).fetchone()
        if deleted and not filters:
            raise Gone("document.deleted", id=document_id)
        raise NotFound("document.unknown", id=document_id)


def _record(row: sqlite3.Row) -> DocumentRecord:
    parsed = {key: json.loads(row[key]) for key in ("metadata", "sections")}
    return DocumentRecord(**{**dict(row), **parsed})


def encode_cursor(value: str) -> str:
    """Return an opaque cursor that stands for ``value``."""
    return value.encode().hex()


def decode_cursor(cursor: str) -> str:
    """Return what ``encode_cursor`` was given. Raises InvalidInput for anything else."""
    try:
        return bytes.fromhex(cursor).decode()
    except ValueError as error:
        raise InvalidInput("input.cursor") from error
