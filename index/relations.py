"""Documents that belong together: near-duplicates, and versions of one article in two languages."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.filters import Filters, live_conditions

_MOST = 20  # of the near-duplicates of one document

# ?1: pairs of the documents that are asked about and their versions.
_ASKED = """(
    SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS version
    FROM json_each(?1)
) asked"""
_OTHER = "JOIN versions v ON v.document_id = d.id AND v.version = d.version AND NOT d.deleted"
_COLUMNS = "d.id, v.title, v.language, v.url"
# In the order in which they stand: most documents are alone in their cluster, and the rows of
# versions, which hold texts, are dear to read.
_DUPLICATES = f"""
SELECT asked.id AS asked, 0 AS kind, {_COLUMNS}, v.sha256 = own.sha256 AS certain
FROM {_ASKED} CROSS JOIN clusters o ON o.document_id = asked.id AND o.version = asked.version
CROSS JOIN clusters k ON k.cluster = o.cluster AND k.document_id != asked.id
CROSS JOIN versions own ON own.document_id = o.document_id AND own.version = o.version
JOIN documents d ON d.id = k.document_id AND d.version = k.version {_OTHER}
WHERE true
"""
_GIVEN = f"""
SELECT asked.id AS asked, 1 AS kind, {_COLUMNS}, 1 AS certain
FROM {_ASKED}
CROSS JOIN versions own ON own.document_id = asked.id AND own.version = asked.version
JOIN documents d ON d.id = own.translation_of OR d.id IN (
    SELECT document_id FROM versions WHERE translation_of IN (own.document_id, own.translation_of)
) {_OTHER}
WHERE d.id != asked.id
AND (d.id = own.translation_of OR v.translation_of IN (own.document_id, own.translation_of))
"""
_FOUND = f"""
SELECT f.asked, 2 AS kind, {_COLUMNS}, 0 AS certain FROM (
    SELECT asked.id AS asked, t.other_id AS id, t.other_version AS version
    FROM {_ASKED} CROSS JOIN found_translations t
    ON t.document_id = asked.id AND t.version = asked.version
    UNION SELECT asked.id, t.document_id, t.version
    FROM {_ASKED} CROSS JOIN found_translations t
    ON t.other_id = asked.id AND t.other_version = asked.version
) f JOIN documents d ON d.id = f.id AND d.version = f.version {_OTHER}
WHERE d.id != f.asked
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
    connection: sqlite3.Connection, documents: Mapping[str, int], filters: Filters
) -> dict[str, Relatives]:
    """Return what belongs to each of ``documents``, given by id with their versions.

    Only as far as ``filters`` let it through.
    """
    narrowed, given = live_conditions(filters)
    asked = json.dumps(list(documents.items()))
    found: dict[str, tuple[list[Relative], ...]] = {id_: ([], [], []) for id_ in documents}
    for sql in (_DUPLICATES, _GIVEN, _FOUND):
        ordered = f"{sql} {narrowed} ORDER BY certain DESC, d.id"
        for row in connection.execute(ordered, (asked, *given)):
            kind = found[row["asked"]][row["kind"]]
            if len(kind) < _MOST:
                kind.append(_relative(row))
    return {
        id_: Relatives(duplicates, translations or found_ones)
        for id_, (duplicates, translations, found_ones) in found.items()
    }


def _relative(row: sqlite3.Row) -> Relative:
    return Relative(row["id"], row["title"], row["language"], row["url"], bool(row["certain"]))
