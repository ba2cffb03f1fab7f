"""What was made of an object is kept for when the same object comes again."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K")
T = TypeVar("T")


class Remembered(Generic[K, T]):
    """What was made of the objects that came last; safe to share between threads.

    An object is known by its identity: one that comes again is taken to say the same as before.
    """

    def __init__(self, make: Callable[[K], T], most: int) -> None:
        """``most`` objects are remembered, each kept alive."""
        self._make = make
        self._made: LRUCache[int, tuple[K, T]] = LRUCache(most)
        self._turn = threading.Lock()

    def of(self, given: K) -> T:
        """Return what is made of ``given``."""
        with self._turn:
            known = self._made.get(id(given))
        if known is not None and known[0] is given:
            return known[1]
        made = self._make(given)
        with self._turn:
            self._made[id(given)] = given, made
        return made
