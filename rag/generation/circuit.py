"""A language model that fails is left alone for a while.

The circuit breaker of Nygard, "Release It!", 2007. Its usual library, pybreaker 1.4, holds a lock
for as long as a call takes, so that questions would wait for each other.
"""

import threading
import time
from collections.abc import Callable


class Circuit:
    """Open after ``failures`` in a row, for ``pause`` seconds; then one call at a time tries it."""

    def __init__(
        self, failures: int, pause: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._pause = pause
        self._clock = clock
        self._failed = 0
        self._open_until = 0.0
        self._turn = threading.Lock()

    def allows(self) -> bool:
        """Whether a call may be made now; whoever is told so makes it."""
        with self._turn:
            if self._failed < self._most:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + self._pause  # the others wait for what this one finds
            return True

    def succeeded(self) -> None:
        """Say that a call was answered."""
        with self._turn:
            self._failed = 0

    def failed(self) -> None:
        """Say that a call failed."""
        with self._turn:
            self._failed += 1
            self._open_until = self._clock() + self._pause
