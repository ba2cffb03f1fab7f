"""OpenDocument text (odt): paragraphs, headings, rows of tables, notes."""

from collections.abc import Iterator

from index.readers.layout import Heading, document, laid_out, table_row
from index.readers.package import Element, local, nearest, open_package, parse_xml
from index.readers.source import Fields, Source

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_UNSEEN = frozenset("annotation tracked-changes sequence-decls forms note-citation".split())


def read(source: Source) -> Iterator[Fields]:
    """Yield an OpenDocument text as one document."""
    with open_package(source) as package:
        content = parse_xml(package.read("content.xml"))
        has_meta = "meta.xml" in package.namelist()
        meta = parse_xml(package.read("meta.xml")) if has_meta else content
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    heading = next(content.iter(f"{_TEXT}h"), None)
    yield document(
        source.name,
        *laid_out(_blocks(body) if body is not None else ()),
        title=meta.findtext(f".//{_DC}title")
        or (None if heading is None else "".join(_text(heading))),
        date=meta.findtext(f".//{_META}creation-date") or meta.findtext(f".//{_DC}date"),
        language=meta.findtext(f".//{_DC}language"),
    )


def _blocks(parent: Element) -> Iterator[str]:
    for element in parent:
        match local(element):
            case "p":
                yield "".join(_text(element)).strip()
            case "h":
                yield Heading("".join(_text(element)).strip())
            case "table":
                yield from map(_row, nearest(element, f"{_TABLE}table-row"))
            case name if name and name not in _UNSEEN:
                yield from _blocks(element)


def _row(row: Element) -> str:
    cells = nearest(row, f"{_TABLE}table-cell")
    return table_row(" ".join(_blocks(cell)) for cell in cells)


def _text(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        match local(child):
            case "s":
                yield " " * min(1000, int(child.get(f"{_TEXT}c", "1")))
            case "tab":
                yield "\t"
            case "line-break":
                yield "\n"
            case "note-body":
                yield " (" + " ".join(_blocks(child)) + ")"
            case name if name and name not in _UNSEEN:
                yield from _text(child)
        yield child.tail or ""
