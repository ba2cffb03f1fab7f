"""Lists of vectors around centres, 8 bits a value.

A question looks through the lists of the nearest centres only (inverted lists, as in Jégou et al.,
"Product Quantization for Nearest Neighbor Search", 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids
from index.durability import share
from index.embedding.protocol import FloatMatrix
from index.vectors import write_index

Places = NDArray[np.int32]

_TRAINED_ON = 40  # vectors a centre
_ROUNDS = 8  # of k-means
_LAST_ID = 2**62
_BY_ID = faiss.InvertedLists.SUBSET_TYPE_ID_RANGE  # type: ignore[attr-defined] # not in the stubs


@dataclass(frozen=True, slots=True)
class Probes:
    """Which lists are looked through: their numbers (1, n), and the cosines of their centres."""

    lists: NDArray[np.int64]
    cosines: FloatMatrix

    def first(self, count: int) -> "Probes":
        """Return the nearest ``count`` of them."""
        lists, cosines = self.lists[:, :count], self.cosines[:, :count]
        return Probes(np.ascontiguousarray(lists), np.ascontiguousarray(cosines))


class Quantiser:
    """The centres of the lists, and how a value becomes 8 bits; learned once, then kept."""

    FILE = "quantiser.faiss"

    def __init__(self, trained: faiss.IndexIVFScalarQuantizer, file: Path | None = None) -> None:
        self._trained = trained
        self._file = file
        self._centres = trained.quantizer

    @classmethod
    def train(cls, vectors: FloatMatrix, lists: int) -> "Quantiser":
        """Learn ``lists`` centres from some of ``vectors`` (n, dimension), always the same ones."""
        index = _empty(faiss.IndexFlatIP(vectors.shape[1]), lists)
        index.cp.niter = _ROUNDS
        index.cp.min_points_per_centroid = 1  # no warnings where there are few
        step = max(1, len(vectors) // (_TRAINED_ON * lists))
        index.train(np.ascontiguousarray(vectors[::step], np.float32))
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> "Quantiser":
        """Read what ``save`` wrote. Raises RuntimeError or ValueError if it cannot."""
        file = folder / cls.FILE
        return cls(read_lists(file), file)

    def save(self, folder: Path) -> None:
        """Write it into ``folder``, or share the file that it was read from."""
        target = folder / self.FILE
        if self._file is None:
            write_index(self._trained, target)
        else:
            share(self._file, target)

    @property
    def lists(self) -> int:
        """How many lists there are."""
        return int(self._trained.nlist)

    @property
    def dimension(self) -> int:
        """How many values a vector has."""
        return int(self._trained.d)

    def nearest(self, query: FloatMatrix, count: int) -> Probes:
        """Return the ``count`` lists whose centres are nearest to ``query`` (dimension,)."""
        cosines, lists = self._centres.search(query[None, :], count)
        return Probes(lists, cosines)

    def places(self, vectors: FloatMatrix) -> Places:
        """Return to which lists ``vectors`` (n, dimension) belong, (n,)."""
        _, nearest = self._centres.search(np.ascontiguousarray(vectors, np.float32), 1)
        return nearest[:, 0].astype(np.int32)

    def encoded(self, ids: Ids, vectors: FloatMatrix, places: Places) -> faiss.IndexIVF:
        """Return the lists ``places`` (n,) of ``vectors`` (n, dimension) under ``ids`` (n,).

        Without the centres, which are kept once for all.
        """
        lists = self._bare(self._centres)
        # Named, so that they outlive the pointers to them.
        rows = np.ascontiguousarray(vectors, np.float32)
        numbers, into = np.ascontiguousarray(ids), places.astype(np.int64)
        pointers = (faiss.swig_ptr(array) for array in (rows, numbers, into))
        lists.add_core(len(ids), *pointers)
        return _without_centres(lists)

    def joined(self, parts: Sequence[faiss.IndexIVF], gone: Ids) -> faiss.IndexIVF:
        """Return the lists of all ``parts`` in one, without the ids ``gone``."""
        lists = self._bare(self._centres)
        for part in parts:
            part.copy_subset_to(lists, _BY_ID, 0, _LAST_ID)
        if len(gone):
            lists.remove_ids(faiss.IDSelectorBatch(gone))
        return _without_centres(lists)

    def _bare(self, centres: faiss.Index) -> faiss.IndexIVFScalarQuantizer:
        lists = _empty(centres, self.lists)
        lists.sq = self._trained.sq
        lists.is_trained = True
        return lists


def read_lists(file: Path, flags: int = 0) -> faiss.IndexIVFScalarQuantizer:
    """Read lists, or map them. Raises RuntimeError or ValueError where it is something else."""
    index = faiss.read_index(str(file), flags)
    if not isinstance(index, faiss.IndexIVFScalarQuantizer):
        raise ValueError(file)
    return index


def _empty(centres: faiss.Index, lists: int) -> faiss.IndexIVFScalarQuantizer:
    bits, product = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    return faiss.IndexIVFScalarQuantizer(centres, centres.d, lists, bits, product, False)


def _without_centres(lists: faiss.IndexIVF) -> faiss.IndexIVF:
    """Return ``lists`` as they are kept: the quantiser holds the centres for all segments."""
    nothing = faiss.IndexFlatIP(lists.d)
    nothing.this.disown()  # type: ignore[attr-defined] # not in the stubs
    lists.quantizer, lists.own_fields = nothing, True
    return lists
