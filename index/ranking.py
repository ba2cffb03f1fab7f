"""The best of all, kept for as long as a question is asked of one part of them after another."""

from dataclasses import dataclass

import numpy as np

from index.arrays import Ids, Scores, sought


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found, best first, equal ones by id: ``ids`` and ``scores``, both (n,).

    ``whole`` where there is nothing else to be found.
    """

    ids: Ids
    scores: Scores
    whole: bool

    @classmethod
    def of(cls, ids: Ids, scores: Scores, whole: bool) -> "Ranking":
        """Return the ranking of what stands in any order."""
        order = np.lexsort((ids, -scores))
        return cls(ids[order], scores[order], whole)

    def best(self, count: int, among: Ids | None, without: Ids) -> tuple[Ids, Scores] | None:
        """Return the ``count`` best ``among`` these, ascending, or all, ``without`` those.

        None where too few of them are here, and others may be elsewhere.
        """
        fitting = np.ones(len(self.ids), bool)
        if len(without):
            fitting &= ~np.isin(self.ids, without)
        if among is not None:
            fitting &= sought(among, self.ids)[1]
        found = np.flatnonzero(fitting)[:count]
        if len(found) < count and not self.whole:
            return None
        return self.ids[found], self.scores[found]
