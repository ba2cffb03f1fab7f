"""The dense index of many chunks: approximate candidates, ranked exactly; grows by segments.

A change adds a segment and leaves the others as they are, so that it costs what changes; what is
removed keeps its place until its segment is written anew.
"""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from index.arrays import Ids, Scores, loaded, sought
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.inverted.growth import cleared, grouped, joined
from index.inverted.masks import Mask, Masks
from index.inverted.quantiser import Probes, Quantiser
from index.inverted.segment import Segment
from index.vectors import products

_LISTS = 4  # times the root of how many vectors there are
_PROBES = 24  # lists that are looked through at least,
_SCANNED = 6000  # vectors that are looked at in all,
_SCANNED_EACH = 60  # and for each one that is wanted
_SCANNED_LEAST = 1000  # where a filter leaves few
_MORE = 32  # candidates more than are wanted, beside half as many more
_OUTGROWN = 4  # times more lists than there are would be right: the centres are learned anew


class InvertedIndex:
    """Search through the lists of the nearest centres, with exact scores; mapped from disk."""

    FOLDER, REMOVED = "vectors", "removed.npy"

    def __init__(self, quantiser: Quantiser, segments: Sequence[Segment], removed: Ids) -> None:
        """``removed`` are ids that segments still hold and that are no longer there."""
        self._quantiser = quantiser
        self._segments = segments
        self._removed = removed
        held = np.sort(_held(segments))
        self._ids = held[np.isin(held, removed, invert=True)] if len(removed) else held
        self._masks = Masks(self._ids, segments, quantiser.lists)

    @classmethod
    def build(
        cls, ids: Ids, vectors: FloatMatrix, groups: Sequence[str] | None = None
    ) -> "InvertedIndex":
        """Index ``vectors`` of shape (n, dimension), n > 0, under ``ids``, shape (n,).

        What is often looked for alone, such as passages of one language, is quicker to find if it
        is of one group; ``groups`` (n,) are their names.
        """
        quantiser = Quantiser.train(vectors, _lists(len(ids)))
        return cls(quantiser, grouped(quantiser, ids, vectors, groups), np.empty(0, np.int64))

    @classmethod
    def open(cls, folder: Path) -> "InvertedIndex":
        """Map the index that ``save`` wrote to ``folder``. Raises Damaged if it cannot be read."""
        within = folder / cls.FOLDER
        try:
            numbered = sorted((part for part in within.iterdir() if part.is_dir()), key=_place)
            return cls(
                Quantiser.open(within),
                [Segment.open(part) for part in numbered],
                loaded(within / cls.REMOVED),
            )
        except (RuntimeError, OSError, ValueError) as error:
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
            segment.save(within / f"{number}-{segment.group}")

    @property
    def ids(self) -> Ids:
        """All chunk ids, ascending, shape (n,)."""
        return self._ids

    def matrix(self) -> FloatMatrix:
        """Return all vectors in the order of their ids, shape (n, dimension)."""
        return self._vectors(self._ids)

    def updated(
        self,
        removed: Iterable[int],
        ids: Ids,
        vectors: FloatMatrix,
        groups: Sequence[str] | None = None,
    ) -> "InvertedIndex":
        """Return a new index without ``removed`` and with ``vectors`` under ``ids`` (see build)."""
        new = vectors.reshape(-1, self._quantiser.dimension)
        gone = np.union1d(self._removed, np.fromiter(removed, np.int64))
        left = self._ids[~np.isin(self._ids, gone)]
        if _lists(len(left) + len(ids)) >= _OUTGROWN * self._quantiser.lists:
            whole = np.concatenate([self._vectors(left), new])
            before = [self._group_of(left), groups or [""] * len(ids)]
            return self.build(np.concatenate([left, ids]), whole, [*before[0], *before[1]])
        segments = [cleared(self._quantiser, segment, gone, ids) for segment in self._segments]
        gone = np.setdiff1d(gone, ids)  # an id that comes again is in its new place alone
        segments += grouped(self._quantiser, ids, new, groups)
        segments = joined(self._quantiser, segments, gone)
        return InvertedIndex(self._quantiser, segments, np.intersect1d(gone, _held(segments)))

    def search(
        self, query: FloatMatrix, count: int, among: Ids | None = None, without: Iterable[int] = ()
    ) -> tuple[Ids, Scores]:
        """Return the nearest ids and their inner products, best first (see VectorIndex).

        Some of the nearest may be missed, none of ``count``.
        """
        query = np.ascontiguousarray(query, np.float32)
        mask = self._masks.mask(among, np.fromiter(without, np.int64))
        count = min(count, mask.count)
        if count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        ids, scores = self._best(query, count, mask)
        order = np.lexsort((ids, -scores))[:count]
        return ids[order], scores[order]

    def scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the inner product of ``query`` with each of ``ids`` (see VectorIndex)."""
        result = np.zeros(len(ids), np.float32)
        known = self._masks.known(ids)
        result[known] = products(self._vectors(ids[known]), query)
        return result

    def require_reachable(self) -> None:
        """Do nothing: the vectors are at hand."""

    def _best(self, query: FloatMatrix, count: int, mask: Mask) -> tuple[Ids, Scores]:
        """Return at least ``count`` ids, among which the nearest are, and their inner products."""
        size, lists = len(self._ids), self._quantiser.lists
        scanned = max(_SCANNED, _SCANNED_EACH * count, _PROBES * size / lists)
        if mask.is_narrow:
            # The nearest are spread over more lists, but not over as many more as it is narrow.
            scanned = max(_SCANNED_LEAST, scanned * math.sqrt(mask.count / size))
        if mask.count > scanned:
            probes = self._probes(query, scanned, mask)
            if not mask.is_narrow:
                ids = self._promising(query, probes, count + count // 2 + _MORE, mask)
                if len(ids) >= count:
                    return ids, products(self._vectors(ids), query)
            ids, scores = self._compared(query, mask, probes)
            if len(ids) >= count:
                return ids, scores
        return self._compared(query, mask)

    def _probes(self, query: FloatMatrix, scanned: float, mask: Mask) -> Probes:
        """Return the nearest lists that hold ``scanned`` of what may be found, and some more."""
        lists = self._quantiser.lists
        probes = self._quantiser.nearest(
            query, min(lists, math.ceil(2 * scanned * lists / mask.count))
        )
        held = np.cumsum(mask.sizes[probes.lists[0]])
        if held[-1] < scanned:  # a filter that leaves little of what is near
            probes = self._quantiser.nearest(query, lists)
            held = np.cumsum(mask.sizes[probes.lists[0]])
        return probes.first(int(np.searchsorted(held, scanned)) + 1)

    def _promising(self, query: FloatMatrix, probes: Probes, count: int, mask: Mask) -> Ids:
        """Return the about ``count`` best of some lists, by 8 bits a value, that may be found."""
        fetched = math.ceil(count / mask.share)
        found = [part.search(query, probes, fetched) for part in mask.segments]
        ids = np.concatenate([ids for ids, _ in found])
        scores = np.concatenate([scores for _, scores in found])
        allowed = mask.allowed[ids]
        best: Ids = ids[allowed][np.argsort(-scores[allowed], kind="stable")[:count]]
        return best

    def _compared(
        self, query: FloatMatrix, mask: Mask, probes: Probes | None = None
    ) -> tuple[Ids, Scores]:
        """Return all that may be found in some lists, or anywhere, and their inner products."""
        probed = np.full(self._quantiser.lists, probes is None)
        if probes is not None:
            probed[probes.lists] = True
        ids, scores = [], []
        for part, (rows, places) in zip(mask.segments, mask.rows(), strict=True):
            near = rows[np.flatnonzero(probed[places])]
            near = near[mask.allowed[part.ids[near]]]
            ids.append(part.ids[near])
            scores.append(products(part.vectors[near], query))
        return np.concatenate(ids), np.concatenate(scores)

    def _vectors(self, ids: Ids) -> FloatMatrix:
        """Return the vectors of ``ids`` (n,), all of which are there, (n, dimension)."""
        vectors = np.empty((len(ids), self._quantiser.dimension), np.float32)
        for part in self._segments:
            places, here = sought(part.ids, ids)
            vectors[here] = part.vectors[places[here]]
        return vectors

    def _group_of(self, ids: Ids) -> list[str]:
        groups = np.full(len(ids), "", dtype=object)
        for part in self._segments:
            groups[np.isin(ids, part.ids)] = part.group
        return list(groups)


def _lists(count: int) -> int:
    """Return how many lists are right for ``count`` vectors: a power of two, at most ``count``."""
    return 1 << math.floor(math.log2(max(1, min(count, _LISTS * math.sqrt(count)))))


def _held(segments: Sequence[Segment]) -> Ids:
    return np.concatenate([np.empty(0, np.int64), *(part.ids for part in segments)])


def _place(folder: Path) -> int:
    return int(folder.name.partition("-")[0])
