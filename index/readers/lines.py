"""JSON lines: one document a line."""

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from index.errors import InvalidDocument
from index.readers.columns import as_fields
from index.readers.source import Fields, Source, Unreadable
from index.text.normalise import decode, stored_text


def read(source: Source) -> Iterator[Fields | Unreadable]:
    """Yield each line as a document; a bad one fails alone, named by its number."""
    limit = source.limits.document_bytes
    number = 0
    # One character may be a six-byte escape; the byte more shows that a line is longer still.
    while line := source.stream.readline(6 * limit + 1):
        number += 1
        try:
            if len(line) > 6 * limit and not line.endswith(b"\n"):
                _skip_line(source.stream)
                raise InvalidDocument("document.too_large", limit=limit)
            if text := decode(line).strip():
                yield _fields(text, source.columns)
        except InvalidDocument as error:
            yield Unreadable(stored_text(f"{source.name}:{number}"), error)


def _skip_line(lines: BinaryIO) -> None:
    while (rest := lines.readline(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _fields(line: str, columns: Mapping[str, str]) -> Fields:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidDocument("document.json") from error
    if not isinstance(fields, dict):
        raise InvalidDocument("document.json")
    return as_fields(fields, columns) if columns else fields
