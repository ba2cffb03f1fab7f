"""From files and folders to documents: plain text, Markdown, JSON lines."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.errors import InvalidDocument, InvalidInput
from index.text.normalise import decode, stored_text

Fields = dict[str, Any]

_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or a line that gave no document, and why."""

    document: str
    error: InvalidDocument


@dataclass(frozen=True, slots=True)
class Listing:
    """The files found under the given paths: (path, document id) pairs, and what was left out."""

    files: list[tuple[Path, str]] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)


def list_files(paths: Iterable[Path]) -> Listing:
    """Find the files to read. A file in a folder is named by its path in there.

    In a folder, hidden files and unknown formats are left out; a file named by itself is always
    taken. Raises InvalidInput for a path that does not exist.
    """
    listing = Listing()
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                inside = file.relative_to(path)
                if not file.is_file() or any(part.startswith(".") for part in inside.parts):
                    continue
                if file.suffix.lower() in _READERS:
                    listing.files.append((file, inside.as_posix()))
                else:
                    listing.skipped.append(file)
        elif path.exists():
            listing.files.append((path, path.name))
        else:
            raise InvalidInput("input.no_such_path", path=path)
    return listing


def read_files(files: Iterable[tuple[Path, str]], max_bytes: int) -> Iterator[Fields | Unreadable]:
    """Yield the fields of each document, or why there is none; bad content raises nothing."""
    seen: set[str] = set()
    for path, name in files:
        try:
            if name in seen:
                raise InvalidDocument("document.same_name")
            seen.add(name)
            reader = _READERS.get(path.suffix.lower())
            if reader is None:
                raise InvalidDocument("document.format", formats=", ".join(sorted(_READERS)))
            yield from reader(path, name, max_bytes)
        except InvalidDocument as error:
            yield Unreadable(stored_text(name), error)
        except OSError as error:
            reason = InvalidDocument("document.unreadable", why=error.strerror or "I/O error")
            yield Unreadable(stored_text(name), reason)


def _whole(path: Path, max_bytes: int) -> str:
    if not path.is_file():
        raise InvalidDocument("document.not_a_file")
    if path.stat().st_size > max_bytes:
        raise InvalidDocument("document.too_large", limit=max_bytes)
    return decode(path.read_bytes())


def _read_text(path: Path, name: str, max_bytes: int) -> Iterator[Fields]:
    yield {"id": name, "text": _whole(path, max_bytes)}


def _read_markdown(path: Path, name: str, max_bytes: int) -> Iterator[Fields]:
    text = _whole(path, max_bytes)
    heading = _HEADING.search(text)
    yield {"id": name, "text": text, "title": heading.group(1)[:500] if heading else None}


def _read_jsonl(path: Path, name: str, max_bytes: int) -> Iterator[Fields | Unreadable]:
    with path.open("rb") as lines:
        for number in range(1, 1 << 62):
            line = lines.readline(6 * max_bytes)  # one character may be a six-byte escape
            if not line:
                return
            try:
                if not line.endswith(b"\n") and lines.peek(1):  # longer than any allowed document
                    _skip_line(lines)
                    raise InvalidDocument("document.too_large", limit=max_bytes)
                if text := decode(line).strip():
                    yield _json_fields(text)
            except InvalidDocument as error:
                yield Unreadable(stored_text(f"{name}:{number}"), error)


def _skip_line(lines: Any) -> None:
    while (rest := lines.readline(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _json_fields(line: str) -> Fields:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidDocument("document.json") from error
    if not isinstance(fields, dict):
        raise InvalidDocument("document.json")
    return fields


_READERS: dict[str, Callable[[Path, str, int], Iterator[Fields | Unreadable]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".jsonl": _read_jsonl,
}
