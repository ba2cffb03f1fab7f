"""How what is written once and never changed grows: by segments, which are joined now and then.

They are joined so that each is at least twice as big as the next (O'Neil et al., "The
Log-Structured Merge-Tree", 1996): they stay few, and a change costs what changes, save now and
then.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from index.arrays import Ids

_MOST_GONE = 0.2  # of a segment, before it is written anew


class Held(Protocol):
    """Something that is held under ids."""

    @property
    def ids(self) -> Ids:
        """Return the ids, shape (n,)."""


S = TypeVar("S", bound=Held)


def is_outdated(segment: Held, gone: Ids, added: Ids) -> bool:
    """Whether a segment is to be written anew: much of it is gone, or comes again elsewhere."""
    lost = np.isin(segment.ids, gone)
    return bool(lost.mean() > _MOST_GONE or np.isin(segment.ids[lost], added).any())


def joined(
    segments: Sequence[S], join: Callable[[Sequence[S]], S], most: int | None = None
) -> list[S]:
    """Return segments of which each is at least twice as big as the next; none is empty.

    Where that gives more than ``most`` together they stay apart.
    """
    stack: list[S] = []
    for segment in segments:
        if not len(segment.ids):
            continue
        stack.append(segment)
        while len(stack) > 1:
            sizes = [len(part.ids) for part in stack[-2:]]
            if sizes[0] >= 2 * sizes[1] or (most is not None and sum(sizes) > most):
                break
            stack[-2:] = [join(stack[-2:])]
    return stack
