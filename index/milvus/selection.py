"""Which rows of a collection may be found, and how Milvus is told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids, sought
from index.remembered import Remembered

_REMEMBERED = 8  # filters: those of whole languages come with every question


@dataclass(frozen=True, slots=True)
class Selection:
    """What may be found: the rows ``allowed`` (n,), ``count`` of them.

    ``hidden`` are the ids that a search of all rows of their ``languages`` must leave out; None
    where these are all languages.
    """

    allowed: NDArray[np.bool_]
    count: int
    languages: tuple[str, ...] | None
    hidden: Ids

    def without(self, rows: NDArray[np.intp], ids: Ids) -> "Selection":
        """Return a selection without ``rows``, which have ``ids``."""
        allowed = self.allowed.copy()
        allowed[rows] = False
        hidden = np.union1d(self.hidden, ids)
        return Selection(allowed, int(np.count_nonzero(allowed)), self.languages, hidden)

    def condition(self, generation: int, *, hiding: bool) -> str:
        """Return a condition on rows up to ``generation``; without ``hiding`` it lets more pass."""
        parts = [f"generation <= {generation}"]
        if self.languages is not None:
            parts.append(f"language in {json.dumps(self.languages)}")
        if hiding and len(self.hidden):
            parts.append(f"id not in {self.hidden.tolist()}")
        return " and ".join(parts)


class Selections:
    """The selections of an index; safe to share between threads."""

    def __init__(
        self, ids: Ids, codes: NDArray[np.uint8], languages: Sequence[str], removed: Ids
    ) -> None:
        """``codes`` (n,) say which of ``languages`` the rows ``ids`` (n,), ascending, are in.

        ``removed`` are rows of the collection that do not belong to the index any more.
        """
        self._ids, self._codes, self._languages, self._removed = ids, codes, languages, removed
        self._all = Selection(np.ones(len(ids), bool), len(ids), None, removed)
        self._among: Remembered[Ids, Selection] = Remembered(
            lambda among: self._of(np.isin(self._ids, among)), _REMEMBERED
        )

    def selection(self, among: Ids | None, without: Ids) -> Selection:
        """Return what may be found: ``among`` these, or all, ``without`` those.

        The same array ``among`` is taken to say the same as before.
        """
        selection = self._all if among is None else self._among.of(among)
        known = without[self.known(without)]
        if not len(known):
            return selection
        return selection.without(np.searchsorted(self._ids, known), known)

    def known(self, ids: Ids, within: Selection | None = None) -> NDArray[np.bool_]:
        """Say of each of ``ids`` (n,) whether it is in the index, and ``within`` a selection."""
        rows, known = sought(self._ids, ids)
        if within is not None:
            known[known] = within.allowed[rows[known]]
        return known

    def _of(self, allowed: NDArray[np.bool_]) -> Selection:
        sizes = np.bincount(self._codes[allowed], minlength=len(self._languages))
        touched = np.flatnonzero(sizes).tolist()
        within = np.isin(self._codes, touched)
        languages = tuple(self._languages[code] for code in touched)
        return Selection(
            allowed=allowed,
            count=int(sizes.sum()),
            languages=None if within.all() else languages,
            hidden=np.union1d(self._ids[within & ~allowed], self._removed),
        )
