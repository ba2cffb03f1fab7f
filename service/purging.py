"""What the service itself keeps of documents that are purged: answers that cite them, and feedback.

Questions stay in neither: an answer goes as a whole, and what was said of it.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

from index.catalog import Catalog
from index.documents import composed_id
from service.recent import Recent


def forget(document_ids: Collection[str], catalog: Catalog, recent: Recent) -> None:
    """Remove every answer that cites any of these documents, and the feedback on it.

    The bytes leave the catalog's file when it is compacted.
    """
    wanted = frozenset(map(composed_id, document_ids))
    recent.forget(lambda answer: cites(answer, wanted))
    with catalog.writing() as connection:
        rows: list[sqlite3.Row] = connection.execute("SELECT id, answer FROM feedback").fetchall()
        gone = [(row["id"],) for row in rows if cites(row["answer"], wanted)]
        connection.executemany("DELETE FROM feedback WHERE id = ?", gone)


def named_documents(answer: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of all documents that an answer tells anything of."""
    told: list[Mapping[str, Any]] = []
    for name in ("citations", "sources", "related"):
        for one in answer.get(name, ()):
            told += [one, *one.get("duplicates", ()), *one.get("translations", ())]
    return frozenset(one["document_id"] for one in told)


def cites(answer: str, document_ids: frozenset[str]) -> bool:
    """Whether an answer, as JSON, quotes one of the documents."""
    return any(cited["document_id"] in document_ids for cited in json.loads(answer)["citations"])
