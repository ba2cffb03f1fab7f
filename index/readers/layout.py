"""How what stood on a page is written as lines: blocks, rows of tables, fields of the document."""

import re
from collections.abc import Iterable
from datetime import datetime

from index.documents import rfc3339
from index.readers.source import Fields

_SPACES = re.compile(r"[ \t\r\n\u200b]+")
_LONGEST_TITLE = 500


def one_line(text: str) -> str:
    """Return text on one line, its white space single."""
    return _SPACES.sub(" ", text).strip()


class Row(str):
    """A row of a table as a line; rows that follow each other stand close together."""

    __slots__ = ()


def table_row(cells: Iterable[str]) -> Row:
    """Return the cells of a row as a line that can be read; "" where all are empty."""
    shown = [one_line(cell) for cell in cells]
    return Row(" | ".join(shown) if any(shown) else "")


def text_of_blocks(blocks: Iterable[str]) -> str:
    """Return the blocks that hold something, a blank line between any two but rows."""
    text, before = "", ""
    for block in blocks:
        if shown := block.strip():
            together = isinstance(block, Row) and isinstance(before, Row)
            text += ("" if not text else "\n" if together else "\n\n") + shown
            before = block
    return text


def document(
    name: str,
    text: str,
    title: str | None = None,
    date: str | datetime | None = None,
    language: str | None = None,
    url: str | None = None,
    **metadata: int | str,
) -> Fields:
    """Return the fields of a document; a date or a language that is none is left out.

    Of the languages that files declare only Bashkir is believed: a template says ``ru`` of whatever
    is put into it. For all others the text speaks.
    """
    known = {
        "title": one_line(title or "")[:_LONGEST_TITLE],
        "published_at": _date(date),
        "language": "ba" if (language or "").lower().startswith(("ba-", "bak")) or language == "ba"
        else None,
        "url": url if url and url.startswith(("http://", "https://")) else None,
        "metadata": metadata,
    }  # fmt: skip
    return {"id": name, "text": text, **{key: value for key, value in known.items() if value}}


def _date(date: str | datetime | None) -> str | None:
    if date is None:
        return None
    try:
        return rfc3339(date.strip() if isinstance(date, str) else date.isoformat())
    except (ValueError, OverflowError):
        return None
