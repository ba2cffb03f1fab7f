"""The best bags for a question, kept for as long as it is asked about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.vectors import Ids, Scores


@dataclass(frozen=True, slots=True)
class TermRanking:
    """Bags by score, best first, equal ones by id: ``ids``, ``scores``, ``documents``, all (n,).

    ``whole`` where no other bag scores anything.
    """

    ids: Ids
    scores: Scores
    documents: Ids
    whole: bool

    @classmethod
    def of(cls, ids: Ids, scores: Scores, documents: Ids, whole: bool) -> "TermRanking":
        """Return the ranking of bags in any order."""
        order = np.lexsort((ids, -scores))
        return cls(ids[order], scores[order], documents[order], whole)

    def best(self, count: int, among: Ids | None, without: Ids) -> tuple[Ids, Scores] | None:
        """Return the ``count`` best ``among`` these, ascending, or all, ``without`` those.

        None where too few of them are here, and others may be elsewhere.
        """
        fitting = ~np.isin(self.ids, without)
        if among is not None:
            fitting &= _found_in(among, self.ids)
        found = np.flatnonzero(fitting)[:count]
        if len(found) < count and not self.whole:
            return None
        return self.ids[found], self.scores[found]

    def looked_up(self, ids: Ids) -> tuple[Scores, Ids, NDArray[np.bool_]]:
        """Return scores and documents of ``ids``, and which of them are here, all (len(ids),).

        A bag that is not here scores 0, and its document is -1.
        """
        scores, documents = np.zeros(len(ids), np.float32), np.full(len(ids), -1, np.int64)
        order = np.argsort(self.ids)
        ascending = self.ids[order]
        here = _found_in(ascending, ids)
        places = order[np.searchsorted(ascending, ids[here])]
        scores[here], documents[here] = self.scores[places], self.documents[places]
        return scores, documents, here


def _found_in(ascending: Ids, ids: Ids) -> NDArray[np.bool_]:
    """Say of each of ``ids`` whether it is among ``ascending``."""
    if not len(ascending):
        return np.zeros(len(ids), bool)
    at = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[at] == ids
    return found
