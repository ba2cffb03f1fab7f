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
    """Remove every answer that tells of any of these documents, and the feedback on it.

    The bytes leave the catalog's file when it is compacted.
    """
    wanted = frozenset(map(composed_id, document_ids))

    def tells(answer: str) -> bool:
        return not wanted.isdisjoint(named_documents(json.loads(answer)))

    recent.forget(tells)
    with catalog.writing() as connection:
        rows: list[sqlite3.Row] = connection.execute("SELECT id, answer FROM feedback").fetchall()
        gone = [(row["id"],) for row in rows if tells(row["answer"])]
        connection.executemany("DELETE FROM feedback WHERE id = ?", gone)


def named_documents(answer: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the documents that an answer quotes, or names as their translations.

    Nothing else of an answer is kept that tells of documents.
    """
    cited = answer["citations"]
    translations = (other for one in cited for other in one.get("translations", ()))
    return frozenset(one["document_id"] for one in (*cited, *translations))
