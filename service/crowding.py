"""Whether there are too many for long, or only for a moment."""

import math
import time
from collections.abc import Callable

_PIECES = 6  # of work, one after another: moments longer ago hardly count
_LASTING = 0.8  # of that time; callers who come by chance and leave a third of it free fill less
_LAST_ANSWER = 1 / 32  # what the last one who came counts among those who were turned away
_OVERRUN = 0.5  # of all who come

Clock = Callable[[], float]


class Crowding:
    """For which share of the last moments all were at work, and which share was turned away.

    Both are means with exponential weights, and decide how many may wait: a burst is soon worked
    off, but where more come than can be served, all who wait are served later and not one more of
    them is served (after Nichols and Jacobson, "Controlling queue delay", 2012, who drop what waits
    for long where it does so without a break).
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._all_at_work = False
        self._share = 0.0
        self._noted = clock()
        self._turned_away = 0.0

    def note(self, all_at_work: bool, seconds: float) -> None:
        """Take down whether all are at work from now on; a piece of work takes ``seconds``."""
        self._share, self._noted = self._share_now(seconds), self._clock()
        self._all_at_work = all_at_work

    def answer(self, turned_away: bool) -> None:
        """Take down what somebody who came was told."""
        self._turned_away += _LAST_ANSWER * (turned_away - self._turned_away)

    @property
    def overruns(self) -> bool:
        """Whether most of those who come are turned away."""
        return self._turned_away > _OVERRUN

    def lasts(self, seconds: float) -> bool:
        """Return whether it has been so for nearly all of the last moments."""
        return self._share_now(seconds) >= _LASTING

    def _share_now(self, seconds: float) -> float:
        state = float(self._all_at_work)
        faded = math.exp((self._noted - self._clock()) / (_PIECES * seconds))
        return state + (self._share - state) * faded
