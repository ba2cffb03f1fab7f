"""How what stood on a page is written as lines: blocks, rows of tables, fields of the document."""

import re
from collections.abc import Iterable
from datetime import datetime

from index.documents import rfc3339
from index.readers.source import Fields
from index.sections import Sections, as_given

_SPACES = re.compile(r"[ \t\r\n\u200b]+")
_LONGEST_TITLE = 500


def one_line(text: str) -> str:
    """Return text on one line, its white space single."""
    return _SPACES.sub(" ", text).strip()


class Row(str):
    """A row of a table as a line; rows that follow each other stand close together."""

    __slots__ = ()


class Heading(str):
    """A heading as a block: a section begins with it."""

    __slots__ = ()


def table_row(cells: Iterable[str]) -> Row:
    """Return the cells of a row as a line that can be read; "" where all are empty."""
    shown = [one_line(cell) for cell in cells]
    return Row(" | ".join(shown) if any(shown) else "")


def laid_out(blocks: Iterable[str]) -> tuple[str, Sections]:
    """Return the text of blocks and its sections.

    Between any two blocks that hold something stands a blank line, but for rows.
    """
    parts: list[str] = []
    sections: list[tuple[int, str]] = []
    length, before = 0, ""
    for block in blocks:
        if shown := block.strip():
            together = isinstance(block, Row) and isinstance(before, Row)
            parts += ["" if not parts else "\n" if together else "\n\n", shown]
            length += len(parts[-2])
            if isinstance(block, Heading):
                sections.append((length, one_line(shown)))
            length += len(shown)
            before = block
    return "".join(parts), sections


def document(
    name: str,
    text: str,
    sections: Sections = (),
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
        "sections": as_given(sections),
    }  # fmt: skip
    return {"id": name, "text": text, **{key: value for key, value in known.items() if value}}


def _date(date: str | datetime | None) -> str | None:
    if date is None:
        return None
    try:
        return rfc3339(date.strip() if isinstance(date, str) else date.isoformat())
    except (ValueError, OverflowError):
        return None
