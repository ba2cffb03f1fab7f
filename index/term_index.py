"""Texts as bags of terms, ranked by BM25."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from index.arrays import Ids, Scores, found, highest, loaded, sought
from index.errors import Damaged
from index.growth import is_outdated, joined
from index.postings import building
from index.postings.bags import Bag
from index.postings.bm25 import Alternatives, Bm25
from index.postings.segment import MOST_BAGS, Segment
from index.remembered import Remembered

_REMOVED = "removed.npy"
_KEPT_QUERIES = 4  # of threads that ask at the same time; each as large as the index has bags
_KEPT_FILTERS = 8  # those of whole languages come with every question
_KEPT_PREFIXES = 64  # more than an alphabet


class TermIndex:
    """Bags of terms by id; read-only and safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Map the index in ``folder``. Raises Damaged where it cannot be read."""
        self._name = folder.name
        with self._reading():
            segments, removed = _read(folder)
            ids = np.concatenate([np.empty(0, np.int64), *(part.ids for part in segments)])
            bm25 = Bm25(segments, removed)
        here = np.flatnonzero(~np.isin(ids, removed))
        # Bags are numbered as they stand in the segments, one after the other.
        places = here[np.argsort(ids[here])]
        self._ids = ids[places]
        documents = np.concatenate([np.empty(0, np.int64), *(s.documents for s in segments)])
        self._documents = documents[places]
        self._bm25 = bm25
        # A question is asked of each language and then for the scores of what was found.
        # What is kept does not hold this index, which would else wait for the collector.
        self._scored: Remembered[Sequence[Alternatives], Scores] = Remembered(
            lambda asked: bm25.scores(asked)[places], _KEPT_QUERIES
        )
        self._among = Remembered(partial(found, self._ids), _KEPT_FILTERS)
        self._beginning = lru_cache(_KEPT_PREFIXES)(partial(_beginning, segments))

    def search(
        self,
        asked: Sequence[Alternatives],
        count: int,
        among: Ids | None = None,
        without: Sequence[int] = (),
    ) -> tuple[Ids, Scores]:
        """Return the ids of the ``count`` best bags that hold any of ``asked``, and their scores.

        ``among``, ascending, and ``without`` narrow before the ranking. Equal scores stand in the
        order of their ids. The same objects ``asked`` and ``among`` are taken to say the same as
        before.
        """
        with self._reading():
            scores = self._scored.of(asked)
        if len(without):
            scores = scores.copy()
            scores[found(self._ids, np.array(without, np.int64))] = 0
        if among is None:
            best = highest(scores, count)
        else:
            chosen = self._among.of(among)
            best = chosen[highest(scores[chosen], count)]
        return self._ids[best], scores[best]

    def scores(self, asked: Sequence[Alternatives], ids: Ids) -> tuple[Scores, Ids]:
        """Return the scores of ``ids`` and the documents that they belong to, each of shape (n,).

        A bag without any of ``asked`` scores 0; so does an id that is not there, of document -1.
        """
        scores, documents = np.zeros(len(ids), np.float32), np.full(len(ids), -1, np.int64)
        at, known = sought(self._ids, ids)
        with self._reading():
            scores[known] = self._scored.of(asked)[at[known]]
        documents[known] = self._documents[at[known]]
        return scores, documents

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term (see Bm25)."""
        listed = list(terms)
        with self._reading():
            return dict(zip(listed, self._bm25.weights(listed).tolist(), strict=True))

    def beginning_with(self, prefix: str) -> str:
        """Return the terms that begin with ``prefix``, one a line; those last asked for are kept.

        As one string they take a fifth of the memory of a list.
        """
        with self._reading():
            return self._beginning(prefix)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn what a damaged file leads to into Damaged."""
        try:
            yield
        except (ValueError, IndexError, OSError) as error:
            raise Damaged("snapshot.damaged", file=self._name) from error


class TermWriter:
    """Gathers what changes in an index."""

    def __init__(self) -> None:
        self._removed: list[int] = []
        self._added = building.Gathering()

    def remove(self, ids: Iterable[int]) -> None:
        """Remove bags; an id that is not there is passed over."""
        self._removed += ids

    def add(self, bag: Bag) -> None:
        """Add a bag."""
        self._added.add(bag)

    def write(self, folder: Path, base: Path | None) -> None:
        """Write the index of ``base`` with these changes into ``folder``."""
        before, removed = ([], np.empty(0, np.int64)) if base is None else _read(base)
        added = self._added.segments()
        new = np.concatenate([np.empty(0, np.int64), *(part.ids for part in added)])
        gone = np.union1d(removed, np.array(self._removed, np.int64))
        kept = [
            building.joined([part], gone) if is_outdated(part, gone, new) else part
            for part in before
        ]
        gone = np.setdiff1d(gone, new)  # an id that comes again is in its new place alone
        segments = joined([*kept, *added], lambda parts: building.joined(parts, gone), MOST_BAGS)
        for number, segment in enumerate(segments):
            segment.save(folder / str(number))
        held = np.concatenate([np.empty(0, np.int64), *(part.ids for part in segments)])
        np.save(folder / _REMOVED, np.intersect1d(gone, held), allow_pickle=False)


@contextmanager
def writing(folder: Path, base: Path | None) -> Iterator[TermWriter]:
    """Write an index into ``folder``, which begins as that of ``base`` and shares its files.

    Raises OSError where the disk does not take it, and Damaged where ``base`` cannot be read.
    """
    folder.mkdir(parents=True)
    writer = TermWriter()
    yield writer
    writer.write(folder, base)


def _read(folder: Path) -> tuple[list[Segment], Ids]:
    """Return the segments in ``folder``, and the ids that they hold and that are gone."""
    numbered = sorted((part for part in folder.iterdir() if part.is_dir()), key=_number)
    removed: Ids = loaded(folder / _REMOVED)
    if removed.dtype != np.int64 or removed.ndim != 1:
        raise ValueError(folder)
    return [Segment.open(part) for part in numbered], removed


def _number(folder: Path) -> int:
    return int(folder.name)


def _beginning(segments: Sequence[Segment], prefix: str) -> str:
    if len(segments) == 1:
        return "\n".join(segments[0].beginning_with(prefix))
    return "\n".join(sorted({t for part in segments for t in part.beginning_with(prefix)}))
