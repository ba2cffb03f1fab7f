"""The dense index of many chunks: approximate candidates, ranked exactly; grows by segments.

A change adds a segment and leaves the others as they are, so that it costs what changes; what is
removed keeps its place until its segment is written anew. Segments are joined so that each is at
least twice as big as the next (O'Neil et al., "The Log-Structured Merge-Tree", 1996), which keeps
them few.
"""

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.segments import Bits, Quantiser, Segment
from index.vectors import Ids, Scores

_LISTS = 2  # times the root of how many vectors there are
_PROBES = 24  # lists that are looked through where no filter is
_SCANNED = 100  # vectors that are looked at for each one that is wanted, at least
_MORE = 32  # candidates more than are wanted, beside half as many more
_FEW = 2000  # vectors that are compared one by one
_MOST_GONE = 0.2  # of a segment, before it is written anew
_OUTGROWN = 4  # times more lists than there are would be right: the centres are learned anew
_MASKS = 8  # filters that are remembered: those of whole languages come with every question


@dataclass(frozen=True, slots=True)
class _Mask:
    """Which ids may be found: ``allowed`` (last id + 1,), ``bits`` the same for FAISS."""

    allowed: NDArray[np.bool_]
    bits: Bits
    count: int

    @classmethod
    def of(cls, allowed: NDArray[np.bool_]) -> "_Mask":
        return cls(allowed, np.packbits(allowed, bitorder="little"), int(allowed.sum()))


class InvertedIndex:
    """Search through the lists of the nearest centres, with exact scores; mapped from disk."""

    KIND = "inverted"
    FOLDER, REMOVED = "vectors", "removed.npy"

    def __init__(self, quantiser: Quantiser, segments: Sequence[Segment], removed: Ids) -> None:
        """``removed`` are ids that segments still hold and that are no longer there."""
        self._quantiser = quantiser
        self._segments = segments
        self._removed = removed
        self._ids = np.setdiff1d(_held(segments), removed)
        self._size = int(self._ids[-1]) + 1 if len(self._ids) else 0
        self._all = self._mask(self._ids)
        self._masks: LRUCache[int, tuple[Ids, _Mask]] = LRUCache(_MASKS)
        self._turn = threading.Lock()

    @classmethod
    def build(cls, ids: Ids, vectors: FloatMatrix) -> "InvertedIndex":
        """Index ``vectors`` of shape (n, dimension), n > 0, under ``ids``, shape (n,)."""
        quantiser = Quantiser.train(vectors, _lists(len(ids)))
        return cls(quantiser, [Segment.of(quantiser, ids, vectors)], np.empty(0, np.int64))

    @classmethod
    def open(cls, folder: Path) -> "InvertedIndex":
        """Map the index that ``save`` wrote to ``folder``. Raises Damaged if it cannot be read."""
        within = folder / cls.FOLDER
        try:
            numbered = sorted((part for part in within.iterdir() if part.is_dir()), key=_number)
            return cls(
                Quantiser.open(within),
                [Segment.open(part) for part in numbered],
                np.load(within / cls.REMOVED, allow_pickle=False),
            )
        except (RuntimeError, OSError, ValueError, EOFError) as error:
            raise Damaged("snapshot.damaged", file=cls.FOLDER) from error

    def save(self, folder: Path) -> None:
        """Write the index into ``folder``, sharing the files of what is not new.

        Raises OSError where the disk does not take it.
        """
        within = folder / self.FOLDER
        within.mkdir()
        self._quantiser.save(within)
        np.save(within / self.REMOVED, self._removed, allow_pickle=False)
        for number, segment in enumerate(self._segments):
            segment.save(within / str(number))

    @property
    def ids(self) -> Ids:
        """All chunk ids, ascending, shape (n,)."""
        return self._ids

    def matrix(self) -> FloatMatrix:
        """Return all vectors in the order of their ids, shape (n, dimension)."""
        return self._vectors(self._ids)

    def updated(self, removed: Iterable[int], ids: Ids, vectors: FloatMatrix) -> "InvertedIndex":
        """Return a new index without ``removed`` and with ``vectors`` under ``ids``."""
        new = vectors.reshape(-1, self._quantiser.dimension)
        gone = np.union1d(self._removed, np.fromiter(removed, np.int64))
        left = self._ids[~np.isin(self._ids, gone)]
        if _lists(len(left) + len(ids)) >= _OUTGROWN * self._quantiser.lists:
            all_ids, kept = np.concatenate([left, ids]), self._vectors(left)
            return self.build(all_ids, np.concatenate([kept, new]))
        segments = [self._cleared(segment, gone, ids) for segment in self._segments]
        gone = np.setdiff1d(gone, ids)  # an id that comes again is in its new place alone
        if len(ids):
            segments.append(Segment.of(self._quantiser, ids, new))
        segments = self._joined(segments, gone)
        return InvertedIndex(self._quantiser, segments, np.intersect1d(gone, _held(segments)))

    def search(
        self, query: FloatMatrix, count: int, among: Ids | None = None, without: Iterable[int] = ()
    ) -> tuple[Ids, Scores]:
        """Return the nearest ids and their inner products, best first (see VectorIndex).

        Some of the nearest may be missed, none of ``count``.
        """
        query = np.ascontiguousarray(query, np.float32)
        mask = self._allowed(among, np.fromiter(without, np.int64))
        count = min(count, mask.count)
        if count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        ids = self._candidates(query, count, mask)
        scores = self._vectors(ids) @ query
        order = np.lexsort((ids, -scores))[:count]
        return ids[order], scores[order]

    def scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the inner product of ``query`` with each of ``ids`` (see VectorIndex)."""
        result = np.zeros(len(ids), np.float32)
        known = self._known(ids)
        result[known] = self._vectors(ids[known]) @ query
        return result

    def _candidates(self, query: FloatMatrix, count: int, mask: _Mask) -> Ids:
        """Return the ids of at least ``count`` vectors among which the nearest are."""
        if mask.count <= _FEW:
            return np.flatnonzero(mask.allowed)
        lists, size = self._quantiser.lists, len(self._ids)
        # As many vectors are looked at whatever the filter leaves of each list.
        probes = max(_PROBES, _SCANNED * count * lists / size) * size / mask.count
        for some in (min(lists, math.ceil(probes)), lists):
            found = self._probed(query, some, count + count // 2 + _MORE, mask)
            if len(found) >= count:
                break
        return found

    def _probed(self, query: FloatMatrix, lists: int, count: int, mask: _Mask) -> Ids:
        """Return the ids of the about ``count`` nearest vectors of the nearest ``lists``."""
        probes = self._quantiser.nearest(query, lists)
        found = [part.search(query, probes, count, mask.bits) for part in self._segments]
        ids = np.concatenate([ids for ids, _ in found])
        scores = np.concatenate([scores for _, scores in found])
        return ids[np.argsort(-scores, kind="stable")[:count]]

    def _vectors(self, ids: Ids) -> FloatMatrix:
        """Return the vectors of ``ids`` (n,), all of which are there, (n, dimension)."""
        vectors = np.empty((len(ids), self._quantiser.dimension), np.float32)
        for part in self._segments:
            places = np.minimum(np.searchsorted(part.ids, ids), len(part.ids) - 1)
            here = part.ids[places] == ids
            vectors[here] = part.vectors[places[here]]
        return vectors

    def _allowed(self, among: Ids | None, without: Ids) -> _Mask:
        mask = self._all if among is None else self._among(among)
        if not len(without):
            return mask
        allowed = mask.allowed.copy()
        allowed[without[self._known(without)]] = False
        return _Mask.of(allowed)

    def _among(self, ids: Ids) -> _Mask:
        with self._turn:
            remembered = self._masks.get(id(ids))
        if remembered is not None and remembered[0] is ids:
            return remembered[1]
        mask = self._mask(ids[self._known(ids)])
        with self._turn:
            self._masks[id(ids)] = ids, mask
        return mask

    def _mask(self, ids: Ids) -> _Mask:
        allowed = np.zeros(self._size, bool)
        allowed[ids] = True
        return _Mask.of(allowed)

    def _known(self, ids: Ids) -> NDArray[np.bool_]:
        """Say of each of ``ids`` whether it is in the index."""
        within = (ids >= 0) & (ids < self._size)
        within[within] = self._all.allowed[ids[within]]
        return within

    def _cleared(self, segment: Segment, gone: Ids, ids: Ids) -> Segment:
        """Return a segment without what is gone, if that is much or is to come again."""
        lost = np.isin(segment.ids, gone)
        if lost.mean() > _MOST_GONE or np.isin(segment.ids[lost], ids).any():
            return Segment.joined(self._quantiser, [segment], gone)
        return segment

    def _joined(self, segments: Sequence[Segment], gone: Ids) -> list[Segment]:
        """Return segments of which each is at least twice as big as the next; none is empty."""
        joined: list[Segment] = []
        for segment in segments:
            if len(segment.ids):
                joined.append(segment)
            while len(joined) > 1 and len(joined[-2].ids) < 2 * len(joined[-1].ids):
                last = joined[-2:]
                joined[-2:] = [Segment.joined(self._quantiser, last, gone)]
        return joined


def _lists(count: int) -> int:
    """Return how many lists are right for ``count`` vectors: a power of two, at most ``count``."""
    return 1 << math.floor(math.log2(max(1, min(count, _LISTS * math.sqrt(count)))))


def _held(segments: Sequence[Segment]) -> Ids:
    return np.concatenate([np.empty(0, np.int64), *(part.ids for part in segments)])


def _number(folder: Path) -> int:
    return int(folder.name)
