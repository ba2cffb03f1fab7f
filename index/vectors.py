"""The dense index: vectors by chunk id, searched by inner product.

``VectorIndex`` is what the rest of the system sees; FAISS is behind it in this module alone.
"""

import errno
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np

from index.arrays import Ids, Places, Scores, found, highest, loaded, sought
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.remembered import Remembered

_KEPT_FILTERS = 8  # those of whole languages come with every question
_KEPT_QUERIES = 16  # of threads that ask at the same time; each as large as the index has vectors
_NEVER = np.float32(-np.inf)


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

    def __init__(self, index: faiss.IndexFlat, ids: Ids) -> None:
        self._index = index
        self._ids = ids
        self._among: Remembered[Ids, Places] = Remembered(partial(found, ids), _KEPT_FILTERS)
        # A question is asked of each language. What is kept does not hold this index, whose vectors
        # would else wait for the collector.
        self._scored: Remembered[FloatMatrix, Scores] = Remembered(
            partial(_inner_products, index), _KEPT_QUERIES
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
        if not isinstance(index, faiss.IndexFlat) or index.ntotal != len(ids):
            raise Damaged("snapshot.damaged", file=cls.VECTORS)
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
        scores = self._scored.of(query)
        excluded = found(self._ids, np.fromiter(without, np.int64))
        if len(excluded):
            scores = scores.copy()
            scores[excluded] = _NEVER
        if among is None:
            best = highest(scores, count, _NEVER)
        else:
            allowed = self._among.of(among)
            best = allowed[highest(scores[allowed], count, _NEVER)]
        return self._ids[best], scores[best]

    def scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the inner product of ``query`` with each of ``ids`` (see VectorIndex)."""
        result = np.zeros(len(ids), np.float32)
        places, known = sought(self._ids, ids)
        if known.any():
            # Not those of FAISS, whose last bit may differ from what other indexes give.
            result[known] = products(self._index.reconstruct_batch(places[known]), query)
        return result

    def require_reachable(self) -> None:
        """Do nothing: the vectors are at hand."""


def _inner_products(index: faiss.IndexFlat, query: FloatMatrix) -> Scores:
    """Return the inner product of ``query`` (dimension,) with each vector of ``index``, (n,).

    Equal vectors have equal products. Raises ValueError for a query of another length.
    """
    asked = np.ascontiguousarray(query, np.float32)
    if not index.ntotal:
        return np.empty(0, np.float32)
    if asked.shape != (index.d,):  # FAISS would read what lies behind it
        raise ValueError(f"{asked.shape} is not ({index.d},)")
    products = np.empty(index.ntotal, np.float32)
    # The index's own method would wake threads of OpenMP, which have nothing to do here, and turn
    # for some milliseconds more in case that they get it.
    faiss.fvec_inner_products_ny(  # type: ignore[attr-defined] # the stubs lack it
        faiss.swig_ptr(products), faiss.swig_ptr(asked), index.get_xb(), index.d, index.ntotal
    )
    return products


def write_index(index: faiss.Index, file: Path) -> None:
    """Write an index of FAISS. Raises OSError where the disk does not take it."""
    try:
        faiss.write_index(index, str(file))
    except RuntimeError as error:  # "… 4051 != 12800 (No space left on device)"
        raise OSError(errno.EIO, str(error).rpartition("(")[2].rstrip(")")) from error
