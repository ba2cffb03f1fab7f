"""Where words of a question stand in passages; what passages say is kept, as some come often."""

import threading
from array import array
from collections.abc import Set
from hashlib import blake2b
from typing import NamedTuple

from cachetools import LRUCache

from index.text.analysis import placed_terms
from index.text.language import Language
from index.text.spans import Span

_KEPT = 8192  # passages, each of some two kilobytes


class _Said(NamedTuple):
    """The terms of a text, and from where to where each stands, one after the other."""

    terms: tuple[str, ...]
    bounds: "array[int]"


_kept: LRUCache[tuple[bytes, Language], _Said] = LRUCache(_KEPT)
_turn = threading.Lock()


def places(text: str, language: Language, wanted: Set[str], start: int = 0) -> list[Span]:
    """Return where the words of ``text`` stand whose terms are ``wanted``, in order.

    Places are counted from that of the text, ``start``.
    """
    terms, bounds = _said(text, language)
    return [
        Span(start + bounds[2 * number], start + bounds[2 * number + 1])
        for number, term in enumerate(terms)
        if term in wanted
    ]


def _said(text: str, language: Language) -> _Said:
    # Known by a hash, which takes less than the text would.
    key = blake2b(text.encode(), digest_size=16).digest(), language
    with _turn:
        known = _kept.get(key)
    if known is None:
        terms, bounds = [], array("I")
        for term, begin, end in placed_terms(text, language):
            terms.append(term)
            bounds.append(begin)
            bounds.append(end)
        known = _Said(tuple(terms), bounds)
        with _turn:
            _kept[key] = known
    return known
