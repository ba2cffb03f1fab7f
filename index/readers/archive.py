"""Zip archives: each file in one is read as if it lay in a folder of the archive's name."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from index.errors import InvalidDocument
from index.readers.formats import SUFFIXES
from index.readers.source import Source, Unreadable, inner_name, suffix_of
from index.text.normalise import stored_text

_UTF_8_NAME = 0x800
_ENCRYPTED = 0x1
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError,
    OSError,
)  # fmt: skip


def parts(source: Source) -> Iterator[Source | Unreadable]:
    """Yield the file itself, or the files of an archive, those of archives in it included.

    Hidden files and unknown formats are left out. Nothing is written anywhere: a name that would
    lead out of a folder is only a name.
    """
    if source.suffix != ".zip":
        yield source
        return
    try:
        if source.depth >= source.limits.nesting:
            raise InvalidDocument("document.nesting", limit=source.limits.nesting)
        with zipfile.ZipFile(source.stream) as archive:
            found = False
            for entry in archive.infolist():
                name = _name(entry)
                if entry.is_dir() or _is_hidden(name) or suffix_of(name) not in SUFFIXES:
                    continue
                found = True
                source.expansion.take(0, files=1)
                yield from _part(archive, entry, replace(source, name=f"{source.name}/{name}"))
            if not found:
                raise InvalidDocument("document.archive_empty")
    except InvalidDocument as error:
        yield Unreadable(stored_text(source.name), error)
    except BROKEN:
        yield Unreadable(stored_text(source.name), InvalidDocument("document.malformed"))


def _part(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, part: Source
) -> Iterator[Source | Unreadable]:
    try:
        if entry.flag_bits & _ENCRYPTED:
            raise InvalidDocument("document.encrypted")
        if entry.file_size > part.limits.file_bytes:
            raise InvalidDocument("document.file_too_large", limit=part.limits.file_bytes)
        part.expansion.take(entry.file_size)
        data = archive.read(entry)  # never more than the size that the entry states
    except InvalidDocument as error:
        yield Unreadable(stored_text(part.name), error)
    except BROKEN:
        yield Unreadable(stored_text(part.name), InvalidDocument("document.malformed"))
    else:
        yield from parts(replace(part, stream=io.BytesIO(data), depth=part.depth + 1))


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; without the mark of UTF-8, Russian systems write IBM866."""
    if entry.flag_bits & _UTF_8_NAME:
        return inner_name(entry.filename)
    raw = entry.filename.encode("cp437", "replace")
    try:
        return inner_name(raw.decode())
    except UnicodeDecodeError:
        return inner_name(raw.decode("cp866"))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))
