"""Texts as bags of terms, and what terms are known by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_KEPT = 20_000  # of what questions ask for: the words of one are looked up three times


@dataclass(frozen=True, slots=True)
class Bag:
    """The terms of a text; ``document`` is the number of the document that it belongs to."""

    id: int
    document: int
    terms: Sequence[str]


def hashes_of(terms: Iterable[str]) -> Hashes:
    """Return what the terms are known by, shape (n,): 64 bits, the same for no two of them."""
    return np.fromiter(map(_hash, terms), np.uint64)


@lru_cache(_KEPT)
def _hash(term: str) -> int:
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")
