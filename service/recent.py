"""The latest answers, so that feedback finds the one it is about, and what could not be answered.

They lie in a file of their own beside the catalog, shared by all processes over the data folder: it
may be lost without harm, so nothing waits until it is safe on the disk.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.catalog import now
from index.errors import CannotWrite, Conflict, Unavailable
from service.schemas.asking import AnswerOut
from service.schemas.feedback import RefusedOut

_log = logging.getLogger(__name__)
_WAIT_SECONDS = 10.0  # for another that writes
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, answer TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refused (sequence INTEGER PRIMARY KEY, refused TEXT NOT NULL);
"""


class Recent:
    """The latest answers and refused questions of one data folder, so many of each."""

    FILE = "recent.sqlite"

    def __init__(self, data_dir: Path, answers: int, refused: int) -> None:
        self._file = data_dir / self.FILE
        self._most = {"answers": answers, "refused": refused}
        try:
            self._open()
        except sqlite3.OperationalError as error:  # it cannot be written
            raise Unavailable("data.cannot_write", folder=data_dir, why=error) from error
        except sqlite3.DatabaseError:  # damaged: the readers lose the chance to say something of it
            _log.warning("%s is damaged and begun anew", self.FILE)
            for file in data_dir.glob(f"{self.FILE}*"):
                file.unlink()
            self._open()

    def _open(self) -> None:
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            for table in self._most:  # fewer may be wanted than the last time
                self._shorten(connection, table)

    def keep(self, answer: AnswerOut, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Remember an answer; its question too, where it was refused and such are asked for.

        ``is_wanted`` says at the last moment whether the answer may be kept: ``forget`` waits until
        it is, or comes before. Where the disk does not take it, the answer is given all the same.
        """
        try:
            self._keep(answer, is_wanted)
        except sqlite3.Error as error:
            _log.warning("an answer cannot be kept: %s", error)

    def _keep(self, answer: AnswerOut, is_wanted: Callable[[], bool]) -> None:
        with self._connected() as connection, _written_at_once(connection):
            if self._most["answers"] and is_wanted():
                connection.execute(
                    "INSERT OR REPLACE INTO answers (id, answer) VALUES (?, ?)",
                    (answer.id, answer.model_dump_json(exclude={"sources", "related"})),
                )
                self._shorten(connection, "answers")
            if self._most["refused"] and answer.reason in ("no_evidence", "low_confidence"):
                refused = {
                    "question": answer.question,
                    "language": answer.language,
                    "reason": answer.reason,
                    "confidence": answer.confidence,
                    "asked_at": now(),
                }
                connection.execute(
                    "INSERT INTO refused (refused) VALUES (?)", (json.dumps(refused),)
                )
                self._shorten(connection, "refused")

    def answer(self, answer_id: str) -> str | None:
        """Return an answer as JSON, without what was considered for it; None: not remembered."""
        with self._connected() as connection:
            row = connection.execute(
                "SELECT answer FROM answers WHERE id = ?", (answer_id,)
            ).fetchone()
            return None if row is None else str(row[0])

    def forget(self, unwanted: Callable[[str], bool]) -> None:
        """Remove the answers, given as JSON, that are unwanted, so that no byte of them is left.

        Raises Conflict where a reader holds on to them, and CannotWrite.
        """
        try:
            with self._connected() as connection:
                rows = connection.execute("SELECT sequence, answer FROM answers").fetchall()
                gone = [(sequence,) for sequence, answer in rows if unwanted(answer)]
                connection.executemany("DELETE FROM answers WHERE sequence = ?", gone)
                connection.execute("VACUUM")
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            folder = self._file.parent
            raise CannotWrite("data.cannot_write", folder=folder, why=str(error)) from error
        if busy:
            raise Conflict("data.busy")

    def refused(self, limit: int, before: int | None = None) -> list[RefusedOut]:
        """Return up to ``limit`` refused questions older than number ``before``, latest first."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT sequence, refused FROM refused WHERE ? IS NULL OR sequence < ? "
                "ORDER BY sequence DESC LIMIT ?",
                (before, before, limit),
            )
            return [RefusedOut(number=row[0], **json.loads(row[1])) for row in rows]

    def _shorten(self, connection: sqlite3.Connection, table: str) -> None:
        connection.execute(
            f"DELETE FROM {table} WHERE sequence <= (SELECT max(sequence) FROM {table}) - ?",
            (self._most[table],),
        )

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def _written_at_once(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    yield  # where this fails, closing the connection undoes it
    connection.execute("COMMIT")
