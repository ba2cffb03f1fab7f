"""JSON that is parsed beside other work: never long at a stretch, and never too much of it.

The usual scanner holds Python's lock from the first byte to the last, so that even in a thread of
its own it stops all others. Here objects and lists are taken apart in Python, which passes the lock
on. What it gives, and what it finds wrong, is the same.
"""

from collections.abc import Callable
from json import detect_encoding
from json.decoder import JSONArray, JSONDecoder, JSONObject  # type: ignore[attr-defined] # no stubs
from json.scanner import py_make_scanner  # type: ignore[attr-defined] # no stubs
from typing import Any

_MOST_VALUES = 1_000_000  # a hundred for each of ten thousand documents
_MOST_NAMES = 1000  # in one object; a check may find fault with each

_Scan = Callable[[str, int], tuple[Any, int]]


class TooManyValues(ValueError):
    """A body of more values than anybody sends in earnest."""


def parsed(body: bytes) -> Any:
    """Return what a body says.

    Raises JSONDecodeError where it is none, UnicodeDecodeError, RecursionError and TooManyValues.
    """
    return _Decoder().decode(body.decode(detect_encoding(body), "surrogatepass"))


class _Decoder(JSONDecoder):
    def __init__(self) -> None:
        super().__init__()
        self._left = _MOST_VALUES
        self.parse_array: Any = self._array
        self.parse_object: Any = self._object
        self.scan_once: Any = py_make_scanner(self)

    def _array(self, where: tuple[str, int], scan: _Scan) -> Any:
        return JSONArray(where, self._counting(scan))

    def _object(self, where: tuple[str, int], strict: bool, scan: _Scan, *hooks: Any) -> Any:
        return JSONObject(where, strict, self._counting(scan, _MOST_NAMES), *hooks)

    def _counting(self, scan: _Scan, most: int | None = None) -> _Scan:
        """Return ``scan`` as it takes no more than ``most`` values, nor more than are left."""
        here = 0

        def counted(text: str, at: int) -> tuple[Any, int]:
            nonlocal here
            here += 1
            self._left -= 1
            if self._left < 0 or (most is not None and here > most):
                raise TooManyValues
            return scan(text, at)

        return counted
