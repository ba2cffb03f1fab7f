"""Plain text and Markdown, which are stored as they are."""

import re
from collections.abc import Iterator

from index.readers.source import Fields, Source
from index.text.normalise import decode

_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


def read_text(source: Source) -> Iterator[Fields]:
    """Yield a file of text as one document."""
    yield {"id": source.name, "text": decode(source.whole(source.limits.document_bytes))}


def read_markdown(source: Source) -> Iterator[Fields]:
    """Yield a file of Markdown as one document, its first heading as the title."""
    text = decode(source.whole(source.limits.document_bytes))
    heading = _HEADING.search(text)
    yield {"id": source.name, "text": text, "title": heading.group(1)[:500] if heading else None}
