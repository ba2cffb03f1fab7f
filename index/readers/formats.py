"""Which reader knows which format, by the ending of the file's name."""

from importlib import import_module

from index.readers import columns, lines, plain
from index.readers.source import Reader

# Read in this process: nothing is unpacked and nothing is parsed but lines.
PLAIN: dict[str, Reader] = {
    ".txt": plain.read,
    ".jsonl": lines.read,
    ".csv": columns.read,
    ".tsv": columns.read,
}

# Read in a process of their own, which alone imports these modules; each has a ``read``.
_PARSED = {
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
    ".rtf": "rtf",
    ".fb2": "fb2",
    ".epub": "epub",
    ".zip": "archive",
}

SUFFIXES = frozenset((*PLAIN, *_PARSED))


def reader_of(suffix: str) -> Reader:
    """Return the reader of a known suffix, plain or not."""
    if suffix in PLAIN:
        return PLAIN[suffix]
    reader: Reader = import_module(f"index.readers.{_PARSED[suffix]}").read
    return reader
