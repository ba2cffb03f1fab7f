"""Reading the index: one consistent view of catalog and snapshot for each question."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from index.catalog import DELETIONS, Catalog, get_state
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.snapshot import Snapshot, Snapshots
from index.term_index import Alternatives
from index.text.language import Language
from index.text.spans import Span
from index.vectors import Ids, Scores

EMPTY_VERSION = "empty"


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on passages; all that are given hold. Empty: no condition."""

    language: Sequence[str] = ()
    document_id: Sequence[str] = ()
    source: Sequence[str] = ()
    published_from: str | None = None
    published_to: str | None = None
    metadata: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nothing: bool = False  # no passage can meet the conditions

    def __bool__(self) -> bool:
        dates = (self.published_from, self.published_to)
        lists = (self.language, self.document_id, self.source, self.metadata)
        return self.nothing or any((*lists, *dates))

    def __and__(self, other: "Filters") -> "Filters":
        """Return filters that let through what both let through."""
        keys = {**self.metadata, **other.metadata}
        common = {
            name: _common(getattr(self, name), getattr(other, name))
            for name in ("language", "document_id", "source")
        }
        metadata = {
            key: _common(self.metadata.get(key, ()), other.metadata.get(key, ())) for key in keys
        }
        from_ = [f.published_from for f in (self, other) if f.published_from is not None]
        to = [f.published_to for f in (self, other) if f.published_to is not None]
        return Filters(
            language=common["language"] or (),
            document_id=common["document_id"] or (),
            source=common["source"] or (),
            published_from=max(from_, default=None),
            published_to=min(to, default=None),
            metadata={key: values or () for key, values in metadata.items()},
            nothing=self.nothing or other.nothing or None in (*common.values(), *metadata.values()),
        )


def _common(first: Sequence[str], second: Sequence[str]) -> Sequence[str] | None:
    """Return the values that two conditions allow, where () allows all; None: not a single one."""
    if not first or not second:
        return first or second
    return tuple(value for value in first if value in second) or None


@dataclass(frozen=True, slots=True)
class Passage:
    """A live chunk with what is known of its document. ``span`` stands in the document's text."""

    chunk_id: int
    document_id: str
    document_version: int
    title: str | None
    url: str | None
    language: Language
    published_at: str | None
    source: str | None
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class _Opened:
    """A snapshot with the ids of its chunks by language.

    ``leads`` (n,) are the first chunks of the documents of all chunks, ``ids`` (n,), ascending.
    """

    snapshot: Snapshot
    by_language: Mapping[str, Ids]
    ids: Ids
    leads: Ids


@dataclass(frozen=True, slots=True)
class Group:
    """Chunks of one language, ``ids`` of shape (n,); ``whole`` where they are all of them."""

    language: str
    ids: Ids
    whole: bool


class IndexView:
    """The live passages of one moment, whatever is written meanwhile."""

    def __init__(self, connection: sqlite3.Connection, opened: _Opened | None) -> None:
        self._connection = connection
        self._opened = opened
        self._snapshot = None if opened is None else opened.snapshot
        self._by_language = {} if opened is None else opened.by_language
        self._deleted = [
            int(row[0]) for row in connection.execute("SELECT chunk_id FROM tombstones")
        ]

    @property
    def version(self) -> str:
        """Name of the published snapshot."""
        return EMPTY_VERSION if self._snapshot is None else self._snapshot.name

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to find."""
        if self._snapshot is None:
            return True
        # Not only what is in the snapshot can be among the deleted, but also what was on its way.
        return bool(np.isin(self._snapshot.vectors.ids, self._deleted).all())

    def groups(self, filters: Filters) -> list["Group"]:
        """Return the chunks that ``filters`` let through, by language; no group is empty."""
        matching = self._matching(replace(filters, language=()))
        groups = []
        for language, ids in self._by_language.items():
            if filters.language and language not in filters.language:
                continue
            kept = ids if matching is None else np.intersect1d(ids, matching)
            if len(kept):
                groups.append(Group(language, kept, whole=matching is None))
        return groups

    def _matching(self, filters: Filters) -> Ids | None:
        """Return the ids of all live chunks that ``filters`` let through; None for no filter."""
        if not filters:
            return None
        conditions, values = document_conditions(filters)
        rows = self._connection.execute(
            "SELECT c.id FROM chunks c "
            "JOIN documents d ON d.id = c.document_id AND d.version = c.version AND NOT d.deleted "
            "JOIN versions v ON v.document_id = d.id AND v.version = d.version "
            f"WHERE {' AND '.join(conditions)}",
            values,
        )
        return np.array([row[0] for row in rows], np.int64)

    def dense(self, query: FloatMatrix, count: int, group: Group) -> Ids:
        """Return the chunks of a group that are nearest to ``query`` (see VectorIndex.search)."""
        if self._snapshot is None:
            return np.empty(0, np.int64)
        return self._snapshot.vectors.search(query, count, group.ids, self._deleted)[0]

    def dense_scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the cosine of ``query`` with each chunk."""
        if self._snapshot is None:
            return np.zeros(len(ids), np.float32)
        return self._snapshot.vectors.scores(query, ids)

    def lead_scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the cosine of ``query`` with the first passage of each chunk's document."""
        return self.dense_scores(query, self.leads(ids))

    def leads(self, ids: Ids) -> Ids:
        """Return the first passage of each chunk's document."""
        if self._opened is None or not len(self._opened.ids):
            return ids
        last = len(self._opened.ids) - 1
        return self._opened.leads[np.minimum(np.searchsorted(self._opened.ids, ids), last)]

    def lexical(self, asked: Sequence[Alternatives], count: int, group: Group) -> Ids:
        """Return the best chunks of a group for the words ``asked`` (see LexicalIndex.search)."""
        if self._snapshot is None:
            return np.empty(0, np.int64)
        among = None if group.whole else group.ids
        search = self._snapshot.lexical.search
        return search(asked, count, group.language, among, self._deleted)

    def lexical_scores(self, asked: Sequence[Alternatives], ids: Ids) -> tuple[Scores, Scores]:
        """Return the BM25 scores of chunks and of their documents (see LexicalIndex.scores)."""
        if self._snapshot is None:
            return np.zeros(len(ids), np.float32), np.zeros(len(ids), np.float32)
        return self._snapshot.lexical.scores(asked, ids)

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term; 0 where there is no text at all."""
        if self._snapshot is None:
            return dict.fromkeys(terms, 0.0)
        return self._snapshot.lexical.weights(terms)

    def beginning_with(self, prefix: str) -> list[str]:
        """Return the terms in the index that begin with ``prefix``."""
        return [] if self._snapshot is None else self._snapshot.lexical.beginning_with(prefix)

    def text(self, document_id: str, version: int, span: Span) -> str:
        """Return the stored text of a live document at ``span``; empty where there is none."""
        row = self._connection.execute(
            "SELECT substr(v.text, ? + 1, ?) FROM documents d JOIN versions v "
            "ON v.document_id = d.id AND v.version = d.version "
            "WHERE d.id = ? AND d.version = ? AND NOT d.deleted",
            (span.start, len(span), document_id, version),
        ).fetchone()
        return "" if row is None else str(row[0])

    def neighbours(self, passage: Passage, reach: int) -> list[Passage]:
        """Return the passages up to ``reach`` before and after one in its document."""
        first, last = passage.chunk_id - reach, passage.chunk_id + reach
        near = self.passages(i for i in range(first, last + 1) if i != passage.chunk_id)
        return [other for other in near if other.document_id == passage.document_id]

    def passages(self, ids: Iterable[int]) -> list[Passage]:
        """Return the live passages among ``ids``, in their order."""
        found = []
        for identifier in ids:
            row = self._connection.execute(_PASSAGE, (int(identifier),)).fetchone()
            if row is not None:
                found.append(_passage(row))
        return found


class Index:
    """The readable side of a data folder; safe to share between threads."""

    def __init__(self, catalog: Catalog, snapshots: Snapshots) -> None:
        self._catalog = catalog
        self._snapshots = snapshots
        self._open: _Opened | None = None
        self._turn = threading.Lock()

    @contextmanager
    def view(self) -> Iterator[IndexView]:
        """Give the live passages of this moment.

        Raises SnapshotMismatch where the snapshot was built by another model, chunker or analyser,
        and Damaged where its files cannot be read.
        """
        for attempt in range(5):
            with self._catalog.reading() as connection:
                name = get_state(connection, "published")
                try:
                    opened = None if name is None else self._opened(name, connection)
                except FileNotFoundError as error:
                    if attempt == 4:
                        raise Damaged("snapshot.missing", name=name) from error
                    continue  # published anew, and removed, between the two lines above
                yield IndexView(connection, opened)
                return

    def version(self) -> str:
        """Return the name of the published snapshot."""
        with self._catalog.reading() as connection:
            return get_state(connection, "published") or EMPTY_VERSION

    def moment(self) -> tuple[str, int]:
        """Return what changes whenever the same question might be answered in another way."""
        with self._catalog.reading() as connection:
            published = get_state(connection, "published") or EMPTY_VERSION
            return published, int(get_state(connection, DELETIONS) or 0)

    def published_at(self) -> str | None:
        """Return when the published snapshot was made, None where there is none."""
        with self._catalog.reading() as connection:
            name = get_state(connection, "published")
        return None if name is None else self._snapshots.created_at(name)

    def _opened(self, name: str, connection: sqlite3.Connection) -> _Opened:
        with self._turn:
            if self._open is None or self._open.snapshot.name != name:
                self._open = _open(self._snapshots.open(name), connection)
            return self._open


def _open(snapshot: Snapshot, connection: sqlite3.Connection) -> _Opened:
    groups: dict[str, list[int]] = {}
    first: dict[tuple[str, int], int] = {}
    ids, leads = [], []
    for row in connection.execute(
        "SELECT id, document_id, version, language FROM chunks ORDER BY id"
    ):
        groups.setdefault(row["language"], []).append(row["id"])
        ids.append(row["id"])
        leads.append(first.setdefault((row["document_id"], row["version"]), row["id"]))
    held = snapshot.vectors.ids
    by_language = {
        language: np.intersect1d(np.array(own, np.int64), held) for language, own in groups.items()
    }
    return _Opened(snapshot, by_language, np.array(ids, np.int64), np.array(leads, np.int64))


_PASSAGE = """
SELECT c.id, c.document_id, c.version, v.title, v.url, c.language, v.published_at, v.source,
    c.start, c."end",
    substr(v.text, c.start + 1, c."end" - c.start) AS text
FROM chunks c
JOIN documents d ON d.id = c.document_id AND d.version = c.version AND NOT d.deleted
JOIN versions v ON v.document_id = d.id AND v.version = d.version
WHERE c.id = ?
"""


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        chunk_id=row["id"],
        document_id=row["document_id"],
        document_version=row["version"],
        title=row["title"],
        url=row["url"],
        language=row["language"],
        published_at=row["published_at"],
        source=row["source"],
        span=Span(row["start"], row["end"]),
        text=row["text"],
    )


def document_conditions(filters: Filters) -> tuple[list[str], list[object]]:
    """Return conditions on ``documents d`` and ``versions v``, and their values; none on language.

    A passage has a language of its own, which its document's need not be.
    """
    conditions: list[str] = ["0"] if filters.nothing else []
    values: list[object] = []
    for column, allowed in (
        ("d.id", filters.document_id),
        ("v.source", filters.source),
    ):
        if allowed:
            conditions.append(f"{column} IN ({', '.join('?' * len(allowed))})")
            values += allowed
    if filters.published_from is not None:
        conditions.append("v.published_at >= ?")
        values.append(filters.published_from)
    if filters.published_to is not None:
        conditions.append("v.published_at <= ?")
        values.append(filters.published_to)
    for key, allowed in filters.metadata.items():
        conditions.append(
            "EXISTS (SELECT 1 FROM json_each(v.metadata) WHERE key = ? "
            f"AND CAST(value AS TEXT) IN ({', '.join('?' * len(allowed))}))"
        )
        values += [key, *allowed]
    return conditions, values
