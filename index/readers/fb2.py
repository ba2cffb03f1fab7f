"""FictionBook (fb2): annotation, sections with their titles, verses, notes."""

from collections.abc import Iterator

from index.readers.layout import Heading, document, laid_out, one_line, table_row
from index.readers.package import Element, local, parse_xml
from index.readers.source import Fields, Source

_LINES = frozenset("p v text-author date".split())


def read(source: Source) -> Iterator[Fields]:
    """Yield a book as one document."""
    book = parse_xml(source.whole(source.limits.file_bytes))
    about = _first(book, "title-info")
    date = _first(about, "date")
    annotation = _first(about, "annotation")
    bodies = [element for element in book if local(element) == "body"]
    parts = bodies if annotation is None else [annotation, *bodies]
    yield document(
        source.name,
        *laid_out(block for part in parts for block in _blocks(part)),
        title=_words(_first(about, "book-title")),
        date=None if date is None else date.get("value") or _words(date),
        language=_words(_first(about, "lang")),
    )


def _blocks(parent: Element) -> Iterator[str]:
    for element in parent:
        match local(element):
            case "title":
                yield Heading("\n".join(map(_words, element)))
            case "tr":
                yield table_row(map(_words, element))
            case "subtitle":
                yield Heading(_words(element))
            case name if name in _LINES:
                yield _words(element)
            case name if name:
                yield from _blocks(element)


def _first(parent: Element | None, name: str) -> Element | None:
    found = parent.iter(f"{{*}}{name}") if parent is not None else iter(())
    return next(found, None)


def _words(element: Element | None) -> str:
    return "" if element is None else one_line("".join(map(str, element.itertext())))
