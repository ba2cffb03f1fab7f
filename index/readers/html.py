"""Web pages: the main text, without menus and notices, with what the page says of itself."""

import re
from collections.abc import Iterator

import trafilatura
from lxml import html
from trafilatura.settings import Document

from index.errors import InvalidDocument
from index.readers.layout import document, table_row, text_of_blocks
from index.readers.markup import decoded_markup, text_of_markup
from index.readers.source import Fields, Source

_LANGUAGE = re.compile(r"""<html[^>]*?\slang\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
# Only a date that the page says of itself: the first that stands somewhere may be any other.
_DATES = {"original_date": True, "extensive_search": False}
_RULE = re.compile(r"[|\s:-]+")  # the line below the head of a table in Markdown


def read(source: Source) -> Iterator[Fields]:
    """Yield a page as one document."""
    page = decoded_markup(source.whole(source.limits.file_bytes))
    if not page.strip():
        raise InvalidDocument("document.empty")
    found = trafilatura.bare_extraction(
        page, with_metadata=True, include_comments=False, date_extraction_params=_DATES
    )
    found = found if isinstance(found, Document) else None
    text = _lines(found.text or "") if found is not None else ""
    # Too short a page has no main text that could be told from the rest.
    text = text or text_of_markup(html.document_fromstring(page))
    language = _LANGUAGE.search(page)
    yield document(
        source.name,
        text,
        title=found.title if found is not None else None,
        date=found.date if found is not None else None,
        url=found.url if found is not None else None,
        language=language.group(1) if language else None,
    )


def _lines(text: str) -> str:
    """Return an extracted text with its tables as readable lines."""
    lines = text.splitlines()
    return text_of_blocks(
        table_row(line.strip().strip("|").split("|")) if line.startswith("|") else line
        for line in lines
        if not (line.startswith("|") and _RULE.fullmatch(line))
    )
