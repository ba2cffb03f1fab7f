"""Reading made files as the command line and the service do."""

import io
from collections.abc import Mapping
from functools import partial

from index.readers import Fields, File, Limits, Unreadable, read_files
from index.settings import IndexSettings

LIMITS: Limits = IndexSettings().reading_limits()


def read(
    contents: Mapping[str, bytes],
    limits: Limits = LIMITS,
    columns: Mapping[str, str] | None = None,
) -> list[Fields | Unreadable]:
    files = [File(name, partial(io.BytesIO, data)) for name, data in contents.items()]
    return list(read_files(files, limits, columns))


def refusals(contents: Mapping[str, bytes], limits: Limits = LIMITS) -> list[tuple[str, str]]:
    """Return what could not be read, as (document, key of the reason)."""
    given = read(contents, limits)
    return [(x.document, x.error.key) for x in given if isinstance(x, Unreadable)]
