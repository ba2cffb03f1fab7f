"""Formats that are zip archives of XML: unpacked within limits, parsed without entities."""

import zipfile
from collections.abc import Iterator

from lxml import etree

from index.errors import InvalidDocument
from index.readers.source import Source

Element = etree._Element


def open_package(source: Source) -> zipfile.ZipFile:
    """Open the archive that a file is.

    Raises InvalidDocument where it would unpack to too much or is encrypted.
    """
    archive = zipfile.ZipFile(source.stream)
    source.expansion.take(sum(entry.file_size for entry in archive.infolist()))
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise InvalidDocument("document.encrypted")
    return archive


def parse_xml(data: bytes) -> Element:
    """Parse XML that comes from elsewhere: no entities of its own, no network, no endless depth.

    Raises InvalidDocument where it declares entities, and XMLSyntaxError where it is none.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if b"<!ENTITY" in data:  # so many that the parser itself has stopped
            raise InvalidDocument("document.entities") from error
        raise
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and [*declared.iterentities()]:  # type: ignore[union-attr] # the stubs lack it
        raise InvalidDocument("document.entities")
    return root


def local(element: Element) -> str:
    """Return the name of an element without its namespace; "" for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def nearest(parent: Element, tag: str) -> Iterator[Element]:
    """Yield the elements of this name below another, but none that lie within such a one."""
    for element in parent:
        if element.tag == tag:
            yield element
        else:
            yield from nearest(element, tag)
