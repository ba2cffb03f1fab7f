"""From files and folders to documents: one small reader a format.

``files.py`` finds the files, ``reading.py`` reads them, ``formats.py`` says who knows which format.
Plain text is read in this process, everything else by ``parser.py`` in another that may be killed.
"""

from index.readers.files import Listing, list_files
from index.readers.limits import Limits
from index.readers.reading import read_files
from index.readers.source import Fields, File, Unreadable

__all__ = ["Fields", "File", "Limits", "Listing", "Unreadable", "list_files", "read_files"]
