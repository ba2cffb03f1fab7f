"""SQLite's FTS5, with a copy of the terms beside the postings, and without."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from eval.engines.protocol import Chunk, Ids

# Terms stand between spaces, and «3.5» is one of them.
_TOKENS = """tokenize="ascii tokenchars '.'" """


class Fts5:
    """An FTS5 table that holds the terms and their postings. k1 = 1.2 and b = 0.75 are fixed."""

    columns = f"text, {_TOKENS}"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "terms.sqlite"
        self._connection: sqlite3.Connection | None = None

    def build(self, chunks: Sequence[Chunk]) -> None:
        """Write the index anew."""
        self._file.unlink(missing_ok=True)
        create = f"CREATE VIRTUAL TABLE terms USING fts5({self.columns})"
        self._write(create, [()])
        self.add(chunks)

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Insert ``chunks`` in one transaction."""
        rows = ((chunk.id, " ".join(chunk.terms)) for chunk in chunks)
        self._write("INSERT INTO terms (rowid, text) VALUES (?, ?)", rows)

    def delete(self, chunks: Sequence[Chunk]) -> None:
        """Delete ``chunks`` in one transaction."""
        self._write("DELETE FROM terms WHERE rowid = ?", ((chunk.id,) for chunk in chunks))

    def open(self) -> None:
        """Open the file as one that does not change, as a snapshot's does not."""
        uri = f"{self._file.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True)
        self._connection.execute("SELECT rowid FROM terms LIMIT 1").fetchone()

    def search(self, terms: Sequence[str], count: int, among: Ids | None = None) -> list[int]:
        """Rank every chunk that matches; FTS5 skips none."""
        assert self._connection is not None
        if not terms:
            return []
        values: list[object] = [" OR ".join(f'"{term}"' for term in terms)]
        narrowed = ""
        if among is not None:
            # The plus keeps SQLite from asking the full-text index for one row at a time, which
            # takes a hundred times as long.
            narrowed = "AND +rowid IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(among.tolist()))
        sql = (
            f"SELECT rowid, bm25(terms) AS cost FROM terms WHERE terms MATCH ? {narrowed} "
            "ORDER BY cost, rowid LIMIT ?"
        )
        return [row[0] for row in self._connection.execute(sql, (*values, count))]

    def _write(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
            # A snapshot is synced as a whole before it is published.
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
            connection.executemany(sql, rows)
            connection.execute("COMMIT")


class ContentlessFts5(Fts5):
    """Postings alone. To delete a chunk, its terms must be given just as they were."""

    columns = f"text, content='', {_TOKENS}"

    def delete(self, chunks: Sequence[Chunk]) -> None:
        """Delete ``chunks`` by their terms; SQLite before 3.43 knows no other way."""
        rows = ((chunk.id, " ".join(chunk.terms)) for chunk in chunks)
        self._write("INSERT INTO terms (terms, rowid, text) VALUES ('delete', ?, ?)", rows)
