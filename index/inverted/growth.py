"""How segments come, are joined and are written anew.

They are joined so that each is at least twice as big as the next (O'Neil et al., "The
Log-Structured Merge-Tree", 1996): they stay few, and a change costs what changes,
save now and then.
"""

from collections.abc import Sequence

import numpy as np

from index.embedding.protocol import FloatMatrix
from index.inverted.quantiser import Quantiser
from index.inverted.segment import Segment
from index.vectors import Ids

_MOST_GONE = 0.2  # of a segment, before it is written anew


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
    lost = np.isin(segment.ids, gone)
    if lost.mean() > _MOST_GONE or np.isin(segment.ids[lost], ids).any():
        return Segment.joined(quantiser, [segment], gone)
    return segment


def joined(quantiser: Quantiser, segments: Sequence[Segment], gone: Ids) -> list[Segment]:
    """Return segments of which each is at least twice as big as the next of its group.

    None is empty.
    """
    of: dict[str, list[Segment]] = {}
    for segment in segments:
        if not len(segment.ids):
            continue
        stack = of.setdefault(segment.group, [])
        stack.append(segment)
        while len(stack) > 1 and len(stack[-2].ids) < 2 * len(stack[-1].ids):
            stack[-2:] = [Segment.joined(quantiser, stack[-2:], gone)]
    return [segment for stack in of.values() for segment in stack]
