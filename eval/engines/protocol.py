"""What every engine is measured through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage as an engine sees it: its terms, in order, none with white space in it."""

    id: int
    document: str
    terms: Sequence[str]


class Engine(Protocol):
    """A lexical index in a folder of its own, ranked by BM25."""

    def build(self, chunks: Sequence[Chunk]) -> None:
        """Write the index of ``chunks``, in place of what the folder held."""

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Write ``chunks``, whose ids the index does not hold, into an index that was built."""

    def delete(self, chunks: Sequence[Chunk]) -> None:
        """Take ``chunks``, just as they were added, out of an index that was built."""

    def open(self) -> None:
        """Open what is written, for searching; again after each change."""

    def search(self, terms: Sequence[str], count: int, among: Ids | None = None) -> list[int]:
        """Return the ids of the ``count`` best chunks that hold any of ``terms``, best first.

        No term comes twice in ``terms``. ``among`` narrows before the ranking.
        """


@runtime_checkable
class Weighing(Engine, Protocol):
    """An engine that can rank as this project does."""

    def ranked(
        self, asked: Sequence[Mapping[str, float]], count: int, ids: Ids
    ) -> tuple[list[int], list[float]]:
        """Return the ids of the ``count`` best chunks, and the scores of the chunks ``ids``.

        Each word of ``asked`` is terms by their weights; the one that gives most counts.
        """
