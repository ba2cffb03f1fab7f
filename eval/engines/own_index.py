"""The index of this project: segments of postings, all bags scored at once."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.engines.protocol import Chunk, Ids
from index.postings.bags import Bag
from index.term_index import TermIndex, writing


class Own:
    """An index that each change writes into another folder, sharing the files of what stays."""

    def __init__(self, folder: Path) -> None:
        self._now, self._next = folder / "now", folder / "next"

    def build(self, chunks: Sequence[Chunk]) -> None:
        """Write the index anew."""
        shutil.rmtree(self._now, ignore_errors=True)
        self._change(chunks, [])

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Write ``chunks`` as a segment, and join it to others where they are small."""
        self._change(chunks, [])

    def delete(self, chunks: Sequence[Chunk]) -> None:
        """Note that ``chunks`` are gone; a segment of which much is gone is written anew."""
        self._change([], chunks)

    def open(self) -> None:
        """Map the segments into memory."""
        self._index = TermIndex(self._now)

    def search(self, terms: Sequence[str], count: int, among: Ids | None = None) -> list[int]:
        """Score every chunk and take the best of those ``among``."""
        allowed = None if among is None else np.sort(among)
        found, _ = self._index.search([{term: 1.0} for term in terms], count, allowed)
        return [int(identifier) for identifier in found]

    def ranked(
        self, asked: Sequence[Mapping[str, float]], count: int, ids: Ids
    ) -> tuple[list[int], list[float]]:
        """Return what Weighing asks for; the scores of all chunks are at hand for the second."""
        best, _ = self._index.search(asked, count)
        return best.tolist(), self._index.scores(asked, ids)[0].tolist()

    def _change(self, added: Sequence[Chunk], deleted: Sequence[Chunk]) -> None:
        base = self._now if self._now.is_dir() else None
        with writing(self._next, base) as writer:
            writer.remove(chunk.id for chunk in deleted)
            for chunk in added:
                writer.add(Bag(chunk.id, chunk.id, chunk.terms))
        shutil.rmtree(self._now, ignore_errors=True)
        self._next.rename(self._now)
