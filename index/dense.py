"""Which index holds the vectors: an exact one of few chunks, an approximate one of many."""

from collections.abc import Iterable
from pathlib import Path

from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.inverted import InvertedIndex
from index.vectors import FlatIndex, Ids

DenseIndex = FlatIndex | InvertedIndex

_KINDS: tuple[type[DenseIndex], ...] = (FlatIndex, InvertedIndex)


def build(ids: Ids, vectors: FloatMatrix, exact_chunks: int) -> DenseIndex:
    """Index ``vectors`` (n, dimension) under ``ids`` (n,); exactly up to ``exact_chunks``."""
    kind = FlatIndex if len(ids) <= exact_chunks else InvertedIndex
    return kind.build(ids, vectors)


def updated(
    base: DenseIndex, removed: Iterable[int], ids: Ids, vectors: FloatMatrix, exact_chunks: int
) -> DenseIndex:
    """Return a new index: ``base`` without ``removed`` and with ``vectors`` under ``ids``.

    It becomes approximate beyond ``exact_chunks``, and exact again below half of them, so that a
    collection of about that size is not indexed anew with every change.
    """
    after = base.updated(removed, ids, vectors)
    most = exact_chunks if isinstance(after, FlatIndex) else exact_chunks // 2
    if isinstance(after, FlatIndex) == (len(after.ids) <= most):
        return after
    return build(after.ids, after.matrix(), most)


def open_index(folder: Path, kind: str) -> DenseIndex:
    """Map the index in ``folder``. Raises Damaged if it cannot be read, or is of no known kind."""
    for known in _KINDS:
        if kind == known.KIND:
            return known.open(folder)
    raise Damaged("snapshot.damaged", file=kind)
