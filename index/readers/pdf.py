"""PDF with a text layer; pages are parted by a form feed, as other tools do it."""

import re
from collections.abc import Iterator
from datetime import datetime

from pypdf import DocumentInformation, PasswordType, PdfReader
from pypdf.errors import DependencyError

from index.errors import InvalidDocument
from index.readers.layout import document
from index.readers.source import Fields, Source

# A line this much of the longest one was broken by the edge of the page, not by its writer.
_FULL_LINE = 0.75
# Behind a sentence a line may end as well; not behind «г.» or «им.».
_FINISHED = re.compile(r"(\w{3}|[\d)»”\"])[.!?…]+[»”\")]*$")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_MADE_BY_PROGRAM = re.compile(r"^(Microsoft \w+ - |untitled|.*\.(docx?|rtf|odt|indd|qxd)$)", re.I)


def read(source: Source) -> Iterator[Fields]:
    """Yield a file as one document. Its n-th page stands behind n − 1 form feeds."""
    source.stream.seek(0)
    pdf = PdfReader(source.stream)
    if pdf.is_encrypted and not _opens(pdf):
        raise InvalidDocument("document.encrypted")
    if len(pdf.pages) > source.limits.pages:
        raise InvalidDocument("document.pages", limit=source.limits.pages)
    pages = [_flowing(page.extract_text()) for page in pdf.pages]
    if not any(character.isalnum() for page in pages for character in page):
        raise InvalidDocument("document.no_text_layer")
    about = pdf.metadata
    title = about.title if about is not None else None
    yield document(
        source.name,
        "\n\f".join(pages),
        title=None if title and _MADE_BY_PROGRAM.match(title) else title,
        date=None if about is None else _created(about),
        pages=len(pages),
    )


def _created(about: DocumentInformation) -> datetime | None:
    """Return when a file says that it was made; None where it says no date."""
    try:
        return about.creation_date
    except ValueError:
        return None


def _opens(pdf: PdfReader) -> bool:
    """Whether it opens without a password; many files are locked against printing alone."""
    try:
        return pdf.decrypt("") is not PasswordType.NOT_DECRYPTED
    except DependencyError:
        return False


def _flowing(page: str) -> str:
    """Return the text of a page with lines that its edge broke put together again."""
    lines = [line.strip() for line in page.splitlines()]
    longest = max(map(len, lines), default=0)
    text, broken = "", False
    for line in lines:
        if broken and _HYPHEN.search(text) and line[:1].islower():
            text = text[:-1] + line
        elif broken and line:
            text += " " + line
        else:
            text += ("\n" if text else "") + line
        broken = len(line) >= _FULL_LINE * longest and not _FINISHED.search(line)
    return text.strip("\n")
