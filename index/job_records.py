"""What the catalog tells of jobs: their state, their progress, and what became of each document."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from index.messages import MessageLanguage, message


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
class Item:
    """One document of a job and what became of it."""

    index: int
    document: str | None
    state: str
    error: ItemError | None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job: its state, and what became of its documents.

    ``chunks`` are those of its new and changed documents so far; ``characters`` are of all that
    could be used, ``characters_ready`` of those that are done or wait for the others to be
    published with them. ``resumed_…``: when its work was begun or gone on with, and how many
    characters were ready then.
    """

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
    chunks: int
    characters: int
    characters_ready: int
    resumed_at: str | None
    resumed_characters: int
    errors: list[ItemError]

    @property
    def done(self) -> int:
        """How many documents need no more work."""
        return self.added + self.updated + self.unchanged + self.failed + self.superseded

    @property
    def ready(self) -> int:
        """How many documents are done, or wait for the others to be published with them."""
        return self.done + self.staged

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the rate of its characters so far; None: not known yet."""
        ready = self.characters_ready - self.resumed_characters
        if self.state != "running" or self.resumed_at is None or ready <= 0:
            return None
        passed = datetime.now(UTC) - datetime.fromisoformat(self.resumed_at)
        left = (self.characters - self.characters_ready) * passed.total_seconds() / ready
        return round(left, 1)


def item_error(index: int, document: str | None, error: str) -> ItemError:
    """Return what ``InvalidDocument.to_json`` kept of why an item failed."""
    told = json.loads(error)
    return ItemError(index, document, told["key"], told["values"])


def job_record(
    connection: sqlite3.Connection, row: sqlite3.Row, most_errors: int = 1000
) -> JobRecord:
    """Return the record of a row of ``jobs``, with so many of its errors."""
    sequence = row["sequence"]
    counts, characters = dict[str, int](), dict[str, int]()
    chunks = 0
    for state, documents, held, made in connection.execute(
        "SELECT state, count(*), sum(characters), sum(chunks) FROM items WHERE job = ? "
        "GROUP BY state",
        (sequence,),
    ):
        counts[state], characters[state] = documents, held
        chunks += made
    failed = connection.execute(
        "SELECT position, document_id, error FROM items "
        "WHERE job = ? AND state = 'failed' ORDER BY position LIMIT ?",
        (sequence, most_errors),
    )
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
        chunks=chunks,
        characters=sum(characters.values()),
        characters_ready=sum(characters.values()) - characters.get("pending", 0),
        resumed_at=row["resumed_at"],
        resumed_characters=row["resumed_characters"],
        errors=[item_error(*failure) for failure in failed],
    )
