"""How segments of vectors come, are joined and are written anew."""

from collections.abc import Sequence

import numpy as np

from index import growth
from index.arrays import Ids
from index.embedding.protocol import FloatMatrix
from index.inverted.quantiser import Quantiser
from index.inverted.segment import Segment


def grouped(
    quantiser: Quantiser, ids: Ids, vectors: FloatMatrix, groups: Sequence[str] | None
) -> list[Segment]:
    """Return vectors (n, dimension) under ``ids`` (n,) as segments, one of each group."""
    of = np.array(groups or [""] * len(ids))
    return [
        Segment.of(quantiser, ids[of == group], vectors[of == group], group)
        for group in sorted(set(of.tolist()))
    ]


def cleared(quantiser: Quantiser, segment: Segment, gone: Ids, ids: Ids) -> Segment:
    """Return a segment without what is gone, if that is much or is to come again."""
    if growth.is_outdated(segment, gone, ids):
        return Segment.joined(quantiser, [segment], gone)
    return segment


def joined(quantiser: Quantiser, segments: Sequence[Segment], gone: Ids) -> list[Segment]:
    """Return segments of which each is at least twice as big as the next of its group.

    None is empty.
    """
    of: dict[str, list[Segment]] = {}
    for segment in segments:
        of.setdefault(segment.group, []).append(segment)
    return [
        segment
        for group in of.values()
        for segment in growth.joined(group, lambda parts: Segment.joined(quantiser, parts, gone))
    ]
