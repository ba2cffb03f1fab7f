"""Plain text, which is stored as it is."""

from collections.abc import Iterator

from index.readers.source import Fields, Source
from index.text.normalise import decode


def read(source: Source) -> Iterator[Fields]:
    """Yield a file of text as one document."""
    yield {"id": source.name, "text": decode(source.whole(source.limits.document_bytes))}
