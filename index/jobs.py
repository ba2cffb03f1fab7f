"""The queue of jobs: documents that were accepted and are not in the index yet.

Accepting is one durable transaction, so that what was acknowledged survives a crash; the documents
wait in the catalog until their job publishes them.
"""

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import Any

from index.catalog import Catalog, now
from index.documents import Document
from index.errors import CannotWrite, Conflict, InvalidDocument, NotFound
from index.job_records import Item, JobRecord, item_error, job_record
from index.readers import Unreadable

_KEPT_IN_MEMORY = 10_000_000
_NO_JOB = 2**62
_ERRORS_OF_A_LIST = 10

OPEN_STATES = ("queued", "running")


class Jobs:
    """The queue in one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def accept(
        self,
        documents: Iterable[Mapping[str, Any] | Unreadable],
        max_document_bytes: int,
        also: Callable[[sqlite3.Connection, list[str | None]], None] = lambda connection, ids: None,
    ) -> str:
        """Queue documents and return the job's id; one that cannot be used fails alone.

        Reading them may take long, so they are kept aside meanwhile, in a file without a name, and
        go in together, in one transaction with what ``also`` writes, which is given their ids.
        Raises CannotWrite where the disk does not take them.
        """
        job_id = secrets.token_hex(8)
        ids: list[str | None] = []
        with SpooledTemporaryFile(
            _KEPT_IN_MEMORY, "w+", encoding="utf-8", dir=str(self._catalog.data_dir)
        ) as aside:
            try:
                for given in documents:
                    item = _item(given, max_document_bytes)
                    ids.append(item[0])
                    aside.write(json.dumps(item, ensure_ascii=False) + "\n")
                aside.seek(0)
            except OSError as error:
                folder, why = self._catalog.data_dir, error.strerror
                raise CannotWrite("data.cannot_write", folder=folder, why=why) from error
            with self._catalog.writing() as connection:
                sequence = connection.execute(
                    "INSERT INTO jobs (id, state, created_at) VALUES (?, 'queued', ?)",
                    (job_id, now()),
                ).lastrowid
                connection.executemany(
                    "INSERT INTO items "
                    "(job, position, document_id, state, payload, error, characters) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    ((sequence, n, *json.loads(line)) for n, line in enumerate(aside)),
                )
                also(connection, ids)
        return job_id

    def get(self, job_id: str) -> JobRecord:
        """Return one job with its errors. Raises NotFound."""
        with self._catalog.reading() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None:
                raise NotFound("job.unknown", id=job_id)
            return job_record(connection, row)

    def page(self, before: int | None, limit: int) -> list[JobRecord]:
        """Return up to ``limit`` jobs older than the one numbered ``before``, the newest first.

        Of their errors only the first.
        """
        with self._catalog.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
                (_NO_JOB if before is None else before, limit),
            ).fetchall()
            return [job_record(connection, row, _ERRORS_OF_A_LIST) for row in rows]

    def items(self, job_id: str, after: int, limit: int) -> list[Item]:
        """Return up to ``limit`` documents of a job behind the place ``after``. Raises NotFound."""
        job = self.get(job_id)
        with self._catalog.reading() as connection:
            rows = connection.execute(
                "SELECT position, document_id, state, error FROM items "
                "WHERE job = ? AND position > ? ORDER BY position LIMIT ?",
                (job.sequence, after, limit),
            )
            return [
                Item(n, document, state, None if error is None else item_error(n, document, error))
                for n, document, state, error in rows
            ]

    def cancel(self, job_id: str) -> JobRecord:
        """Cancel a job: none of its documents goes in. Returns it.

        Raises NotFound, and Conflict where it is finished; a cancelled job stays so.
        """
        job = self.get(job_id)
        with self._catalog.writing() as connection:
            cancelled = connection.execute(
                "UPDATE jobs SET state = 'cancelled', finished_at = ? "
                "WHERE sequence = ? AND state IN (?, ?)",
                (now(), job.sequence, *OPEN_STATES),
            ).rowcount
            if cancelled:
                drop_staged(connection, job.sequence)
                connection.execute(
                    "UPDATE items SET state = 'cancelled', payload = NULL "
                    "WHERE job = ? AND state IN ('pending', 'staged')",
                    (job.sequence,),
                )
        job = self.get(job_id)
        if job.state != "cancelled":
            raise Conflict("job.finished", id=job_id)
        return job

    def resume(self, job: JobRecord) -> None:
        """Note that a job's work begins, or goes on after an interruption."""
        with self._catalog.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'running', resumed_at = ?, resumed_characters = ? "
                "WHERE sequence = ? AND finished_at IS NULL",
                (datetime.now(UTC).isoformat(), job.characters_ready, job.sequence),
            )

    def oldest_open(self) -> JobRecord | None:
        """Return the job that is to be worked on next, None where there is none."""
        with self._catalog.reading() as connection:
            row = connection.execute(
                "SELECT * FROM jobs WHERE state IN (?, ?) ORDER BY sequence LIMIT 1", OPEN_STATES
            ).fetchone()
            return None if row is None else job_record(connection, row)


def _item(
    given: Mapping[str, Any] | Unreadable, max_bytes: int
) -> tuple[str | None, str, str | None, str | None, int]:
    """Return (document id, state, payload, error, characters) of a new item."""
    if isinstance(given, Unreadable):
        return given.document, "failed", None, given.error.to_json(), 0
    try:
        document = Document.from_mapping(given, max_bytes)
    except InvalidDocument as error:
        name = error.document
        # What cannot be an id cannot be stored as text either.
        shown = name.encode("utf-8", "replace").decode()[:200] if name else None
        return shown, "failed", None, error.to_json(), 0
    # Six bytes for a letter, as ASCII would take, would lie on the disk three times at once.
    payload = json.dumps(asdict(document), ensure_ascii=False)
    return document.id, "pending", payload, None, len(document.text)


def drop_staged(connection: sqlite3.Connection, job: int) -> None:
    """Remove what a job staged and will not publish.

    Its chunks may be in a snapshot that is just being written, and are never to be found there.
    """
    staged = connection.execute(
        "SELECT document_id, staged_version FROM items WHERE job = ? AND state = 'staged'", (job,)
    ).fetchall()
    versions = [tuple(row) for row in staged]
    connection.executemany(
        "INSERT OR IGNORE INTO tombstones "
        "SELECT id FROM chunks WHERE document_id = ? AND version = ?",
        versions,
    )
    for table in ("chunks", "versions"):
        connection.executemany(
            f"DELETE FROM {table} WHERE document_id = ? AND version = ?", versions
        )
