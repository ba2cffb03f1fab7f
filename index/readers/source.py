"""A file as it is given, as a reader sees it, and what a reader makes of it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from index.errors import InvalidDocument
from index.readers.limits import Expansion, Limits

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a part of it, that gave no document, and why."""

    document: str
    error: InvalidDocument


@dataclass(frozen=True, slots=True)
class File:
    """A file that is to be read: the id of its document, and how its bytes are had.

    ``folder`` is the given folder that it was found in.
    """

    name: str
    open: Callable[[], BinaryIO]
    folder: Path | None = None

    @property
    def suffix(self) -> str:
        """The ending that names the format, in lower case."""
        return suffix_of(self.name)


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader reads: seekable bytes, their name and limits, how deep they are in archives.

    ``columns`` gives the field that a column of a table stands for.
    """

    name: str
    stream: BinaryIO
    limits: Limits
    expansion: Expansion
    columns: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0

    @property
    def suffix(self) -> str:
        """The ending that names the format, in lower case."""
        return suffix_of(self.name)

    def whole(self, limit: int) -> bytes:
        """Return all bytes. Raises InvalidDocument where there are more than ``limit``."""
        data = self.stream.read(limit + 1)
        if len(data) > limit:
            raise InvalidDocument("document.too_large", limit=limit)
        return data


Reader = Callable[[Source], Iterator[Fields | Unreadable]]

_SEPARATORS = re.compile(r"[\\/]+")


def suffix_of(name: str) -> str:
    """Return the ending of a file's name in lower case, with its dot; "" where it has none."""
    base = name.rpartition("/")[2]
    stem, dot, ending = base.rpartition(".")
    return dot + ending.lower() if stem else ""


def inner_name(name: str) -> str:
    """Return a name that came from elsewhere as a relative path that leads nowhere else."""
    parts = _SEPARATORS.split(name)
    return "/".join(part for part in parts if part.strip(". ")) or "file"
