"""How much one file may be, hold, take and grow to."""

from dataclasses import dataclass

from index.errors import InvalidDocument

NO_MEMORY = 3  # status of the process that parses, where not even the bytes found room


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of reading; each is a setting ``YAUAP_MAX_…``."""

    document_bytes: int  # the text of one document in UTF-8, or a file of plain text
    file_bytes: int  # a file of any other format
    expanded_bytes: int  # all that a file and the archives in it unpack to
    archive_files: int  # files of an archive, those of archives in it included
    nesting: int  # archives in archives
    pages: int
    parse_seconds: float  # for one file, or one file of an archive
    parse_memory_bytes: int


class Expansion:
    """What may still be unpacked of one file, however many archives lie in each other."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = limits.expanded_bytes
        self._files = limits.archive_files

    def take(self, size: int, files: int = 0) -> None:
        """Count what is about to be unpacked. Raises InvalidDocument where it is too much."""
        self._bytes -= size
        self._files -= files
        if self._bytes < 0:
            raise InvalidDocument("document.expands", limit=self._limits.expanded_bytes)
        if self._files < 0:
            raise InvalidDocument("document.archive_files", limit=self._limits.archive_files)
