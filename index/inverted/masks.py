"""Which vectors may be found: filters, and what was deleted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids
from index.inverted.quantiser import Places
from index.inverted.segment import Segment
from index.remembered import Remembered

# Rows of a segment, and the lists that they are in.
Rows = tuple[NDArray[np.intp], Places]

_NARROW = 0.25  # of the segments: what is less is gone through, of more the rest is left out
_REMEMBERED = 8  # filters: those of whole languages come with every question


@dataclass(frozen=True, slots=True)
class Mask:
    """Which ids may be found, ``allowed`` (last id + 1,), and in which segments they are.

    ``share`` is how much of these segments may be found, ``sizes`` (lists,) how many of each list.
    """

    allowed: NDArray[np.bool_]
    count: int
    share: float
    sizes: NDArray[np.int64]
    segments: Sequence[Segment]
    kept: Sequence[Rows] | None

    @classmethod
    def of(cls, allowed: NDArray[np.bool_], segments: Sequence[Segment], lists: int) -> "Mask":
        """Return the mask of what is ``allowed``, and where it is among all ``segments``."""
        rows = [np.flatnonzero(allowed[segment.ids]) for segment in segments]
        within = [at for at, found in enumerate(rows) if len(found)]
        count = sum(len(rows[at]) for at in within)
        share = count / max(1, sum(len(segments[at].ids) for at in within))
        kept = [(rows[at], segments[at].places[rows[at]]) for at in within]
        sizes = np.zeros(lists, np.int64)
        for _, places in kept:
            sizes += np.bincount(places, minlength=lists)
        narrow = kept if share < _NARROW else None
        return cls(allowed, count, share, sizes, [segments[at] for at in within], narrow)

    @property
    def is_narrow(self) -> bool:
        """Whether what may be found is better gone through than the rest left out."""
        return self.kept is not None

    def rows(self) -> list[Rows]:
        """Return the rows of each of the segments that may be found, and some more."""
        if self.kept is not None:
            return [*self.kept]
        found = [(part, np.flatnonzero(self.allowed[part.ids])) for part in self.segments]
        return [(rows, part.places[rows]) for part, rows in found]

    def without(self, ids: Ids) -> "Mask":
        """Return a mask without ``ids``."""
        allowed = self.allowed.copy()
        allowed[ids] = False
        count = int(np.count_nonzero(allowed))
        share = self.share * count / max(1, self.count)
        return Mask(allowed, count, share, self.sizes, self.segments, self.kept)


class Masks:
    """The masks of an index; safe to share between threads."""

    def __init__(self, ids: Ids, segments: Sequence[Segment], lists: int) -> None:
        """``ids`` (n,) are in the index; what ``segments`` hold beside them is gone."""
        self._segments = segments
        self._lists = lists
        self._size = 1 + max((int(segment.ids[-1]) for segment in segments), default=-1)
        self._all = self._of(ids)
        self._among: Remembered[Ids, Mask] = Remembered(
            lambda among: self._of(among[self.known(among)]), _REMEMBERED
        )

    def mask(self, among: Ids | None, without: Ids) -> Mask:
        """Return what may be found: ``among`` these, or all, ``without`` those.

        The same array ``among`` is taken to say the same as before.
        """
        mask = self._all if among is None else self._among.of(among)
        return mask.without(without[self.known(without)]) if len(without) else mask

    def known(self, ids: Ids) -> NDArray[np.bool_]:
        """Say of each of ``ids`` whether it is in the index."""
        within = (ids >= 0) & (ids < self._size)
        within[within] = self._all.allowed[ids[within]]
        return within

    def _of(self, ids: Ids) -> Mask:
        allowed = np.zeros(self._size, bool)
        allowed[ids] = True
        return Mask.of(allowed, self._segments, self._lists)
