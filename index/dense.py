"""Which index holds vectors in files: an exact one of few chunks, an approximate one of many."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from index.arrays import Ids
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.inverted import InvertedIndex
from index.vectors import FlatIndex

Kind = Literal["flat", "inverted"]
DenseIndex = FlatIndex | InvertedIndex


def build(
    ids: Ids, vectors: FloatMatrix, exact_chunks: int, groups: Sequence[str] | None = None
) -> DenseIndex:
    """Index ``vectors`` (n, dimension) under ``ids`` (n,); exactly up to ``exact_chunks``.

    ``groups`` (n,) are names of what is often looked for alone.
    """
    if len(ids) <= exact_chunks:
        return FlatIndex.build(ids, vectors)
    return InvertedIndex.build(ids, vectors, groups)


def updated(
    base: DenseIndex,
    removed: Iterable[int],
    ids: Ids,
    vectors: FloatMatrix,
    exact_chunks: int,
    groups: Sequence[str] | None = None,
) -> DenseIndex:
    """Return a new index: ``base`` without ``removed`` and with ``vectors`` under ``ids``.

    It becomes approximate beyond ``exact_chunks``, and exact again below half of them, so that a
    collection of about that size is not indexed anew with every change.
    """
    if isinstance(base, InvertedIndex):
        grown = base.updated(removed, ids, vectors, groups)
        if len(grown.ids) > exact_chunks // 2:
            return grown
        return FlatIndex.build(grown.ids, grown.matrix())
    after = base.updated(removed, ids, vectors)
    return after if len(after.ids) <= exact_chunks else build(after.ids, after.matrix(), 0)


def open_index(folder: Path, kind: Kind) -> DenseIndex:
    """Map the index in ``folder``. Raises Damaged if it cannot be read."""
    return FlatIndex.open(folder) if kind == "flat" else InvertedIndex.open(folder)


def kind_of(index: DenseIndex) -> Kind:
    """Return what ``open_index`` must be told to open it again."""
    return "flat" if isinstance(index, FlatIndex) else "inverted"


def known_kind(kind: object) -> Kind:
    """Return a kind as a manifest names it. Raises Damaged for what is none."""
    if kind == "flat" or kind == "inverted":
        return kind
    raise Damaged("snapshot.damaged", file="manifest.json")
