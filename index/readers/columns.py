"""Tables whose rows are documents: CSV, with a comma, a semicolon, a tab or a bar between cells."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from index.documents import FIELDS
from index.errors import InvalidDocument
from index.readers.source import Fields, Source, Unreadable
from index.text.normalise import decode, stored_text

_DELIMITERS = ",;\t|"
_RUSSIAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")


def read(source: Source) -> Iterator[Fields | Unreadable]:
    """Yield each row below the header as a document; a bad one fails alone, by its line."""
    text = decode(source.whole(source.limits.file_bytes))
    csv.field_size_limit(source.limits.file_bytes)
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        _check_header([source.columns.get(name, name) for name in rows.fieldnames or ()])
        for row in rows:
            if None in row or None in row.values():  # more cells or fewer than the header has
                error = InvalidDocument("document.row")
                yield Unreadable(stored_text(f"{source.name}:{rows.line_num}"), error)
            else:
                yield as_fields(row, source.columns)
    except csv.Error:
        where = stored_text(f"{source.name}:{rows.reader.line_num}")
        yield Unreadable(where, InvalidDocument("document.row"))


def _check_header(names: Sequence[str]) -> None:
    if "text" not in names:
        raise InvalidDocument("document.no_text_column")
    for name in FIELDS:
        if names.count(name) > 1:
            raise InvalidDocument("document.same_column", field=name)


def as_fields(row: Mapping[str, Any], columns: Mapping[str, str]) -> Fields:
    """Return the fields of a row: columns by their map, then by their own names.

    What is neither mapped nor a field goes into the metadata; empty cells are left out.
    """
    fields: Fields = {}
    metadata: Fields = {}
    for name, value in row.items():
        if value is None or value == "":
            continue
        key = columns.get(name, name)
        if key in FIELDS:
            fields[key] = value
        elif isinstance(value, (str, int, float)):
            metadata[key] = value
    if isinstance(date := fields.get("published_at"), str) and (d := _RUSSIAN_DATE.fullmatch(date)):
        fields["published_at"] = f"{d[3]}-{d[2]}-{d[1]}"
    if metadata:
        fields["metadata"] = {**metadata, **_object(fields.get("metadata"))}
    return fields


def _object(value: object) -> Fields:
    return dict(value) if isinstance(value, dict) else {}
