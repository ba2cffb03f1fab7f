"""Cursors of lists that are numbered."""

from index.errors import InvalidInput
from index.library import decode_cursor, encode_cursor


def number_of(cursor: str | None) -> int | None:
    """Return the number that a cursor stands for. Raises InvalidInput for what is no such cursor.

    Without a cursor, or with an empty one, there is none.
    """
    if not cursor:
        return None
    try:
        return min(int(decode_cursor(cursor)), 2**62)
    except ValueError as error:
        raise InvalidInput("input.cursor") from error


def cursor_of(number: int) -> str:
    """Return the cursor that stands for ``number``."""
    return encode_cursor(str(number))
