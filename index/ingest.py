"""Files into the queue: what ``yauap ingest`` and ``POST /v1/documents`` share."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from index.documents import FIELDS
from index.errors import InvalidInput, NotFound
from index.folder import DataFolder
from index.readers import Fields, File, Unreadable, read_files


def accept_files(
    folder: DataFolder,
    files: Sequence[File],
    columns: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> str:
    """Read files and queue what they hold as one job; return its id.

    ``columns`` gives the field that a column of CSV or JSON lines stands for. ``progress`` is told
    how many files were read, of how many. Which documents came from which file of a folder is
    remembered with it, so that ``prune`` knows what is gone.
    """
    begun: list[tuple[File, int]] = []
    count = 0

    def opened() -> Iterator[File]:
        for file in files:
            progress(len(begun), len(files))
            begun.append((file, count))
            yield file
        progress(len(files), len(files))

    def counted() -> Iterator[Fields | Unreadable]:
        nonlocal count
        for given in read_files(opened(), folder.settings.reading_limits(), columns):
            count += 1
            yield given

    def remember(connection: sqlite3.Connection, ids: list[str | None]) -> None:
        bounds = pairwise([*(start for _, start in begun), count])
        read = [
            (file, ids[start:end]) for (file, _), (start, end) in zip(begun, bounds, strict=True)
        ]
        folder.origins.remember(connection, read)

    return folder.jobs.accept(counted(), folder.settings.max_document_bytes, remember)


def prune(folder: DataFolder, paths: Iterable[Path], files: Sequence[File]) -> list[str]:
    """Delete the documents of the folders ``paths`` whose files are not among ``files`` any more.

    Returns their ids.
    """
    deleted = []
    for path in paths:
        present = {file.name for file in files if file.folder == path}
        for document_id in folder.origins.gone(path, present):
            with suppress(NotFound):  # deleted otherwise meanwhile
                folder.library.delete(document_id)
                deleted.append(document_id)
        folder.origins.forget_gone(path, present)
    return deleted


def column_map(given: Sequence[str]) -> dict[str, str]:
    """Return what ``--map COLUMN=FIELD`` says, by column. Raises InvalidInput where it is none."""
    columns = {}
    for pair in given:
        column, _, name = pair.rpartition("=")
        if not column or name not in FIELDS:
            raise InvalidInput("input.column_map", given=pair, fields=", ".join(sorted(FIELDS)))
        columns[column] = name
    return columns
