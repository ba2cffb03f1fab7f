"""The catalog: one SQLite file in the data folder that holds the truth.

Documents with their versions and texts, chunks with their vectors, jobs, keys, feedback, and which
snapshot is published. Everything else in the data folder can be made again from it.
"""

import secrets
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from filelock import FileLock

from index.errors import CannotWrite, Conflict, Damaged

# What makes a catalog, in the order it was added: an older one takes the steps that it lacks.
_STEPS = ("schema.sql", "schema_service.sql", "schema_relations.sql", "schema_sections.sql")
_FORMAT = len(_STEPS)

# How many deletions there were: they change what is found without a new snapshot.
DELETIONS = "deletions"
# Under which name this folder writes where others write too; one that is restored takes another.
OWNER = "owner"
_WAIT_SECONDS = 60.0  # for another writer
_MOST_IDLE = 8  # connections that are kept, with the statements they have prepared


def now() -> str:
    """Return the present moment as RFC 3339 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Catalog:
    """Connections to the catalog of one data folder; each is used by one thread at a time."""

    FILE = "catalog.sqlite"

    def __init__(self, data_dir: Path, writer: str = "") -> None:
        """Open the catalog, making it where there is none.

        Where ``writer`` names the service that writes, this one is only replaced as a whole. Raises
        CannotWrite, Damaged, and Conflict where a newer version has written it.
        """
        self.data_dir = data_dir
        self._writer = writer
        self._file = data_dir / self.FILE
        self._idle: list[sqlite3.Connection] = []
        weakref.finalize(self, _close, self._idle)
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            with self._connected() as connection:
                if _format(connection) != _FORMAT:
                    # Turning WAL on does not wait for others that do the same, so they queue here.
                    with FileLock(data_dir / ".create.lock"):
                        connection.execute("PRAGMA journal_mode = WAL")
                        _bring_up(connection)
            self._hold()
        except sqlite3.DatabaseError as error:
            raise _as_ours(error, self._file) from error
        except OSError as error:
            raise CannotWrite("data.cannot_write", folder=data_dir, why=error.strerror) from error

    def _hold(self) -> None:
        """Keep a connection open, and with it the files beside the catalog that readers need.

        The last one to be closed removes them, and where the disk is full or the folder has become
        read-only the next reader could not make them again.
        """
        held = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, held.close)
        _format(held)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the catalog, whatever is written meanwhile."""
        with self._transaction("BEGIN", self._kept) as connection:
            yield connection

    def row(self, query: str, values: Sequence[str] = ()) -> sqlite3.Row | None:
        """Return the first row that a query gives; by itself it needs no transaction around it."""
        try:
            with self._kept() as connection:
                found: sqlite3.Row | None = connection.execute(query, values).fetchone()
                return found
        except sqlite3.DatabaseError as error:
            raise _as_ours(error, self._file) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes are durable after the block, or undone on an error.

        Raises Conflict where another service writes.
        """
        self.require_writer()
        # One of its own, which finds out what has become of the file: it may be read-only now.
        with self._transaction("BEGIN IMMEDIATE", self._connected) as connection:
            yield connection

    def require_writer(self) -> None:
        """Raise Conflict, which names the writer, where another service writes."""
        if self._writer:
            raise Conflict("replica.read_only", writer=self._writer)

    def replace(self, file: Path) -> None:
        """Put another catalog in the place of this one; a reader sees all of one of them."""
        try:
            with closing(sqlite3.connect(file)) as source, self._connected() as target:
                source.backup(target)
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log is as large as the file
        except sqlite3.DatabaseError as error:
            raise _as_ours(error, self._file) from error

    def owner(self) -> str:
        """Return the name of this data folder, which no other has; drawn when first asked for."""
        with self.reading() as connection:
            name = get_state(connection, OWNER)
        if name is None:
            with self.writing() as connection:
                name = get_state(connection, OWNER) or secrets.token_hex(8)
                set_state(connection, OWNER, name)
        return name

    def vacuum(self) -> None:
        """Write the file anew without what was deleted, and empty the log beside it.

        Raises Conflict where a reader holds on to an earlier state for a minute.
        """
        try:
            with self._connected() as connection:
                connection.execute("VACUUM")
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.DatabaseError as error:
            raise _as_ours(error, self._file) from error
        if busy:
            raise Conflict("data.busy")

    def faults(self) -> list[str]:
        """Return what is wrong within the file itself, a line each."""
        with self._connected() as connection:  # others remember pages that were whole
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        return [fault for fault in found if fault != "ok"]

    @contextmanager
    def _transaction(
        self, begin: str, connected: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> Iterator[sqlite3.Connection]:
        try:
            with connected() as connection:
                connection.execute(begin)
                try:
                    yield connection
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise _as_ours(error, self._file) from error

    @contextmanager
    def _kept(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that nobody else uses; kept for the next one unless something fails."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        kept = False
        try:
            yield connection
            kept = len(self._idle) < _MOST_IDLE
        finally:
            if kept:
                self._idle.append(connection)
            else:
                connection.close()

    def _connected(self) -> closing[sqlite3.Connection]:
        return closing(self._connect())

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        return connection


def _close(connections: list[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


def _bring_up(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    missing = _STEPS[_format(connection) :]  # none where another process was quicker
    for step in missing:
        for statement in files("index").joinpath(step).read_text().split(";\n"):
            connection.execute(statement)
    if missing:
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
    connection.execute("COMMIT")
    if (found := _format(connection)) != _FORMAT:
        raise Conflict("data.format", found=found, expected=_FORMAT)


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _as_ours(error: sqlite3.DatabaseError, file: Path) -> Exception:
    if isinstance(error, sqlite3.OperationalError):
        return CannotWrite("data.cannot_write", folder=file.parent, why=str(error))
    if type(error) is sqlite3.DatabaseError:  # not a database, or a malformed page
        return Damaged("data.damaged", file=file.name)
    return error


def get_state(connection: sqlite3.Connection, key: str) -> str | None:
    """Return a value of the ``state`` table, None where it was never set."""
    row = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_state(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a value of the ``state`` table."""
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))
