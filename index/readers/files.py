"""Which files lie under the given paths, and which are gone since."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from index.errors import InvalidDocument, InvalidInput
from index.readers.formats import SUFFIXES
from index.readers.source import File


@dataclass(frozen=True, slots=True)
class Listing:
    """The files found under the given paths, and what was left out."""

    files: list[File] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)


def list_files(paths: Iterable[Path]) -> Listing:
    """Find the files to read. A file in a folder is named by its path in there.

    In a folder, hidden files and unknown formats are left out; a file named by itself is always
    taken. Raises InvalidInput for a path that does not exist.
    """
    listing = Listing()
    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                inside = found.relative_to(path)
                if not found.is_file() or any(part.startswith(".") for part in inside.parts):
                    continue
                if found.suffix.lower() in SUFFIXES:
                    listing.files.append(_file(found, inside.as_posix(), path))
                else:
                    listing.skipped.append(found)
        elif path.exists():
            listing.files.append(_file(path, path.name, None))
        else:
            raise InvalidInput("input.no_such_path", path=path)
    return listing


def _file(path: Path, name: str, folder: Path | None) -> File:
    return File(name, partial(_opened, path), folder)


def _opened(path: Path) -> BinaryIO:
    if path.exists() and not path.is_file():
        raise InvalidDocument("document.not_a_file")
    return path.open("rb")
