"""The dense index: vectors by chunk id, searched by inner product.

``VectorIndex`` is what the rest of the system sees; FAISS is behind it in this module alone.
"""

import errno
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids, Scores, loaded, sought
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.ranking import Ranking
from index.remembered import Remembered

_REMEMBERED = 8  # filters: those of whole languages come with every question
_KEPT_RANKINGS = 16  # of threads that ask at the same time
_RANKED = 600  # for all filters together: a filter takes longer than to rank so many more


class VectorIndex(Protocol):
    """Vectors of unit length with their chunk ids; read-only and safe to share between threads."""

    @property
    def ids(self) -> Ids:
        """All chunk ids, ascending, shape (n,)."""

    def matrix(self) -> FloatMatrix:
        """Return all vectors in the order of their ids, shape (n, dimension)."""

    def search(
        self, query: FloatMatrix, count: int, among: Ids | None = None, without: Iterable[int] = ()
    ) -> tuple[Ids, Scores]:
        """Return the ``count`` nearest ids and their inner products, best first.

        ``query`` has shape (dimension,). With ``among``, ascending, only these ids are considered,
        and ``without`` never; the filter acts before the ranking, so that fewer than ``count`` come
        back only where fewer are left. Equal scores stand in the order of their ids. The same
        objects ``query`` and ``among`` are taken to say the same as before.
        """

    def scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the inner product of ``query`` with each of ``ids``, shape (len(ids),).

        An id that is not in the index has the score 0.
        """

    def require_reachable(self) -> None:
        """Raise Unreachable where what holds the vectors does not answer."""


def products(vectors: FloatMatrix, query: FloatMatrix) -> Scores:
    """Return the inner product of each row of ``vectors`` with ``query``, shape (len(vectors),).

    Equal rows have equal products, wherever they stand: BLAS adds up in another order at the edges
    of its blocks, and copies of one text would change places by it.
    """
    found: Scores = np.einsum("ij,j->i", vectors, query)
    return found.astype(np.float32, copy=False)


class FlatIndex:
    """Exact search over all vectors with FAISS.

    They are few enough to be read into memory: to go through mapped files takes longer.
    """

    VECTORS, IDS = "vectors.faiss", "ids.npy"

    def __init__(self, index: faiss.Index, ids: Ids) -> None:
        self._index = index
        self._ids = ids
        self._among: Remembered[Ids, NDArray[np.bool_]] = Remembered(
            lambda among: np.isin(ids, among), _REMEMBERED
        )
        # A question is asked of each language. What is kept does not hold this index, whose vectors
        # would else wait for the collector.
        self._ranked: Remembered[FloatMatrix, Ranking] = Remembered(
            lambda query: _nearest(index, ids, query, _RANKED), _KEPT_RANKINGS
        )

    @classmethod
    def build(cls, ids: Ids, vectors: FloatMatrix) -> "FlatIndex":
        """Index ``vectors`` of shape (n, dimension) under ``ids``, shape (n,), in any order."""
        order = np.argsort(ids)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors[order], np.float32))
        return cls(index, ids[order].astype(np.int64))

    @classmethod
    def open(cls, folder: Path) -> "FlatIndex":
        """Read the index that ``save`` wrote to ``folder``. Raises Damaged if it cannot."""
        try:
            index = faiss.read_index(str(folder / cls.VECTORS))
            ids = loaded(folder / cls.IDS)
        except (RuntimeError, OSError, ValueError) as error:
            raise Damaged("snapshot.damaged", file=cls.VECTORS) from error
        return cls(index, ids)

    def save(self, folder: Path) -> None:
        """Write the index into ``folder``. Raises OSError where the disk does not take it."""
        write_index(self._index, folder / self.VECTORS)
        np.save(folder / self.IDS, self._ids, allow_pickle=False)

    @property
    def ids(self) -> Ids:
        """All chunk ids, ascending, shape (n,)."""
        return self._ids

    def matrix(self) -> FloatMatrix:
        """Return all vectors in the order of their ids, shape (n, dimension)."""
        vectors: FloatMatrix = self._index.reconstruct_n(0, self._index.ntotal)
        return vectors.reshape(-1, self._index.d)

    def updated(self, removed: Iterable[int], ids: Ids, vectors: FloatMatrix) -> "FlatIndex":
        """Return a new index without ``removed`` and with ``vectors`` under ``ids``."""
        kept = ~np.isin(self._ids, np.fromiter(removed, np.int64))
        new = vectors.reshape(-1, self._index.d)
        left = self.matrix()[kept]
        return self.build(np.concatenate([self._ids[kept], ids]), np.concatenate([left, new]))

    def search(
        self, query: FloatMatrix, count: int, among: Ids | None = None, without: Iterable[int] = ()
    ) -> tuple[Ids, Scores]:
        """Return the nearest ids and their inner products, best first (see VectorIndex)."""
        excluded = np.fromiter(without, np.int64)
        share = 1.0 if among is None else len(among) / max(1, len(self._ids))
        if _RANKED * share >= count:
            allowed = None if among is None else self._among.of(among)
            best = self._ranked.of(query).best(max(0, count), allowed, excluded)
            if best is not None:
                return best
        parameters, left = self._selection(among, excluded)
        found = _nearest(self._index, self._ids, query, min(count, left), parameters)
        return found.ids, found.scores

    def scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the inner product of ``query`` with each of ``ids`` (see VectorIndex)."""
        result = np.zeros(len(ids), np.float32)
        places, known = sought(self._ids, ids)
        if known.any():
            vectors = self._index.reconstruct_batch(places[known])
            result[known] = products(vectors, query)
        return result

    def require_reachable(self) -> None:
        """Do nothing: the vectors are at hand."""

    def _selection(
        self, among: Ids | None, without: Ids
    ) -> tuple[faiss.SearchParameters | None, int]:
        if among is None and not len(without):
            return None, len(self._ids)
        allowed = np.ones(len(self._ids), bool) if among is None else self._among.of(among)
        if len(without):
            allowed = allowed & ~np.isin(self._ids, without)
        bits = np.packbits(allowed, bitorder="little")
        # The stubs know the constructors of C++, not those of the Python wrapper.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type] # stubs of C++
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg] # stubs of C++
        return parameters, int(allowed.sum())


def _nearest(
    index: faiss.Index,
    ids: Ids,
    query: FloatMatrix,
    count: int,
    parameters: faiss.SearchParameters | None = None,
) -> Ranking:
    """Return the ``count`` nearest of ``ids`` (n,), as far as ``parameters`` allow, or all."""
    most = min(count, len(ids))
    if most <= 0:
        nothing = np.empty(0, np.int64)
        return Ranking(nothing, np.empty(0, np.float32), nothing, whole=not len(ids))
    scores, places = index.search(query[None, :], most, params=parameters)
    return Ranking.of(ids[places[0]], scores[0], places[0], whole=most == len(ids))


def write_index(index: faiss.Index, file: Path) -> None:
    """Write an index of FAISS. Raises OSError where the disk does not take it."""
    try:
        faiss.write_index(index, str(file))
    except RuntimeError as error:  # "… 4051 != 12800 (No space left on device)"
        raise OSError(errno.EIO, str(error).rpartition("(")[2].rstrip(")")) from error
