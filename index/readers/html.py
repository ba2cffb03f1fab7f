"""Web pages: the main text, without menus and notices, with what the page says of itself."""

import re
from collections.abc import Iterator

import trafilatura
from lxml import html
from trafilatura.settings import Document

from index.errors import InvalidDocument
from index.readers.layout import Heading, document, laid_out, one_line, table_row
from index.readers.markup import blocks_of_markup, decoded_markup
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
    text, sections = laid_out(_blocks(found) if found is not None else ())
    if not text:  # too short a page has no main text that could be told from the rest
        text, sections = laid_out(blocks_of_markup(html.document_fromstring(page)))
    language = _LANGUAGE.search(page)
    yield document(
        source.name,
        text,
        sections,
        title=found.title if found is not None else None,
        date=found.date if found is not None else None,
        url=found.url if found is not None else None,
        language=language.group(1) if language else None,
    )


def _blocks(found: Document) -> Iterator[str]:
    """Yield the lines of an extracted text, its tables as readable ones, its headings as such."""
    headings = [one_line("".join(map(str, head.itertext()))) for head in found.body.iter("head")]
    for line in (found.text or "").splitlines():
        if (shown := one_line(line)) and shown in headings:
            del headings[: headings.index(shown) + 1]
            yield Heading(line)
        elif not line.startswith("|"):
            yield line
        elif not _RULE.fullmatch(line):
            yield table_row(line.strip().strip("|").split("|"))
