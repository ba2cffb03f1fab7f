"""Who is worked for now, who waits, and who is told to come again.

A few questions are worked on at a time and a few more wait, each caller's in their own line; turns
go round the lines, so that whoever asks much waits behind themselves. When all places are taken,
the last of the longest line gives way to a caller with a shorter one. Everybody else is told at
once when to try again: a queue that grows without end serves nobody in time. For the same reason
fewer wait where the crowd lasts, and one of each caller where most who come are turned away.
"""

import asyncio
import contextvars
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from service.crowding import Clock, Crowding
from service.deadline import Deadline
from service.refusal import Refusal, too_many

_Result = TypeVar("_Result")
_SMOOTHING = 0.1  # how much the last piece of work counts in the estimate of the next


async def outcome(done: asyncio.Future[_Result], deadline: Deadline) -> _Result:
    """Return what work that has begun gives; whoever stops to wait for it lets it end.

    Raises Refusal where it takes too long.
    """
    try:
        await asyncio.wait({done}, timeout=deadline.left)
    finally:
        deadline.nobody_waits()
    if not done.done():
        raise Refusal("timeout", "http.timeout")
    return done.result()


class Admission:
    """Runs work in threads, so much at a time; to be used from one event loop."""

    def __init__(
        self,
        at_once: int,
        waiting: int,
        tell: Callable[[int, int], None],
        clock: Clock = time.monotonic,
    ) -> None:
        """``tell`` hears how much is worked on and how many wait, whenever that changes."""
        # The thread that worked last works next: a core still holds what it needs.
        self._idle = [ThreadPoolExecutor(1, thread_name_prefix="answer") for _ in range(at_once)]
        self._threads = tuple(self._idle)
        self._at_once = at_once
        self._most_waiting = waiting
        self._crowding = Crowding(clock)
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._seconds = 0.1
        self._tell = tell
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return sum(map(len, self._lines.values()))

    def require_room(self, caller: str) -> None:
        """Raise Refusal where work would be refused at this moment; nothing is done for it yet."""
        if self.running >= self._at_once and self._is_full(caller):
            self._longest(caller)

    async def start(
        self, caller: str, work: Callable[[], _Result], deadline: Deadline
    ) -> asyncio.Future[_Result]:
        """Begin ``work`` when it is the caller's turn.

        Raises Refusal at once where there is no room, or at the deadline where no turn came.
        """
        await self._turn(caller, deadline)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        context = contextvars.copy_context()
        thread = self._idle.pop()
        done = loop.run_in_executor(thread, context.run, work)

        def finished(future: asyncio.Future[_Result]) -> None:
            if not future.cancelled():
                future.exception()  # looked at here too: nobody else may be there any more
            self._seconds += _SMOOTHING * (loop.time() - begun - self._seconds)
            self._idle.append(thread)
            self._pass_on()

        done.add_done_callback(finished)
        return done

    async def run(self, caller: str, work: Callable[[], _Result], deadline: Deadline) -> _Result:
        """Return what ``work`` gives. Raises Refusal where that takes too long."""
        return await outcome(await self.start(caller, work, deadline), deadline)

    def close(self) -> None:
        """Begin no more work."""
        for thread in self._threads:
            thread.shutdown(wait=False, cancel_futures=True)

    async def _turn(self, caller: str, deadline: Deadline) -> None:
        if self.running < self._at_once:
            self.running += 1
            self._crowding.answer(turned_away=False)
            self._changed()
            return
        if self._is_full(caller):
            self._make_room(caller)
        self._crowding.answer(turned_away=False)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(caller, deque()).append(turn)
        self._changed()
        try:
            await asyncio.wait_for(asyncio.shield(turn), deadline.left)
        except BaseException as error:
            if turn.done() and turn.exception() is None:
                self._pass_on()  # the turn came at the same moment, and is not taken
            elif not turn.done():
                self._lines[caller].remove(turn)
                self._forget_if_empty(caller)
            if isinstance(error, TimeoutError):
                raise self._refusal() from error
            raise

    def _is_full(self, caller: str) -> bool:
        """Whether nobody else may wait for this caller."""
        if not self._crowding.lasts(self._seconds):
            return self.waiting >= self._most_waiting
        if self._crowding.overruns and caller in self._lines:
            return True
        return self.waiting >= min(self._most_waiting, self._at_once)

    def _longest(self, caller: str) -> str:
        """Return whose line gives way to a caller. Raises Refusal where none does."""
        longest = max(self._lines, key=lambda name: len(self._lines[name]), default=caller)
        own = len(self._lines.get(caller, ()))
        if longest == caller or len(self._lines[longest]) <= own + 1:
            raise self._refusal()
        return longest

    def _make_room(self, caller: str) -> None:
        longest = self._longest(caller)
        self._lines[longest].pop().set_exception(self._refusal())
        self._forget_if_empty(longest)

    def _pass_on(self) -> None:
        """Give the place that was left to the next line."""
        if not self._lines:
            self.running -= 1
            self._changed()
            return
        caller, line = self._lines.popitem(last=False)
        line.popleft().set_result(None)
        if line:
            self._lines[caller] = line  # behind all others
        self._changed()

    def _forget_if_empty(self, caller: str) -> None:
        if not self._lines[caller]:
            del self._lines[caller]
        self._changed()

    def _changed(self) -> None:
        self._crowding.note(self.running >= self._at_once, self._seconds)
        self._tell(self.running, self.waiting)

    def _refusal(self) -> Refusal:
        self._crowding.answer(turned_away=True)
        rounds = (self.waiting + 1) / self._at_once
        return too_many("http.too_many_requests", math.ceil(rounds * self._seconds))
