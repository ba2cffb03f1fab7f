"""Bags of terms that came together: for each term, which of them hold it and how often.

Files are written once and mapped into memory.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids, Scores, loaded
from index.durability import share
from index.postings.bags import Hashes

MOST_BAGS = 1 << 16  # so that a place takes two bytes

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Segment:
    """Some bags, never changed. All arrays are one-dimensional.

    ``ids``, ``documents`` and ``lengths`` (n,) are those of the bags. ``hashes`` (m,), ascending,
    are what their terms are known by. The i-th one stands in ``places[starts[i]:starts[i + 1]]``,
    which count from the first bag and ascend, as often as ``counts`` say. ``words`` are the terms
    themselves, sorted, in UTF-8, each with a line feed behind it and the first with one before it.
    ``folder`` is where the files lie already.
    """

    ids: Ids
    documents: Ids
    lengths: Numbers
    hashes: Hashes
    starts: Numbers
    places: NDArray[np.uint16]
    counts: NDArray[np.unsignedinteger]
    words: bytes | mmap.mmap
    folder: Path | None = None

    BAGS, TERMS, PLACES, COUNTS, WORDS = FILES = (
        "bags.npy",
        "terms.npy",
        "places.npy",
        "counts.npy",
        "words.utf8",
    )

    @classmethod
    def open(cls, folder: Path) -> "Segment":
        """Map what ``save`` wrote. Raises OSError or ValueError if it cannot."""
        bags, terms, places, counts = (loaded(folder / name, mapped=True) for name in cls.FILES[:4])
        with (folder / cls.WORDS).open("rb") as file:
            words = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        (ids, documents, lengths), (hashes, starts) = bags, terms
        found = cls(
            ids, documents, lengths, hashes[:-1].view(np.uint64), starts, places, counts, words,
            folder,
        )  # fmt: skip
        found._require_whole()
        return found

    def save(self, folder: Path) -> None:
        """Write it into ``folder``, or share the files that it has. Raises OSError."""
        folder.mkdir()
        if self.folder is not None:
            for name in self.FILES:
                share(self.folder / name, folder / name)
            return
        hashes = np.append(self.hashes, np.uint64(0)).view(np.int64)
        for name, part in (
            (self.BAGS, np.stack([self.ids, self.documents, self.lengths])),
            (self.TERMS, np.stack([hashes, self.starts])),
            (self.PLACES, self.places),
            (self.COUNTS, self.counts),
        ):
            np.save(folder / name, part, allow_pickle=False)
        (folder / self.WORDS).write_bytes(self.words)

    def found(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Return where the postings of terms (t,) begin, and how many they are, both (t,).

        Raises ValueError where they are none of this segment's.
        """
        if not len(self.hashes):
            return np.zeros(len(hashes), np.int64), np.zeros(len(hashes), np.int64)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        held = self.hashes[at] == hashes
        starts, ends = self.starts[at], self.starts[at + 1]
        if (starts < 0).any() or (starts > ends).any() or (ends > len(self.places)).any():
            raise ValueError(self.folder)
        return starts, np.where(held, ends - starts, 0)

    def postings(self, starts: Numbers, sizes: Numbers) -> tuple[Numbers, Scores]:
        """Return the bags of terms (t,) and how often each holds them, one term after the other.

        ``starts`` and ``sizes`` are as ``found`` gives them, at least one of them.
        """
        ends = (starts + sizes).tolist()
        slices = [slice(start, end) for start, end in zip(starts.tolist(), ends, strict=True)]
        # As wide as numpy's own indexes: else it makes them so each time that it is given them.
        places = np.concatenate([self.places[own] for own in slices]).astype(np.int64)
        return places, np.concatenate([self.counts[own] for own in slices]).astype(np.float32)

    def beginning_with(self, prefix: str) -> list[str]:
        """Return the terms that begin with ``prefix``, sorted. Raises ValueError."""
        if not prefix:
            return self.words[:].decode().split()
        wanted = b"\n" + prefix.encode()
        first = self.words.find(wanted)
        if first < 0:
            return []
        end = self.words.find(b"\n", self.words.rfind(wanted) + 1)
        return self.words[first:end].decode().split()

    def _require_whole(self) -> None:
        count = len(self.places)
        if not (
            self.starts[0] == 0
            and self.starts[-1] == count == len(self.counts)
            and self.places.dtype == np.uint16
            and self.counts.dtype.kind == "u"
            and self.places.ndim == self.counts.ndim == 1
            and self.ids.dtype == self.starts.dtype == np.int64
            and self.words[:1] == self.words[-1:] == b"\n"
        ):
            raise ValueError(self.folder)
