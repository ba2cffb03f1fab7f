"""Passages: live chunks, as the catalog tells of them."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from index.text.language import Language
from index.text.spans import Span

# Pages are parted by form feeds; a document that says how many it has is one that has them.
# To look through a long text takes time, so others are left alone.
_PLACE = """
    CASE WHEN json_extract(v.metadata, '$.pages') IS NULL THEN NULL
    WHEN json_extract(v.metadata, '$.pages')
        = 1 + length(v.text) - length(replace(v.text, char(12), ''))
    THEN 1 + {at} - length(replace(substr(v.text, 1, {at}), char(12), '')) END AS page,
    (SELECT json_extract(value, '$[1]') FROM json_each(v.sections)
        WHERE json_extract(value, '$[0]') <= {at} ORDER BY key DESC LIMIT 1) AS section
"""
_PASSAGES = f"""
SELECT c.id, c.document_id, c.version, v.title, v.url, c.language, v.published_at, v.source,
    c.start, c."end", k.cluster,
    substr(v.text, c.start + 1, c."end" - c.start) AS text, {_PLACE.format(at="c.start")}
FROM json_each(?) wanted CROSS JOIN chunks c ON c.id = wanted.value
JOIN documents d ON d.id = c.document_id AND d.version = c.version AND NOT d.deleted
JOIN versions v ON v.document_id = d.id AND v.version = d.version
LEFT JOIN clusters k ON k.document_id = v.document_id AND k.version = v.version
"""
_PLACE_OF = f"""
SELECT {_PLACE.format(at="?1")} FROM documents d
JOIN versions v ON v.document_id = d.id AND v.version = d.version
WHERE d.id = ?2 AND d.version = ?3 AND NOT d.deleted
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document something begins, as a reader of the original would look for it.

    ``page`` counts from 1, in formats that have pages; ``section`` is the nearest heading above.
    """

    page: int | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A live chunk with what is known of its document. ``span`` stands in the document's text.

    Documents of one ``cluster`` say nearly the same.
    """

    chunk_id: int
    document_id: str
    document_version: int
    title: str | None
    url: str | None
    language: Language
    published_at: str | None
    source: str | None
    span: Span
    text: str
    cluster: int | None = None
    place: Place = Place()


def place(connection: sqlite3.Connection, document_id: str, version: int, at: int) -> Place:
    """Return where code point ``at`` of a live document stands."""
    row = connection.execute(_PLACE_OF, (at, document_id, version)).fetchone()
    return Place() if row is None else Place(row["page"], row["section"])


def is_stored(connection: sqlite3.Connection, document_id: str, version: int) -> bool:
    """Whether the text of this version of a document is kept, be it the live one or an earlier."""
    row = connection.execute(
        "SELECT 1 FROM versions WHERE document_id = ? AND version = ?", (document_id, version)
    ).fetchone()
    return row is not None


def passages(connection: sqlite3.Connection, chunk_ids: Iterable[int]) -> list[Passage]:
    """Return the live passages among ``chunk_ids``, in their order."""
    wanted = [int(chunk_id) for chunk_id in chunk_ids]
    rows = connection.execute(_PASSAGES, (json.dumps(wanted),))
    found = {row["id"]: _passage(row) for row in rows}
    return [found[chunk_id] for chunk_id in wanted if chunk_id in found]


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        chunk_id=row["id"],
        document_id=row["document_id"],
        document_version=row["version"],
        title=row["title"],
        url=row["url"],
        language=row["language"],
        published_at=row["published_at"],
        source=row["source"],
        span=Span(row["start"], row["end"]),
        text=row["text"],
        cluster=row["cluster"],
        place=Place(row["page"], row["section"]),
    )
