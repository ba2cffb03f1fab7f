"""Books in EPUB: the chapters in their reading order, as the package says."""

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import html

from index.errors import InvalidDocument
from index.readers.layout import document, laid_out
from index.readers.markup import blocks_of_markup, decoded_markup
from index.readers.package import Element, local, open_package, parse_xml
from index.readers.source import Fields, Source

_DC = "{http://purl.org/dc/elements/1.1/}"


def read(source: Source) -> Iterator[Fields]:
    """Yield a book as one document."""
    with open_package(source) as package:
        if "META-INF/encryption.xml" in package.namelist() and _is_locked(package):
            raise InvalidDocument("document.encrypted")
        container = parse_xml(package.read("META-INF/container.xml"))
        path = next(e.get("full-path", "") for e in container.iter("{*}rootfile"))
        about = parse_xml(package.read(path))
        blocks = [
            block
            for name in _chapters(about, dirname(path))
            if (chapter := package.read(name)).strip()  # some hold the place of a picture
            for block in blocks_of_markup(html.document_fromstring(decoded_markup(chapter)))
        ]
    yield document(
        source.name,
        *laid_out(blocks),
        title=about.findtext(f".//{_DC}title"),
        date=about.findtext(f".//{_DC}date"),
        language=about.findtext(f".//{_DC}language"),
    )


def _chapters(about: Element, folder: str) -> Iterator[str]:
    """Yield the names of the chapters' files in reading order."""
    files = {item.get("id"): item.get("href", "") for item in about.iter("{*}item")}
    for reference in about.iter("{*}itemref"):
        name = files.get(reference.get("idref"))
        if name:
            yield normpath(join(folder, unquote(name)))


def _is_locked(package: ZipFile) -> bool:
    """Whether more is encrypted than fonts, which many books hide."""
    encryption = parse_xml(package.read("META-INF/encryption.xml"))
    names = (e.get("URI", "") for e in encryption.iter() if local(e) == "CipherReference")
    return any(name.lower().endswith(("html", "htm", "xml")) for name in names)
