"""Markdown, which is stored as it is; its headings are its sections."""

import re
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

from index.readers.source import Fields, Source
from index.sections import as_given
from index.text.normalise import decode

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|$)")
# What some programs put above a text, told by its first key; a heading between rules has none.
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*(\r\n?|\n)[\w-]+:.*?(\r\n?|\n)(---|\.\.\.)[ \t]*(?=[\r\n]|$)", re.S
)
_BLOCKS = MarkdownIt("commonmark")  # what stands within a line is left as it is
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])


def read(source: Source) -> Iterator[Fields]:
    """Yield a file of Markdown as one document, its first heading as the title."""
    text = decode(source.whole(source.limits.document_bytes))
    headings = list(_headings(text))
    title = next((title for _, level, title in headings if level == "h1"), None)
    yield {
        "id": source.name,
        "text": text,
        "title": title[:500] if title else None,
        "sections": as_given([(start, title) for start, _, title in headings]),
    }


def _headings(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield where each heading stands, its level as in HTML, and its words."""
    above = _FRONT_MATTER.match(text)
    behind = above.end() if above else 0
    starts = [line.start() for line in _LINE.finditer(text)]
    for opening, words in pairwise(_BLOCKS.parse(text)):
        if opening.type == "heading_open" and opening.map and words.content:
            start = starts[opening.map[0]]
            if start >= behind:
                yield start, opening.tag, words.content
