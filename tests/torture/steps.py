"""The steps of a process at which it may be killed: calls that change what lies on the disk.

A step is named by the function of ours that takes it and by what it calls, such as
``snapshot._seal fsync``. Steps are seen by Python's profiling hook, in all threads, so that no code
is changed for it.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import index

_OURS = str(Path(index.__file__).parents[1])
_FAKES = str(Path(_OURS) / "tests" / "fakes.py")
_ROOMS = (*(str(Path(_OURS) / name) + os.sep for name in ("index", "service")), _FAKES)
_CALLS = frozenset(
    "execute executemany executescript backup fsync rename replace link mkdir unlink remove rmdir "
    "write tofile truncate sendfile copy_file_range write_index commit fork_exec".split()
)
_FUNCTIONS = frozenset(["embed_passages"])

When = Literal["before", "after", "within"]


@dataclass(frozen=True, slots=True)
class Moment:
    """The ``number``-th time that a step is taken: before it, after it, or in the midst of it."""

    step: str
    number: int
    when: When

    def __str__(self) -> str:
        return f"{self.when} {self.step} ({self.number})"


def stage_of(command: str, step: str) -> str:
    """Return the stage of work that a step of a command belongs to."""
    function, _, called = step.rpartition(" ")
    room = function.partition(".")[0]
    if command in ("compact", "purge"):
        return "compaction"
    if command in ("backup", "restore"):
        return "backup"
    if called in ("rename", "replace"):
        return "rename"
    return {
        "": "embed",  # named by itself alone
        "parser": "parse",
        "segment": "snapshot write",
        "snapshot": "snapshot write",
        "term_index": "snapshot write",
        "vectors": "snapshot write",
        "durability": "snapshot write",
    }.get(room, "catalog write")


class Steps:
    """Counts the steps of this process, and lets it die at one of them."""

    def __init__(self, moment: Moment | None, tell: Callable[[], None]) -> None:
        """Take the moment to die at; in the midst of a step is told, and another kills it then."""
        self.taken: Counter[str] = Counter()
        self._moment = moment
        self._tell = tell
        self._due = threading.local()

    def watch(self) -> None:
        """Begin, in this thread and in all that are started from now on."""
        threading.setprofile(self._event)
        sys.setprofile(self._event)

    def _event(self, frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call":
            if _touches_disk(called) and (name := _owner(frame)):
                self._begins(f"{name} {called.__name__}")
        elif event in ("c_return", "c_exception"):
            if getattr(self._due, "ends", False) and _touches_disk(called):
                _die()
        elif event == "call" and frame.f_code.co_name in _FUNCTIONS:
            self._begins(frame.f_code.co_name)

    def _begins(self, step: str) -> None:
        self.taken[step] += 1
        moment = self._moment
        if moment is None or (moment.step, moment.number) != (step, self.taken[step]):
            return
        if moment.when == "before":
            _die()
        elif moment.when == "after":
            self._due.ends = True
        else:
            self._tell()


def _touches_disk(called: Any) -> bool:
    # Strings and lists have methods of the same names.
    return called.__name__ in _CALLS and not isinstance(called.__self__, (str, list, set))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _owner(frame: FrameType | None) -> str | None:
    """Return the nearest function of ours that is being run, None where there is none."""
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(_ROOMS):
            return f"{Path(code.co_filename).stem}.{code.co_name}"
        frame = frame.f_back
    return None
