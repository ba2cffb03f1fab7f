"""Time by stages: named functions are wrapped while a measurement lasts.

A profiler would count every call and so slow down what is made of many small ones; a dozen wrapped
functions cost nothing that matters.
"""

import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from eval.profiling.anchors import Anchors

_OURS = ("index.", "rag.", "service.", "eval.", "tests.")


class _Open(threading.local):
    """Of each call of this thread that is not over, the seconds of those it called."""

    def __init__(self) -> None:
        self.within: list[float] = []


class Stopwatch:
    """Seconds of each stage since the last ``reset``, of all threads together.

    What a stage calls that belongs to another counts for the other alone, so that the stages of one
    thread add up to its outermost call.
    """

    def __init__(self, stages: Anchors) -> None:
        """Raise AttributeError where a named function is not there any more."""
        self._stages = {name: stage for stage, names in stages.items() for name in names}
        for name in self._stages:
            _found(name)
        self._open = _Open()
        self._turn = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.seconds = dict.fromkeys(self._stages.values(), 0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure, in this block, every call of the named functions."""
        undo: list[tuple[object, str, object]] = []
        try:
            for name, stage in self._stages.items():
                owner, attribute, function = _found(name)
                timed = self._timed(function, stage)
                # A function of a module stands in every module that has imported it.
                in_class = isinstance(owner, type)
                owners = [owner] if in_class else _holders(attribute, function)
                for one in owners:
                    undo.append((one, attribute, function))
                    setattr(one, attribute, timed)
            yield
        finally:
            for holder, name, before in undo:
                setattr(holder, name, before)

    def _timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*given: Any, **named: Any) -> Any:
            within = self._open.within
            within.append(0.0)
            started = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                passed = time.perf_counter() - started
                own = passed - within.pop()
                with self._turn:
                    self.seconds[stage] += own
                if within:
                    within[-1] += passed

        return timed


def _found(name: str) -> tuple[object, str, Callable[..., Any]]:
    """Return what holds a function, its name there, and the function itself."""
    module, _, path = name.partition(":")
    *owners, attribute = path.split(".")
    owner: object = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    if attribute not in vars(owner):
        raise AttributeError(f"{name} is gone: mend eval/profiling/anchors.py")
    return owner, attribute, vars(owner)[attribute]


def _holders(attribute: str, function: Callable[..., Any]) -> list[object]:
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith(_OURS) and vars(module).get(attribute) is function
    ]
