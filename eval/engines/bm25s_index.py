"""bm25s, BM25 in NumPy: every score is worked out beforehand, so that a query only adds them up.

Lù, "BM25S: Orders of magnitude faster lexical search via eager sparse scoring", 2024.
"""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np

from eval.engines.protocol import Chunk, Ids


class Bm25s:
    """A matrix of scores. k1 and b can be chosen; the defaults are those of the library.

    The library cannot change an index: each change builds it anew, from the terms of all chunks,
    which are kept in memory for that.
    """

    def __init__(self, folder: Path, k1: float = 1.5, b: float = 0.75) -> None:
        self._folder = folder
        self._k1, self._b = k1, b
        self._chunks: dict[int, Chunk] = {}

    def build(self, chunks: Sequence[Chunk]) -> None:
        """Write the index anew."""
        self._chunks = {chunk.id: chunk for chunk in chunks}
        index = bm25s.BM25(k1=self._k1, b=self._b)
        index.index([list(chunk.terms) for chunk in self._chunks.values()], show_progress=False)
        index.save(self._folder, show_progress=False)
        np.save(self._folder / "ids.npy", np.array(list(self._chunks), np.int64))

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Build anew with ``chunks``."""
        self.build([*self._chunks.values(), *chunks])

    def delete(self, chunks: Sequence[Chunk]) -> None:
        """Build anew without ``chunks``."""
        gone = {chunk.id for chunk in chunks}
        self.build([chunk for chunk in self._chunks.values() if chunk.id not in gone])

    def open(self) -> None:
        """Map the matrix into memory and read the vocabulary."""
        self._index = bm25s.BM25.load(self._folder, mmap=True, show_progress=False)
        self._ids: Ids = np.load(self._folder / "ids.npy")

    def search(self, terms: Sequence[str], count: int, among: Ids | None = None) -> list[int]:
        """Score every chunk and take the best; those outside ``among`` score 0."""
        if not terms:
            return []
        mask = None if among is None else np.isin(self._ids, among).astype(np.float32)
        places, scores = self._index.retrieve(
            [list(terms)],
            k=min(count, len(self._ids)),
            weight_mask=mask,
            show_progress=False,
        )
        return [int(self._ids[place]) for place in places[0][scores[0] > 0]]
