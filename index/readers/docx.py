"""Word documents (docx): paragraphs, headings, rows of tables, footnotes."""

import io
from collections.abc import Iterator

import docx
from docx.oxml.ns import qn

from index.readers.layout import document, table_row, text_of_blocks
from index.readers.package import Element, local, open_package, parse_xml
from index.readers.source import Fields, Source

_TITLES = ("Title", "Heading1")
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
    about = word.core_properties
    yield document(
        source.name,
        text_of_blocks([*_blocks(body), *(block for note in notes for block in _blocks(note))]),
        title=about.title or _title(body),
        date=about.created,
        language=about.language,
    )


def _blocks(parent: Element) -> Iterator[str]:
    for element in parent:
        match local(element):
            case "p":
                yield "".join(_text(element)).strip()
            case "tbl":
                yield from map(_row, element.iter(qn("w:tr")))
            case "sdt" | "sdtContent" | "footnote" | "endnote" | "ins" | "customXml":
                yield from _blocks(element)


def _row(row: Element) -> str:
    return table_row(" ".join(_blocks(cell)) for cell in row.iter(qn("w:tc")))


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
            case name if name not in _UNSEEN:
                yield from _text(child)


def _title(body: Element) -> str | None:
    for paragraph in body.iter(qn("w:p")):
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is not None and style.get(qn("w:val")) in _TITLES:
            return "".join(_text(paragraph))
    return None
