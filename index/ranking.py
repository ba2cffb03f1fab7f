"""The best of all, kept for as long as a question is asked of one part of them after another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids, Places, Scores


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found, best first, equal ones by id: ``ids``, ``scores`` and ``places``, all (n,).

    ``places`` are where they stand in the index; ``whole`` where nothing else is to be found.
    """

    ids: Ids
    scores: Scores
    places: Places
    whole: bool

    @classmethod
    def of(cls, ids: Ids, scores: Scores, places: Places, whole: bool) -> "Ranking":
        """Return the ranking of what stands in any order."""
        order = np.lexsort((ids, -scores))
        return cls(ids[order], scores[order], places[order], whole)

    def best(
        self, count: int, allowed: NDArray[np.bool_] | None, without: Ids
    ) -> tuple[Ids, Scores] | None:
        """Return the ``count`` best, of all or of those whose places are ``allowed``.

        Those of ``without`` are passed over. None where too few are here, and others may be
        elsewhere.
        """
        fitting = np.ones(len(self.ids), bool) if allowed is None else allowed[self.places]
        if len(without):
            fitting &= ~np.isin(self.ids, without)
        found = np.flatnonzero(fitting)[:count]
        if len(found) < count and not self.whole:
            return None
        return self.ids[found], self.scores[found]
