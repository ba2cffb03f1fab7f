"""The lexical index: analysed terms of chunks in SQLite's FTS5, ranked by BM25.

BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; FTS5
fixes k1 = 1.2 and b = 0.75.
"""

import json
import math
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import Damaged
from index.text.analysis import analyse
from index.vectors import Ids, Scores

_TITLE_WEIGHT, _TEXT_WEIGHT = 0.5, 1.0


class LexicalIndex:
    """Terms of chunks by chunk id; read-only and safe to share between threads."""

    FILE = "lexical.sqlite"

    def __init__(self, file: Path, size: int) -> None:
        self._file = file
        self._size = size
        self._local = threading.local()

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """Open the index in ``folder``. Raises Damaged if it cannot be read."""
        index = cls(folder / cls.FILE, 0)
        ((index._size,),) = index._rows("SELECT count(*) FROM sizes")
        return index

    def search(
        self,
        terms: Sequence[str],
        count: int,
        among: Ids | None = None,
        without: Iterable[int] = (),
    ) -> tuple[Ids, Scores]:
        """Return the ``count`` best ids that hold any of ``terms``, and their BM25 scores (> 0).

        ``among`` and ``without`` narrow before the ranking. Equal scores stand in the order of
        their ids.
        """
        if not terms or count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        quoted = (term.replace('"', '""') for term in dict.fromkeys(terms))
        match = " OR ".join(f'"{term}"' for term in quoted)
        sql = [
            f"SELECT rowid, -bm25(terms, {_TITLE_WEIGHT}, {_TEXT_WEIGHT}) AS score",
            "FROM terms WHERE terms MATCH ?",
        ]
        values: list[object] = [match]
        for ids, operator in ((among, "IN"), (list(without) or None, "NOT IN")):
            if ids is not None:
                sql.append(f"AND rowid {operator} (SELECT value FROM json_each(?))")
                values.append(json.dumps([int(identifier) for identifier in ids]))
        sql.append("ORDER BY score DESC, rowid LIMIT ?")
        rows = self._rows(" ".join(sql), (*values, count))
        return (
            np.array([row[0] for row in rows], np.int64),
            np.array([row[1] for row in rows], np.float32),
        )

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term: ln(1 + (N - n + ½) / (n + ½))."""
        weights = {}
        for term in set(terms):
            rows = self._rows("SELECT doc FROM vocabulary WHERE term = ?", (term,))
            found = rows[0][0] if rows else 0
            weights[term] = math.log(1 + (self._size - found + 0.5) / (found + 0.5))
        return weights

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise Damaged("snapshot.damaged", file=self.FILE) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # A published file never changes: without locks, and nothing is written beside it.
            uri = f"{self._file.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True)
            self._local.connection = connection
        return connection


def write_lexical(
    folder: Path,
    base: Path | None,
    removed: Iterable[int],
    added: Iterable[tuple[int, str, str]],
) -> None:
    """Write the index into ``folder``: that of ``base``, without ``removed``, with ``added``.

    ``added`` gives (chunk id, title, text).
    """
    file = folder / LexicalIndex.FILE
    if base is not None:
        file.write_bytes((base / LexicalIndex.FILE).read_bytes())
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        # The whole file is written aside and synced as a whole before it is published.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
        if base is None:
            # "ascii" takes every Cyrillic letter as part of a word: the terms are cut already. A
            # decimal like «3.5» is one of them.
            connection.execute(
                "CREATE VIRTUAL TABLE terms USING fts5"
                """(title, text, tokenize="ascii tokenchars '.'")"""
            )
            connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(terms, row)")
            connection.execute("CREATE TABLE sizes (id INTEGER PRIMARY KEY)")
        gone = [(identifier,) for identifier in removed]
        connection.executemany("DELETE FROM terms WHERE rowid = ?", gone)
        connection.executemany("DELETE FROM sizes WHERE id = ?", gone)
        for identifier, title, text in added:
            connection.execute(
                "INSERT INTO terms (rowid, title, text) VALUES (?, ?, ?)",
                (identifier, _terms(title), _terms(text)),
            )
            connection.execute("INSERT INTO sizes VALUES (?)", (identifier,))
        connection.execute("COMMIT")
    finally:
        connection.close()


def _terms(text: str) -> str:
    return " ".join(term.text for term in analyse(text))
