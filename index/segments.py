"""Vectors in lists around centres, 8 bits a value, beside the vectors as they are.

A question looks through the lists of the nearest centres only (inverted lists, as in Jégou et al.,
"Product Quantization for Nearest Neighbor Search", 2011); what it finds there is ranked by the
vectors themselves. Files are written once and mapped into memory; FAISS is behind them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.durability import share
from index.embedding.protocol import FloatMatrix
from index.vectors import Ids, Scores, write_index

Bits = NDArray[np.uint8]

_TRAINED_ON = 40  # vectors a centre
_ROUNDS = 8  # of k-means
_LAST_ID = 2**62
_BY_ID = faiss.InvertedLists.SUBSET_TYPE_ID_RANGE  # type: ignore[attr-defined] # not in the stubs


@dataclass(frozen=True, slots=True)
class Probes:
    """Which lists are looked through: their numbers (1, n) and the cosines of their centres."""

    lists: NDArray[np.int64]
    cosines: FloatMatrix


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
        return cls(_read(file), file)

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

    def encoded(self, ids: Ids, vectors: FloatMatrix) -> faiss.IndexIVF:
        """Return lists of ``vectors`` (n, dimension) under ``ids`` (n,), without the centres."""
        lists = self._bare(self._centres)
        lists.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)
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


@dataclass(frozen=True, slots=True)
class Segment:
    """Some vectors, never changed: ``vectors`` (n, dimension) under ``ids`` (n,), ascending.

    ``folder`` is where its files lie already.
    """

    ids: Ids
    vectors: FloatMatrix
    lists: faiss.IndexIVF
    folder: Path | None = None

    IDS = "ids.npy"
    VECTORS = "vectors.npy"
    LISTS = "lists.faiss"

    @classmethod
    def of(cls, quantiser: Quantiser, ids: Ids, vectors: FloatMatrix) -> "Segment":
        """Return ``vectors`` (n, dimension) under ``ids`` (n,), in any order, as a segment."""
        order = np.argsort(ids)
        ids, vectors = ids[order].astype(np.int64), np.asarray(vectors[order], np.float32)
        return cls(ids, vectors, quantiser.encoded(ids, vectors))

    @classmethod
    def joined(cls, quantiser: Quantiser, parts: Sequence["Segment"], gone: Ids) -> "Segment":
        """Return what ``parts`` hold in one segment, without the ids ``gone``."""
        kept = [~np.isin(part.ids, gone) for part in parts]
        ids = np.concatenate([part.ids[k] for part, k in zip(parts, kept, strict=True)])
        vectors = np.concatenate([part.vectors[k] for part, k in zip(parts, kept, strict=True)])
        order = np.argsort(ids)
        lists = quantiser.joined([part.lists for part in parts], gone)
        return cls(ids[order], vectors[order], lists)

    @classmethod
    def open(cls, folder: Path) -> "Segment":
        """Map what ``save`` wrote. Raises RuntimeError, OSError or ValueError if it cannot."""
        lists = _read(folder / cls.LISTS, faiss.IO_FLAG_MMAP)
        ids = np.load(folder / cls.IDS, mmap_mode="r", allow_pickle=False)
        vectors = np.load(folder / cls.VECTORS, mmap_mode="r", allow_pickle=False)
        if not (lists.ntotal == len(ids) == len(vectors)) or vectors.shape[1:] != (lists.d,):
            raise ValueError(folder)
        return cls(ids, vectors, lists, folder)

    def save(self, folder: Path) -> None:
        """Write it into ``folder``, or share the files that it has. Raises OSError."""
        folder.mkdir()
        if self.folder is None:
            np.save(folder / self.IDS, self.ids, allow_pickle=False)
            np.save(folder / self.VECTORS, self.vectors, allow_pickle=False)
            write_index(self.lists, folder / self.LISTS)
        else:
            for name in (self.IDS, self.VECTORS, self.LISTS):
                share(self.folder / name, folder / name)

    def search(
        self, query: FloatMatrix, probes: Probes, count: int, bits: Bits
    ) -> tuple[Ids, Scores]:
        """Return the ids of the ``count`` best vectors of the lists ``probes``, and their scores.

        The scores are of vectors of 8 bits a value. ``bits`` says of each id whether it may be
        found, the lowest bit of the first byte of the id 0.
        """
        ids = np.empty((1, count), np.int64)
        scores = np.empty((1, count), np.float32)
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type] # stubs of C++
        parameters = faiss.SearchParametersIVF()
        parameters.nprobe, parameters.sel = probes.lists.shape[1], selector
        # The wrapper in Python takes no parameters, without which it is not for several threads.
        self.lists.search_preassigned_c(  # type: ignore[attr-defined] # not in the stubs
            1, faiss.swig_ptr(query), count, faiss.swig_ptr(probes.lists),
            faiss.swig_ptr(probes.cosines), faiss.swig_ptr(scores), faiss.swig_ptr(ids), False,
            parameters,
        )  # fmt: skip
        found = ids >= 0
        return ids[found], scores[found]


def _read(file: Path, flags: int = 0) -> faiss.IndexIVFScalarQuantizer:
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
