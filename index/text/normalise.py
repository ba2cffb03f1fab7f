"""From bytes or foreign strings to the text that is stored: decoded, repaired, NFC."""

import codecs
import unicodedata

from index.errors import InvalidDocument
from index.text.encodings import legacy_encoding

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """Return the text of a file: what its byte order mark says, UTF-8, or what it looks like.

    Raises InvalidDocument for binary content, and where it looks like no text in any encoding.
    """
    encoding, start = "utf-8", 0
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding, start = name, len(mark)
            break
    try:
        if not start and b"\0" in data:
            return _in_legacy_encoding(data, InvalidDocument("document.binary"))
        return data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        fault = InvalidDocument(
            "document.encoding", encoding=encoding.upper(), position=start + error.start
        )
        if start:
            raise fault from error
        return _in_legacy_encoding(data, fault)


def _in_legacy_encoding(data: bytes, otherwise: InvalidDocument) -> str:
    encoding = legacy_encoding(data)
    try:
        if encoding is not None:
            return data.decode(encoding)
    except UnicodeDecodeError:  # further on than it was looked at
        pass
    raise otherwise


def stored_text(text: str) -> str:
    """Return ``text`` as it is stored: faults of encoding repaired, then NFC; nothing else.

    A surrogate pair written as two escapes becomes its character; a lone surrogate and a NUL, which
    no text file can hold, become U+FFFD. Applying it twice changes nothing.
    """
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    without_mark = joined.lstrip("\ufeff").replace("\0", "\ufffd")
    return unicodedata.normalize("NFC", without_mark)
