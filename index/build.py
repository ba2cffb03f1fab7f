"""The pipeline from accepted documents to a published snapshot.

queued job → stage (chunk, embed, beside what is live) → snapshot → publish
"""

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from filelock import FileLock, Timeout

from index.backup import RESTORING
from index.catalog import Catalog, get_state, now, set_state
from index.duplicates import assign_missing
from index.errors import (
    CannotWrite,
    Damaged,
    InvalidDocument,
    NoWorkers,
    Unreachable,
    YauapError,
)
from index.job_records import JobRecord
from index.jobs import Jobs, drop_staged
from index.milvus import prefix
from index.publish import publish
from index.snapshot import Snapshots
from index.staging import Stager

Progress = Callable[[JobRecord], None]

_CHUNKED_BY = "chunked_by"
_WITHOUT_CHUNKS = """
WITH made AS (
    SELECT id AS document_id, version FROM documents WHERE NOT deleted
    UNION SELECT document_id, staged_version FROM items WHERE state = 'staged'
)
SELECT document_id, version FROM made m WHERE NOT EXISTS
    (SELECT 1 FROM chunks c WHERE c.document_id = m.document_id AND c.version = m.version)
"""

_log = logging.getLogger(__name__)


class Indexer:
    """The one writer of a data folder: runs jobs, one at a time across all processes."""

    def __init__(self, catalog: Catalog, snapshots: Snapshots, stager: Stager) -> None:
        self._catalog = catalog
        self._snapshots = snapshots
        self._stager = stager
        self._jobs = Jobs(catalog)
        self._lock = FileLock(catalog.data_dir / "writer.lock")

    def require_compatible(self) -> None:
        """Raise SnapshotMismatch where what is there was built in another way.

        Raises Damaged where that cannot be read.
        """
        with self._catalog.reading() as connection:
            name = get_state(connection, "published")
            self._require_chunks(connection)
        if name is None:
            return
        try:
            self._snapshots.require_compatible(name)
        except FileNotFoundError as error:
            raise Damaged("snapshot.missing", name=name) from error

    def require_writer(self) -> None:
        """Raise Conflict where another service writes."""
        self._catalog.require_writer()

    def run_until(self, job_id: str, progress: Progress = lambda job: None) -> JobRecord:
        """Work through the queue until the job is finished, and return it.

        Where another process is the writer, waits for it; it may have done the job meanwhile.
        """
        while (job := self._jobs.get(job_id)).finished_at is None:
            progress(job)
            self.run_next(progress)
        return job

    def run_next(self, progress: Progress = lambda job: None) -> bool:
        """Run the oldest open job; False where there is none or another process is at work.

        Raises CannotWrite where the disk does not take it, Unreachable where the server of the
        vectors does not, and NoWorkers where the processes that the settings name are not to be
        had; the job is then still open.
        """
        with self._writing(timeout=0.5) as allowed:
            job = self._jobs.oldest_open() if allowed else None
            if job is None:
                return False
            try:
                self._run(job, progress)
            except (CannotWrite, Unreachable, NoWorkers):
                raise  # the job stays, and goes on where it was when the cause is gone
            except YauapError as error:
                self._fail(job, InvalidDocument.because(error))
            except Exception:
                # A job that fails in an unforeseen way must not hold up the ones behind it.
                _log.exception("job %s", job.id)
                self._fail(job, InvalidDocument("job.internal"))
            return True

    def rebuild(self, progress: Callable[[int, int], None]) -> None:
        """Make the published index anew: after a change of the model, the chunker or the analyser.

        Only what the change concerns: another analyser costs no embedding. ``progress`` is told how
        many documents are done, of how many. Cut short, it goes on where it was when called again.
        """
        with self._writing(timeout=-1):
            self._drop_mismatched()
            left = self._without_chunks()
            for done in self._stager.restage(left):
                progress(done, len(left))
            publish(self._catalog, self._snapshots, None)

    def migrate(self) -> str | None:
        """Carry the published vectors to where the settings say; nothing is embedded again.

        Where they cannot be read any more, they are taken from the catalog. Returns how the names
        begin of what stays behind in a Milvus that the settings do not name; None where nothing
        does. Raises Unreachable.
        """
        with self._writing(timeout=-1):
            self.require_compatible()
            with self._catalog.reading() as connection:
                name = get_state(connection, "published")
            left = name is not None and self._snapshots.is_left_in_milvus(name)
            publish(self._catalog, self._snapshots, None)
        return prefix(self._catalog.owner()) if left else None

    def compact(self) -> None:
        """Remove from disk what was deleted: write the snapshot and the catalog anew."""
        with self._writing(timeout=-1):
            self.require_compatible()
            publish(self._catalog, self._snapshots, None, from_nothing=True)
            self._catalog.vacuum()
            # What a restoration that was cut short has left may hold what was deleted since.
            shutil.rmtree(self._catalog.data_dir / RESTORING, ignore_errors=True)

    def _run(self, job: JobRecord, progress: Progress) -> None:
        self.require_compatible()
        with self._catalog.writing() as connection:
            self._record_build(connection)
        self._jobs.resume(job)
        assign_missing(self._catalog)
        with closing(self._stager.stage(job.sequence)) as stages:
            for _ in stages:
                told = self._jobs.get(job.id)
                progress(told)
                if told.finished_at is not None:
                    break
        if self._jobs.get(job.id).finished_at is not None:
            return  # cancelled meanwhile
        publish(self._catalog, self._snapshots, job.sequence)
        progress(self._jobs.get(job.id))

    def _fail(self, job: JobRecord, error: InvalidDocument) -> None:
        with self._catalog.writing() as connection:
            drop_staged(connection, job.sequence)
            connection.execute(
                "UPDATE items SET state = 'failed', payload = NULL, error = ? "
                "WHERE job = ? AND state IN ('pending', 'staged')",
                (error.to_json(), job.sequence),
            )
            connection.execute(
                "UPDATE jobs SET state = 'failed', finished_at = ? "
                "WHERE sequence = ? AND finished_at IS NULL",
                (now(), job.sequence),
            )

    def _record_build(self, connection: sqlite3.Connection) -> None:
        """Record how the chunks are made from now on; what is half made must be made so too."""
        set_state(connection, _CHUNKED_BY, json.dumps(self._snapshots.build.of_chunks))

    def _require_chunks(self, connection: sqlite3.Connection) -> None:
        recorded = get_state(connection, _CHUNKED_BY)
        if recorded is not None:
            self._snapshots.build.require_chunks(json.loads(recorded))

    def _drop_mismatched(self) -> None:
        """Drop what was built in another way: the chunks too, or only their snapshot."""
        with self._catalog.reading() as connection:
            chunks = _raises(lambda: self._require_chunks(connection))
        snapshot = _raises(self.require_compatible)
        with self._catalog.writing() as connection:
            if chunks:
                connection.execute("DELETE FROM chunks")
                self._record_build(connection)
            if snapshot:
                connection.execute("DELETE FROM tombstones")
                connection.execute("DELETE FROM state WHERE key = 'published'")

    def _without_chunks(self) -> list[tuple[str, int]]:
        """Return the live and the staged versions that have no chunks, as (id, version)."""
        with self._catalog.reading() as connection:
            return [(str(row[0]), int(row[1])) for row in connection.execute(_WITHOUT_CHUNKS)]

    @contextmanager
    def _writing(self, timeout: float) -> Iterator[bool]:
        """Hold the data folder's lock; give False where another process holds it too long."""
        self.require_writer()
        try:
            self._lock.acquire(timeout=timeout)
        except Timeout:
            yield False
            return
        except OSError as error:
            folder = self._catalog.data_dir
            raise CannotWrite("data.cannot_write", folder=folder, why=error.strerror) from error
        try:
            yield True
        finally:
            self._lock.release()


def _raises(check: Callable[[], None]) -> bool:
    try:
        check()
    except YauapError:
        return True
    return False
