"""What a data folder keeps in Milvus: collections under its own name, and what becomes of them.

A row is written once, under its chunk's id, with the generation that brought it. A snapshot sees
the rows up to its generation, so that what is being written is not seen, and what was never
published can be told and removed. Rows that a snapshot no longer has stay until the one after it is
written, for readers of the one before.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.arrays import Ids
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged, SnapshotMismatch
from index.milvus.collection import AT_A_TIME, Collection, named
from index.milvus.index import MilvusIndex, Place
from index.milvus.server import WRITING_SECONDS, Server


class MilvusStore:
    """Makes, changes and opens indexes in the collections of one data folder."""

    def __init__(self, server: Server, owner: Callable[[], str], exact_chunks: int) -> None:
        """``owner`` gives the name under which this data folder alone writes.

        Up to ``exact_chunks`` are searched exactly, more in the way that Milvus is configured for.
        """
        self._server = server
        self._owner = owner
        self._exact_chunks = exact_chunks

    def build(
        self, ids: Ids, vectors: FloatMatrix, groups: Sequence[str] | None = None
    ) -> MilvusIndex:
        """Index ``vectors`` (n, dimension) under ``ids`` (n,) in a collection of their own."""
        own = list(groups or [""] * len(ids))
        return self._build(ids, vectors, own, exact=len(ids) <= self._exact_chunks)

    def updated(
        self,
        base: MilvusIndex,
        removed: Iterable[int],
        ids: Ids,
        vectors: FloatMatrix,
        groups: Sequence[str] | None = None,
    ) -> MilvusIndex:
        """Return a new index: ``base`` without ``removed`` and with ``vectors`` under ``ids``."""
        gone = np.isin(base.ids, np.fromiter(removed, np.int64))
        left, before = base.ids[~gone], base.place
        own = list(groups or [""] * len(ids))
        if before is None or not len(left):
            return self.build(ids, vectors, own)
        both = np.concatenate([left, ids])
        of = [before.languages[code] for code in base.codes[~gone]] + own
        new = vectors.reshape(-1, before.dimension)
        exact = len(both) <= (self._exact_chunks if before.exact else self._exact_chunks // 2)
        again = np.isin(ids, np.concatenate([base.ids, base.removed])).any()
        if exact != before.exact or again:
            whole = np.concatenate([base.matrix()[~gone], new])
            return self._build(both, whole, of, exact=exact)
        place = replace(before, generation=before.generation + 1, written=time.time())
        collection = base.collection(place)
        collection.delete(f"generation > {before.generation}")  # what was never published
        for start in range(0, len(base.removed), AT_A_TIME):
            collection.delete(named(base.removed[start : start + AT_A_TIME]))
        collection.insert(ids, own, place.generation, new)
        return MilvusIndex.of(self._server, place, both, of, base.ids[gone])

    def open(self, folder: Path) -> MilvusIndex:
        """Open what a snapshot holds in Milvus.

        Raises SnapshotMismatch where it is another data folder's, Damaged where it cannot be read
        or is not there, and Unreachable.
        """
        index = MilvusIndex.open(self._server, folder)
        if index.place is not None and not index.place.collection.startswith(self._prefix()):
            raise SnapshotMismatch("milvus.elsewhere")
        index.require_reachable()
        return index

    def faults(self, folder: Path) -> list[str]:
        """Return what is wrong with the rows of a snapshot, a line each. Raises Unreachable."""
        try:
            index = self.open(folder)
        except (Damaged, SnapshotMismatch) as error:
            return [str(error)]
        if index.place is None:
            return []
        count = index.collection(index.place).count(f"generation <= {index.place.generation}")
        if len(index.ids) <= count <= len(index.ids) + len(index.removed):
            return []
        return [f"{index.place.collection}: {count} of {len(index.ids)}"]

    def keep_only(self, folders: Iterable[Path]) -> None:
        """Drop the collections of this data folder that no snapshot of ``folders`` is in.

        Raises Unreachable.
        """
        kept = {
            place.collection
            for folder in folders
            if (place := MilvusIndex.open(self._server, folder).place) is not None
        }
        for name in self._server.collections():
            if name.startswith(self._prefix()) and name not in kept:
                self._server.drop(name)

    def _build(
        self, ids: Ids, vectors: FloatMatrix, groups: Sequence[str], *, exact: bool
    ) -> MilvusIndex:
        if not len(ids):
            return MilvusIndex.empty(self._server)
        name = f"{self._prefix()}{secrets.token_hex(8)}"
        place = Place(name, 1, exact, vectors.shape[1], (), time.time())
        self._server.create(name, vectors.shape[1], exact=exact)
        collection = Collection(self._server, name, place.written)
        collection.insert(ids, groups, place.generation, vectors)
        collection.load(WRITING_SECONDS)
        return MilvusIndex.of(self._server, place, ids, groups, np.empty(0, np.int64))

    def _prefix(self) -> str:
        return prefix(self._owner())


def prefix(owner: str) -> str:
    """Return how the names of the collections of a data folder begin."""
    return f"yauap_{owner}_"
