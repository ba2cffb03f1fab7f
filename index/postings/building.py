"""How segments come to be: from bags, and from other segments."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids
from index.postings.bags import Bag, Hashes, hashes_of
from index.postings.segment import MOST_BAGS, Numbers, Segment


class Gathering:
    """Bags on their way into segments."""

    def __init__(self) -> None:
        self._sealed: list[Segment] = []
        self._begin()

    def add(self, bag: Bag) -> None:
        """Take a bag."""
        if len(self._bags) == MOST_BAGS:
            self._seal()
        counted = Counter(bag.terms)
        self._bags.append((bag.id, bag.document, len(bag.terms)))
        self._terms.extend([self._numbers.setdefault(t, len(self._numbers)) for t in counted])
        self._counts.extend(counted.values())
        self._sizes.append(len(counted))

    def segments(self) -> list[Segment]:
        """Return all that was taken."""
        if self._bags:
            self._seal()
        return self._sealed

    def _begin(self) -> None:
        self._bags: list[tuple[int, int, int]] = []
        self._numbers: dict[str, int] = {}
        # What each bag holds, one after the other: numbers of terms, and how often.
        self._terms, self._counts = array("q"), array("q")
        self._sizes = array("q")

    def _seal(self) -> None:
        hashes = hashes_of(self._numbers)
        order = np.argsort(hashes)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        self._sealed.append(
            _segment(
                np.array(self._bags, np.int64).T,
                hashes[order],
                ranks[np.frombuffer(self._terms, np.int64)],
                np.repeat(np.arange(len(self._sizes)), np.frombuffer(self._sizes, np.int64)),
                np.frombuffer(self._counts, np.int64),
                self._numbers,
            )
        )
        self._begin()


def joined(parts: Sequence[Segment], gone: Ids) -> Segment:
    """Return what ``parts`` hold in one segment, without the ids ``gone``."""
    kept = [~np.isin(part.ids, gone) for part in parts]
    bags, terms, places, counts = [], [], [], []
    first = 0
    for part, stays in zip(parts, kept, strict=True):
        bags.append(np.stack([part.ids, part.documents, part.lengths])[:, stays])
        held = stays[part.places]
        rows = first + np.cumsum(stays) - 1
        terms.append(np.repeat(part.hashes, np.diff(part.starts))[held])
        places.append(rows[part.places[held]])
        counts.append(part.counts[held].astype(np.int64))
        first += int(stays.sum())
    hashes, ranks = np.unique(np.concatenate(terms), return_inverse=True)
    words = {word for part in parts for word in part.beginning_with("")}
    listed = sorted(words)
    here = np.isin(hashes_of(listed), hashes)
    return _segment(
        np.concatenate(bags, axis=1),
        hashes,
        ranks,
        np.concatenate(places),
        np.concatenate(counts),
        (word for word, is_here in zip(listed, here, strict=True) if is_here),
    )


def _segment(
    bags: Numbers,
    hashes: Hashes,
    ranks: NDArray[np.integer],
    places: NDArray[np.integer],
    counts: Numbers,
    words: Iterable[str],
) -> Segment:
    """Return the segment of ``bags`` (3, n): their ids, documents and lengths.

    ``hashes`` (m,) ascend. Each posting, shape (p,), is of the term at ``ranks`` among them, stands
    in the bag at ``places``, ``counts`` times; the places of a term ascend.
    """
    order = np.argsort(ranks, kind="stable")
    starts = np.zeros(len(hashes) + 1, np.int64)
    np.cumsum(np.bincount(ranks, minlength=len(hashes)), out=starts[1:])
    ids, documents, lengths = bags
    return Segment(
        ids,
        documents,
        lengths,
        hashes,
        starts,
        places[order].astype(np.uint16),
        counts[order].astype(np.min_scalar_type(int(counts.max(initial=0)))),
        b"\n" + b"".join(sorted(word.encode() + b"\n" for word in words)),
    )
