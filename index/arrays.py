"""Arrays: what some stand for everywhere, and how they are read."""

from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
"""Ids of chunks, shape (n,)."""
Scores = NDArray[np.float32]
"""How well something fits a question, shape (n,); higher is better."""
Places = NDArray[np.intp]
"""Where something stands in an array, shape (n,)."""

_BLOCK = 64  # scores of which only the best one is looked at first
_NOTHING = np.float32(0)


def sought(ascending: Ids, wanted: Ids) -> tuple[Places, NDArray[np.bool_]]:
    """Return where among ``ascending`` (n,) those of ``wanted`` (m,) stand, and which are there.

    Both (m,); the place of one that is not there is that of another, or 0.
    """
    if not len(ascending):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return at, ascending[at] == wanted


def found(ascending: Ids, wanted: Ids) -> Places:
    """Return where among ``ascending`` those of ``wanted`` stand that are there, in their order."""
    at, known = sought(ascending, wanted)
    return at[known]


def highest(scores: Scores, count: int, above: np.float32 = _NOTHING) -> Places:
    """Return where the ``count`` highest scores stand, best first, equal ones in order.

    Scores that are not ``above`` this are passed over.
    """
    if count <= 0:
        return np.empty(0, np.intp)
    blocks, bound = len(scores) // _BLOCK, above
    if blocks > count:
        # As many blocks as are wanted hold something as high as this: most are below it.
        best = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        bound = np.partition(best, -count)[-count]
    high = np.flatnonzero(scores >= bound if bound > above else scores > above)
    if len(high) > count:
        least = np.partition(scores[high], -count)[-count]
        high = high[scores[high] >= least]
    order: Places = np.argsort(-scores[high], kind="stable")[:count]
    return high[order]


def loaded(file: Path, mapped: bool = False) -> NDArray[Any]:
    """Return the array in a file, or map it. Raises OSError, or ValueError for what holds none."""
    try:
        return np.asarray(np.load(file, "r" if mapped else None, allow_pickle=False))
    except (EOFError, SyntaxError, TokenError, TypeError, OverflowError, MemoryError) as error:
        # A header that is damaged leads to any of these.
        raise ValueError(file) from error
