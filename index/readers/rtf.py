"""Rich text (rtf), whose letters stand in the encoding it names."""

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from index.errors import InvalidDocument
from index.readers.layout import document, laid_out, table_row
from index.readers.source import Fields, Source

_TITLE = re.compile(r"\{\\title\s+((?:[^{}\\]|\\.)*)\}", re.DOTALL)
_CREATED = re.compile(r"\{\\creatim\\yr(\d+)\\mo(\d+)\\dy(\d+)")
_CODE_PAGE = re.compile(r"\\ansicpg(\d+)")


def read(source: Source) -> Iterator[Fields]:
    """Yield a file of rich text as one document."""
    data = source.whole(source.limits.file_bytes)
    if not data.startswith(b"{\\rtf"):
        raise InvalidDocument("document.malformed")
    rtf = data.decode("latin-1")
    page = _CODE_PAGE.search(rtf)
    encoding = f"cp{page[1]}" if page and page[1] != "0" else "cp1251"
    # Bytes beyond ASCII that were written bare are made the escapes that they should have been.
    rtf = "".join(c if c < "\x80" else f"\\'{ord(c):02x}" for c in rtf)
    title, created = _TITLE.search(rtf), _CREATED.search(rtf)
    yield document(
        source.name,
        *laid_out(map(_line, _plain(rtf, encoding).splitlines())),
        title=_plain("{\\rtf1 " + title[1] + "}", encoding) if title else None,
        date="{}-{:0>2}-{:0>2}".format(*created.groups()) if created else None,
    )


def _plain(rtf: str, encoding: str) -> str:
    return str(rtf_to_text(rtf, encoding, "replace"))  # type: ignore[no-untyped-call] # ships no types


def _line(line: str) -> str:
    """Return a line, the cells of a table, which end in bars, as a readable row."""
    return table_row(line.strip().strip("|").split("|")) if line.rstrip().endswith("|") else line
