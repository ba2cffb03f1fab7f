"""Sections: what the headings of a document divide it into."""

from collections.abc import Sequence
from typing import Any

from index.text.encodings import without_mojibake
from index.text.normalise import stored_text

Sections = Sequence[tuple[int, str]]
"""Where each section begins, in code points of the text, and its heading; in order."""

_MOST = 10_000
_LONGEST_HEADING = 300


def sections_of(value: object, given: str, stored: str) -> Sections:
    """Return the sections that came with a text as ``given``, moved to their places as ``stored``.

    ``value`` is a list of {start, title}. Raises ValueError for anything else, and for places that
    do not ascend or lie outside the text.
    """
    if not isinstance(value, list) or len(value) > _MOST:
        raise ValueError
    found = [_section(item) for item in value]
    starts = [start for start, _ in found]
    if sorted(set(starts)) != starts or (starts and not 0 <= starts[0] <= starts[-1] <= len(given)):
        raise ValueError
    if given != stored:
        starts = _moved(starts, given, len(stored))
    titles = (" ".join(stored_text(without_mojibake(title)).split()) for _, title in found)
    return [
        (start, title[:_LONGEST_HEADING])
        for start, title in zip(starts, titles, strict=True)
        if title
    ]


def as_given(sections: Sections) -> list[dict[str, Any]]:
    """Return sections as a document brings them, the first ones where there are too many."""
    return [{"start": start, "title": title} for start, title in sections[:_MOST]]


def _section(item: object) -> tuple[int, str]:
    match item:
        case {"start": int(start), "title": str(title), **more} if not more:
            return start, title
    raise ValueError


def _moved(starts: Sequence[int], given: str, length: int) -> list[int]:
    """Return where the starts are after each part between two of them was repaired."""
    moved, behind, last = [], 0, 0
    for start in starts:
        behind += len(stored_text(without_mojibake(given[last:start])))
        moved.append(min(behind, length))
        last = start
    return moved
