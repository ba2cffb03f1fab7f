"""Word documents (docx): paragraphs, headings, rows of tables, footnotes."""

import io
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.oxml.ns import qn

from index.readers.layout import Heading, document, laid_out, table_row
from index.readers.package import Element, local, nearest, open_package, parse_xml
from index.readers.source import Fields, Source

# Not the text as it stands: what was deleted, code of fields, and the older of two renderings.
_UNSEEN = frozenset("del delText instrText Fallback moveFrom pPr rPr".split())


def read(source: Source) -> Iterator[Fields]:
    """Yield a document of Word as one document."""
    data = source.whole(source.limits.file_bytes)
    with open_package(Source(source.name, io.BytesIO(data), source.limits, source.expansion)):
        word = docx.Document(io.BytesIO(data))
    body = word.element.body
    notes = [
        parse_xml(relation.target_part.blob)
        for relation in word.part.rels.values()
        if relation.reltype.endswith(("/footnotes", "/endnotes"))
    ]
    headings = _headings(word)
    about = word.core_properties
    yield document(
        source.name,
        *laid_out(block for part in (body, *notes) for block in _blocks(part, headings)),
        title=about.title or _title(body, headings),
        date=about.created,
        language=about.language,
    )


def _headings(word: Document) -> frozenset[str]:
    """Return the ids of the styles of headings, which Word calls so in every language."""
    named = ((style.style_id, (style.name or "").lower()) for style in word.styles)
    return frozenset(id_ for id_, name in named if name.startswith("heading") or name == "title")


def _blocks(parent: Element, headings: frozenset[str] = frozenset()) -> Iterator[str]:
    for element in parent:
        match local(element):
            case "p":
                text = "".join(_text(element)).strip()
                yield Heading(text) if _style(element) in headings else text
            case "tbl":
                yield from map(_row, nearest(element, qn("w:tr")))
            case "sdt" | "sdtContent" | "footnote" | "endnote" | "ins" | "customXml":
                yield from _blocks(element, headings)


def _row(row: Element) -> str:
    return table_row(" ".join(_blocks(cell)) for cell in nearest(row, qn("w:tc")))


def _text(element: Element) -> Iterator[str]:
    for child in element:
        match local(child):
            case "t":
                yield child.text or ""
            case "tab":
                yield "\t"
            case "br" | "cr":
                yield "\n"
            case "noBreakHyphen":
                yield "\u2011"
            case "p":  # of a text box
                yield "\n"
                yield from _text(child)
                yield "\n"
            case name if name not in _UNSEEN:
                yield from _text(child)


def _title(body: Element, headings: frozenset[str]) -> str | None:
    for paragraph in body.iter(qn("w:p")):
        if _style(paragraph) in headings:
            return "".join(_text(paragraph))
    return None


def _style(paragraph: Element) -> str | None:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return None if style is None else style.get(qn("w:val"))
