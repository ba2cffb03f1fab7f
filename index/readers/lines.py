"""JSON lines: one document a line, all in the encoding that the file as a whole is in."""

import codecs
import io
import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from index.errors import InvalidDocument
from index.readers.columns import as_fields
from index.readers.source import Fields, Source, Unreadable
from index.text.encodings import legacy_encoding
from index.text.normalise import decode, stored_text

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_JUDGED_BYTES = 200_000


def read(source: Source) -> Iterator[Fields | Unreadable]:
    """Yield each line as a document; a bad one fails alone, named by its number."""
    limit = source.limits.document_bytes
    stream, encoding = _as_bytes(source)
    number = 0
    # One character may be a six-byte escape; the byte more shows that a line is longer still.
    while line := stream.readline(6 * limit + 1):
        number += 1
        try:
            if len(line) > 6 * limit and not line.endswith(b"\n"):
                _skip_line(stream)
                raise InvalidDocument("document.too_large", limit=limit)
            if text := _decoded(line, encoding).strip():
                yield _fields(text, source.columns)
        except InvalidDocument as error:
            yield Unreadable(stored_text(f"{source.name}:{number}"), error)


def _as_bytes(source: Source) -> tuple[BinaryIO, str | None]:
    """Return the lines as bytes, and which encoding they are in where it is not UTF-8."""
    stream = source.stream
    begins = stream.read(4)
    stream.seek(0)
    if begins.startswith(_WIDE):  # in which a line does not end where its byte does
        return io.BytesIO(decode(source.whole(source.limits.file_bytes)).encode()), None
    utf_8, others = 0, b""
    while line := stream.readline(1 << 20):
        if not line.isascii():
            try:
                line.decode()
                utf_8 += 1
            except UnicodeDecodeError:
                others += line[: _JUDGED_BYTES - len(others)]
    stream.seek(0)
    # Where some lines are UTF-8 the others are broken, not in another encoding.
    return stream, None if utf_8 else legacy_encoding(others)


def _decoded(line: bytes, encoding: str | None) -> str:
    try:
        return decode(line) if encoding is None else line.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidDocument(
            "document.encoding", encoding=(encoding or "").upper(), position=error.start
        ) from error


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
