"""Vectors that came together: in lists to be looked through, and as they are, to be ranked by.

Files are written once and mapped into memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from index.arrays import Ids, Scores, loaded
from index.durability import share
from index.embedding.protocol import FloatMatrix
from index.inverted.quantiser import Places, Probes, Quantiser, read_lists
from index.vectors import write_index


@dataclass(frozen=True, slots=True)
class Segment:
    """Some vectors, never changed: ``vectors`` (n, dimension) under ``ids`` (n,), ascending.

    ``places`` (n,) are the numbers of the ``lists`` that they are in.
    ``group`` is a name for what they have in common. ``folder`` is where its files lie already; it
    is called after the group, behind a hyphen.
    """

    ids: Ids
    vectors: FloatMatrix
    places: Places
    lists: faiss.IndexIVF
    group: str = ""
    folder: Path | None = None

    IDS = "ids.npy"
    VECTORS = "vectors.npy"
    PLACES = "places.npy"
    LISTS = "lists.faiss"

    @classmethod
    def of(cls, quantiser: Quantiser, ids: Ids, vectors: FloatMatrix, group: str = "") -> "Segment":
        """Return ``vectors`` (n, dimension) under ``ids`` (n,), in any order, as a segment."""
        order = np.argsort(ids)
        ids, vectors = ids[order].astype(np.int64), np.asarray(vectors[order], np.float32)
        places = quantiser.places(vectors)
        return cls(ids, vectors, places, quantiser.encoded(ids, vectors, places), group)

    @classmethod
    def joined(cls, quantiser: Quantiser, parts: Sequence["Segment"], gone: Ids) -> "Segment":
        """Return what ``parts`` of one group hold in one segment, without the ids ``gone``."""
        kept = [~np.isin(part.ids, gone) for part in parts]
        ids = np.concatenate([part.ids[k] for part, k in zip(parts, kept, strict=True)])
        vectors = np.concatenate([part.vectors[k] for part, k in zip(parts, kept, strict=True)])
        places = np.concatenate([part.places[k] for part, k in zip(parts, kept, strict=True)])
        order = np.argsort(ids)
        lists = quantiser.joined([part.lists for part in parts], gone)
        return cls(ids[order], vectors[order], places[order], lists, parts[0].group)

    @classmethod
    def open(cls, folder: Path) -> "Segment":
        """Map what ``save`` wrote. Raises RuntimeError, OSError or ValueError if it cannot."""
        lists = read_lists(folder / cls.LISTS, faiss.IO_FLAG_MMAP)
        ids, vectors, places = (
            loaded(folder / name, mapped=True) for name in (cls.IDS, cls.VECTORS, cls.PLACES)
        )
        if not (lists.ntotal == len(ids) == len(places)) or vectors.shape != (len(ids), lists.d):
            raise ValueError(folder)
        return cls(ids, vectors, places, lists, folder.name.partition("-")[2], folder)

    def save(self, folder: Path) -> None:
        """Write it into ``folder``, or share the files that it has. Raises OSError."""
        folder.mkdir()
        if self.folder is None:
            np.save(folder / self.IDS, self.ids, allow_pickle=False)
            np.save(folder / self.VECTORS, self.vectors, allow_pickle=False)
            np.save(folder / self.PLACES, self.places, allow_pickle=False)
            write_index(self.lists, folder / self.LISTS)
        else:
            for name in (self.IDS, self.VECTORS, self.PLACES, self.LISTS):
                share(self.folder / name, folder / name)

    def search(self, query: FloatMatrix, probes: Probes, count: int) -> tuple[Ids, Scores]:
        """Return the ids of the ``count`` best vectors of the lists ``probes``, and their scores.

        The scores are of vectors of 8 bits a value.
        """
        ids = np.empty((1, count), np.int64)
        scores = np.empty((1, count), np.float32)
        parameters = faiss.SearchParametersIVF()
        parameters.nprobe = probes.lists.shape[1]
        # The wrapper in Python takes no parameters, without which it is not for several threads.
        self.lists.search_preassigned_c(  # type: ignore[attr-defined] # not in the stubs
            1, faiss.swig_ptr(query), count, faiss.swig_ptr(probes.lists),
            faiss.swig_ptr(probes.cosines), faiss.swig_ptr(scores), faiss.swig_ptr(ids), False,
            parameters,
        )  # fmt: skip
        found = ids >= 0
        return ids[found], scores[found]
