"""Documents that belong together: near-duplicates, and versions of one article in two languages."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from index.filters import Filters, live_conditions

_MOST = 20  # of the near-duplicates of one document

_OTHER = """
JOIN versions v ON v.document_id = d.id AND v.version = d.version
WHERE NOT d.deleted AND d.id != ?1
"""
_DUPLICATES = f"""
SELECT d.id, v.title, v.language, v.url, v.sha256 = own.sha256 AS certain
FROM clusters o JOIN clusters k ON k.cluster = o.cluster
JOIN versions own ON own.document_id = o.document_id AND own.version = o.version
JOIN documents d ON d.id = k.document_id AND d.version = k.version {_OTHER}
AND o.document_id = ?1 AND o.version = ?2
"""
_GIVEN = f"""
SELECT d.id, v.title, v.language, v.url, 1 AS certain
FROM versions own JOIN documents d ON d.id = own.translation_of OR d.id IN (
    SELECT document_id FROM versions WHERE translation_of IN (own.document_id, own.translation_of)
) {_OTHER}
AND own.document_id = ?1 AND own.version = ?2
AND (d.id = own.translation_of OR v.translation_of IN (own.document_id, own.translation_of))
"""
_FOUND = f"""
SELECT d.id, v.title, v.language, v.url, 0 AS certain FROM (
    SELECT other_id AS id, other_version AS version FROM found_translations
    WHERE document_id = ?1 AND version = ?2
    UNION SELECT document_id, version FROM found_translations
    WHERE other_id = ?1 AND other_version = ?2
) f JOIN documents d ON d.id = f.id AND d.version = f.version {_OTHER}
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """A live document that belongs to another one.

    ``certain``: a copy to the letter, or a translation that was given as one; else a near-duplicate
    or a translation that was found.
    """

    document_id: str
    title: str | None
    language: str
    url: str | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Relatives:
    """The near-duplicates of a document, copies first, and its versions in the other language."""

    duplicates: Sequence[Relative] = ()
    translations: Sequence[Relative] = ()


def relatives(
    connection: sqlite3.Connection, document_id: str, version: int, filters: Filters
) -> Relatives:
    """Return what belongs to a document, as far as ``filters`` let it through."""
    narrowed, given = live_conditions(filters)

    def found(sql: str) -> list[Relative]:
        ordered = f"{sql} {narrowed} ORDER BY certain DESC, d.id LIMIT {_MOST}"
        return [
            Relative(row["id"], row["title"], row["language"], row["url"], bool(row["certain"]))
            for row in connection.execute(ordered, (document_id, version, *given))
        ]

    return Relatives(found(_DUPLICATES), found(_GIVEN) or found(_FOUND))
