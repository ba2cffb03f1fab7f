"""Where the vectors of snapshots lie: in files of the snapshot, or in Milvus."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from index import dense
from index.arrays import Ids
from index.embedding.protocol import FloatMatrix
from index.errors import SnapshotMismatch
from index.milvus import MilvusIndex, MilvusStore

Kind = Literal["flat", "inverted", "milvus"]
StoredIndex = dense.DenseIndex | MilvusIndex


class VectorStore:
    """Makes, changes and opens the dense indexes of one data folder."""

    def __init__(self, exact_chunks: int, milvus: MilvusStore | None = None) -> None:
        """Up to ``exact_chunks`` the nearest are found exactly; in Milvus, where it is given."""
        self._exact_chunks = exact_chunks
        self._milvus = milvus

    def build(
        self, ids: Ids, vectors: FloatMatrix, groups: Sequence[str] | None = None
    ) -> StoredIndex:
        """Index ``vectors`` (n, dimension) under ``ids`` (n,).

        ``groups`` (n,) are names of what is often looked for alone.
        """
        if self._milvus is not None:
            return self._milvus.build(ids, vectors, groups)
        return dense.build(ids, vectors, self._exact_chunks, groups)

    def updated(
        self,
        base: StoredIndex,
        removed: Iterable[int],
        ids: Ids,
        vectors: FloatMatrix,
        groups: Sequence[str] | None = None,
    ) -> StoredIndex:
        """Return a new index: ``base`` without ``removed`` and with ``vectors`` under ``ids``.

        It is where ``base`` is, which must be in this store.
        """
        if isinstance(base, MilvusIndex):
            return self._known().updated(base, removed, ids, vectors, groups)
        return dense.updated(base, removed, ids, vectors, self._exact_chunks, groups)

    def open(self, folder: Path, kind: Kind) -> StoredIndex:
        """Open the index of a snapshot.

        Raises Damaged if it cannot be read, SnapshotMismatch where it is in Milvus and this store
        is not, and Unreachable.
        """
        if kind == "milvus":
            return self._known().open(folder)
        return dense.open_index(folder, kind)

    def holds(self, kind: Kind) -> bool:
        """Whether an index of this kind lies where this store puts them."""
        return (kind == "milvus") == (self._milvus is not None)

    def faults(self, folder: Path, kind: Kind) -> list[str]:
        """Return what is wrong with an index outside the files of its snapshot, a line each.

        Raises Unreachable.
        """
        if kind != "milvus":
            return []
        if self._milvus is None:
            return [str(SnapshotMismatch("milvus.elsewhere"))]
        return self._milvus.faults(folder)

    def keep_only(self, kept: Iterable[tuple[Path, Kind]]) -> None:
        """Remove what is outside the files of snapshots and is of none of those ``kept``.

        Raises Unreachable.
        """
        if self._milvus is not None:
            self._milvus.keep_only(folder for folder, kind in kept if kind == "milvus")

    def _known(self) -> MilvusStore:
        if self._milvus is None:
            raise SnapshotMismatch("milvus.elsewhere")
        return self._milvus


def kind_of(index: StoredIndex) -> Kind:
    """Return what a store must be told to open an index again."""
    return "milvus" if isinstance(index, MilvusIndex) else dense.kind_of(index)


def known_kind(kind: object) -> Kind:
    """Return a kind as a manifest names it. Raises Damaged for what is none."""
    return "milvus" if kind == "milvus" else dense.known_kind(kind)
