"""Until when a request must be answered, and whether anybody still waits for it."""

import threading
import time

from service.refusal import Refusal


class Deadline:
    """A moment, ``seconds`` from now; may be read from any thread."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds
        self._left = threading.Event()

    @property
    def left(self) -> float:
        """Seconds that are left, never less than 0."""
        return max(0.0, self._at - time.monotonic())

    @property
    def is_wanted(self) -> bool:
        """Whether the answer would still be in time for somebody."""
        return not self._left.is_set() and self.left > 0

    def nobody_waits(self) -> None:
        """Say that the client has gone."""
        self._left.set()

    def require(self) -> None:
        """Raise Refusal where the work is not wanted any more."""
        if not self.is_wanted:
            raise Refusal("timeout", "http.timeout")
