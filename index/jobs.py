"""The queue of jobs: documents that were accepted and are not in the index yet.

Accepting is one durable transaction, so that what was acknowledged survives a crash; the documents
wait in the catalog until their job publishes them.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from index.catalog import Catalog, now
from index.documents import Document
from index.errors import InvalidDocument, NotFound
from index.messages import MessageLanguage, message
from index.readers import Unreadable

OPEN_STATES = ("queued", "running")


@dataclass(frozen=True, slots=True)
class ItemError:
    """Why one document of a job did not go in."""

    index: int
    document: str | None
    key: str
    values: Mapping[str, Any]

    def reason(self, language: MessageLanguage) -> str:
        """Return the sentence for a person who reads ``language``."""
        return message(self.key, language, **self.values)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job: its state, and what became of its documents."""

    id: str
    sequence: int
    state: str
    created_at: str
    finished_at: str | None
    index_version: str | None
    total: int
    added: int
    updated: int
    unchanged: int
    failed: int
    superseded: int
    staged: int
    errors: list[ItemError]

    @property
    def done(self) -> int:
        """How many documents need no more work."""
        return self.added + self.updated + self.unchanged + self.failed + self.superseded


class Jobs:
    """The queue in one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def accept(
        self, documents: Iterable[Mapping[str, Any] | Unreadable], max_document_bytes: int
    ) -> str:
        """Queue documents and return the job's id; one that cannot be used fails alone."""
        job_id = secrets.token_hex(8)
        with self._catalog.writing() as connection:
            sequence = connection.execute(
                "INSERT INTO jobs (id, state, created_at) VALUES (?, 'queued', ?)", (job_id, now())
            ).lastrowid
            for position, given in enumerate(documents):
                connection.execute(
                    "INSERT INTO items (job, position, document_id, state, payload, error) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (sequence, position, *_item(given, max_document_bytes)),
                )
        return job_id

    def get(self, job_id: str) -> JobRecord:
        """Return one job with its errors. Raises NotFound."""
        with self._catalog.reading() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None:
                raise NotFound("job.unknown", id=job_id)
            return _record(connection, row)

    def oldest_open(self) -> JobRecord | None:
        """Return the job that is to be worked on next, None where there is none."""
        with self._catalog.reading() as connection:
            row = connection.execute(
                "SELECT * FROM jobs WHERE state IN (?, ?) ORDER BY sequence LIMIT 1", OPEN_STATES
            ).fetchone()
            return None if row is None else _record(connection, row)


def _item(
    given: Mapping[str, Any] | Unreadable, max_bytes: int
) -> tuple[str | None, str, str | None, str | None]:
    """Return (document id, state, payload, error) of a new item."""
    if isinstance(given, Unreadable):
        return given.document, "failed", None, given.error.to_json()
    try:
        document = Document.from_mapping(given, max_bytes)
    except InvalidDocument as error:
        name = error.document
        # What cannot be an id cannot be stored as text either.
        shown = name.encode("utf-8", "replace").decode()[:200] if name else None
        return shown, "failed", None, error.to_json()
    return document.id, "pending", json.dumps(asdict(document)), None


def _record(connection: sqlite3.Connection, row: sqlite3.Row) -> JobRecord:
    sequence = row["sequence"]
    counts = {
        str(state): int(count)
        for state, count in connection.execute(
            "SELECT state, count(*) FROM items WHERE job = ? GROUP BY state", (sequence,)
        )
    }
    failed = connection.execute(
        "SELECT position, document_id, error FROM items "
        "WHERE job = ? AND state = 'failed' ORDER BY position LIMIT 1000",
        (sequence,),
    )
    errors = []
    for position, document_id, error in failed:
        told = json.loads(error)
        errors.append(ItemError(position, document_id, told["key"], told["values"]))
    return JobRecord(
        id=row["id"],
        sequence=sequence,
        state=row["state"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        index_version=row["index_version"],
        total=sum(counts.values()),
        added=counts.get("added", 0),
        updated=counts.get("updated", 0),
        unchanged=counts.get("unchanged", 0),
        failed=counts.get("failed", 0),
        superseded=counts.get("superseded", 0),
        staged=counts.get("staged", 0),
        errors=errors,
    )
