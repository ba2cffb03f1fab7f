"""Reading the index: one consistent view of catalog and snapshot for each question."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from index.arrays import Ids, Scores, sought
from index.catalog import DELETIONS, Catalog, get_state
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.filters import Filters, document_conditions
from index.passages import Passage, Place, is_stored, passages, place
from index.postings.bm25 import Alternatives
from index.relations import Relatives, relatives
from index.snapshot import Snapshot, Snapshots
from index.text.spans import Span

EMPTY_VERSION = "empty"
_MOST_ATTEMPTS = 4  # to open a snapshot anew, while others are published


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
    """Chunks of one language, ``ids`` of shape (n,), ascending."""

    language: str
    ids: Ids


class IndexView:
    """The live passages of one moment, whatever is written meanwhile."""

    def __init__(
        self, connection: sqlite3.Connection, opened: _Opened | None, catalog: Catalog
    ) -> None:
        self._connection = connection
        self._catalog = catalog
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
    def created_at(self) -> str | None:
        """When the published snapshot was made, None where there is none."""
        return None if self._snapshot is None else self._snapshot.created_at

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to find."""
        if self._snapshot is None:
            return True
        # Not only what is in the snapshot can be among the deleted, but also what was on its way.
        if len(self._deleted) < len(self._snapshot.vectors.ids):
            return False
        return bool(np.isin(self._snapshot.vectors.ids, self._deleted).all())

    def require_reachable(self) -> None:
        """Raise Unreachable where what holds the vectors does not answer."""
        if self._snapshot is not None:
            self._snapshot.vectors.require_reachable()

    def groups(self, filters: Filters) -> list["Group"]:
        """Return the chunks that ``filters`` let through, by language; no group is empty."""
        matching = self._matching(replace(filters, language=()))
        groups = []
        for language, ids in self._by_language.items():
            if filters.language and language not in filters.language:
                continue
            kept = ids if matching is None else np.intersect1d(ids, matching)
            if len(kept):
                groups.append(Group(language, kept))
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

    def live(self, group: Group) -> Ids:
        """Return the chunks of a group that are not deleted."""
        return np.setdiff1d(group.ids, np.array(self._deleted, np.int64))

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

    def leads(self, ids: Ids) -> Ids:
        """Return the first passage of each chunk's document."""
        if self._opened is None or not len(self._opened.ids):
            return ids
        return self._opened.leads[sought(self._opened.ids, ids)[0]]

    def lexical(self, asked: Sequence[Alternatives], count: int, group: Group) -> Ids:
        """Return the best chunks of a group for the words ``asked`` (see LexicalIndex.search)."""
        if self._snapshot is None:
            return np.empty(0, np.int64)
        return self._snapshot.lexical.search(asked, count, group.ids, self._deleted)

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

    def beginning_with(self, prefix: str) -> str:
        """Return the terms in the index that begin with ``prefix``, one a line."""
        return "" if self._snapshot is None else self._snapshot.lexical.beginning_with(prefix)

    def text(self, document_id: str, version: int, span: Span) -> str:
        """Return the stored text of a live document at ``span``; empty where there is none."""
        row = self._connection.execute(
            "SELECT substr(v.text, ? + 1, ?) FROM documents d JOIN versions v "
            "ON v.document_id = d.id AND v.version = d.version "
            "WHERE d.id = ? AND d.version = ? AND NOT d.deleted",
            (span.start, len(span), document_id, version),
        ).fetchone()
        return "" if row is None else str(row[0])

    def is_still_stored(self, document_id: str, version: int) -> bool:
        """Whether this version is stored now: what was deleted since this view began is not."""
        with self._catalog.reading() as connection:
            return is_stored(connection, document_id, version)

    def place(self, document_id: str, version: int, at: int) -> Place:
        """Return where code point ``at`` of a live document stands."""
        return place(self._connection, document_id, version, at)

    def neighbours(self, of: Passage, reach: int) -> list[Passage]:
        """Return the passages up to ``reach`` before and after one in its document."""
        first, last = of.chunk_id - reach, of.chunk_id + reach
        near = self.passages(i for i in range(first, last + 1) if i != of.chunk_id)
        return [other for other in near if other.document_id == of.document_id]

    def relatives(self, of: Iterable[Passage], filters: Filters) -> dict[str, Relatives]:
        """Return what belongs to the documents of passages, as far as ``filters`` allow, by id."""
        documents = {passage.document_id: passage.document_version for passage in of}
        return relatives(self._connection, documents, filters)

    def passages(self, ids: Iterable[int]) -> list[Passage]:
        """Return the live passages among ``ids``, in their order."""
        return passages(self._connection, ids)


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
        Damaged where its files cannot be read, and Unreachable where its vectors are elsewhere and
        out of reach.
        """
        for attempt in range(_MOST_ATTEMPTS + 1):
            with self._catalog.reading() as connection:
                name = get_state(connection, "published")
                try:
                    opened = None if name is None else self._opened(name, connection)
                except (FileNotFoundError, Damaged) as error:
                    # Another may have been published since, and this one removed half read.
                    if attempt < _MOST_ATTEMPTS and self.version() != name:
                        continue
                    if isinstance(error, Damaged):
                        raise
                    raise Damaged("snapshot.missing", name=name) from error
                yield IndexView(connection, opened, self._catalog)
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
        with self.view() as view:
            return view.created_at

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
