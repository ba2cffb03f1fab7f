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


def sought(ascending: Ids, wanted: Ids) -> tuple[Places, NDArray[np.bool_]]:
    """Return where among ``ascending`` (n,) those of ``wanted`` (m,) stand, and which are there.

    Both (m,); the place of one that is not there is that of another, or 0.
    """
    if not len(ascending):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return at, ascending[at] == wanted


def loaded(file: Path, mapped: bool = False) -> NDArray[Any]:
    """Return the array in a file, or map it. Raises OSError, or ValueError for what holds none."""
    try:
        return np.asarray(np.load(file, "r" if mapped else None, allow_pickle=False))
    except (EOFError, SyntaxError, TokenError, TypeError, OverflowError, MemoryError) as error:
        # A header that is damaged leads to any of these.
        raise ValueError(file) from error
