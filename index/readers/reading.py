"""Reading files, each with what its format asks for; what is bad fails alone."""

from collections.abc import Iterable, Iterator, Mapping

from index.errors import InvalidDocument
from index.readers.formats import PLAIN, SUFFIXES
from index.readers.limits import Expansion, Limits
from index.readers.parser import Parser
from index.readers.source import Fields, File, Source, Unreadable
from index.text.normalise import stored_text


def read_files(
    files: Iterable[File], limits: Limits, columns: Mapping[str, str] | None = None
) -> Iterator[Fields | Unreadable]:
    """Yield the fields of each document, or why there is none; bad content raises nothing.

    ``columns`` gives the field that a column of CSV or JSON lines stands for.
    """
    seen: set[str] = set()
    with Parser(limits, columns or {}) as parser:
        for file in files:
            try:
                if file.name in seen:
                    raise InvalidDocument("document.same_name")
                seen.add(file.name)
                yield from _read(file, limits, columns or {}, parser)
            except InvalidDocument as error:
                yield Unreadable(stored_text(file.name), error)
            except OSError as error:
                reason = InvalidDocument("document.unreadable", why=error.strerror or "I/O error")
                yield Unreadable(stored_text(file.name), reason)


def _read(
    file: File, limits: Limits, columns: Mapping[str, str], parser: Parser
) -> Iterator[Fields | Unreadable]:
    if file.suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise InvalidDocument("document.format", formats=known)
    if file.suffix not in PLAIN:
        yield from parser.read(file)
        return
    with file.open() as stream:
        source = Source(file.name, stream, limits, Expansion(limits), columns)
        yield from PLAIN[file.suffix](source)
