"""HTML: its encoding, and the text of its tree, a line a paragraph, a line a row of a table."""

import re
from collections.abc import Iterator

from index.readers.layout import Heading, Row, one_line, table_row
from index.readers.package import Element, local
from index.text.normalise import decode

_CHARSET = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|encoding=["']([\w-]+)["']""", re.I
)
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_BLOCKS = frozenset(
    """
    address article aside blockquote body br center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table
    tbody tfoot thead title ul caption
    """.split()
)
_CELLS = ("td", "th")
_BOUNDS = _BLOCKS.union(_CELLS)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_UNSEEN = frozenset("head iframe noscript object script style svg template textarea".split())


def decoded_markup(data: bytes) -> str:
    """Return a page in the encoding it declares where that is true, else in its likeliest.

    Without the XML declaration, which would be true no more. Raises InvalidDocument as ``decode``.
    """
    declared = _CHARSET.search(data[:2048])
    if declared is not None:
        try:
            return _DECLARATION.sub("", data.decode((declared[1] or declared[2]).decode()))
        except (LookupError, UnicodeDecodeError):
            pass
    return _DECLARATION.sub("", decode(data))


def blocks_of_markup(root: Element) -> Iterator[str]:
    """Yield all that a reader of the page sees, in its order; some blocks are empty."""
    line = ""
    for piece in _pieces(root):
        if piece is None or isinstance(piece, (Row, Heading)):
            yield one_line(line)
            yield piece or ""
            line = ""
        else:
            line += piece
    yield one_line(line)


def _words(element: Element) -> str:
    """Return what is seen of an element in one line, the words of its blocks apart."""
    return one_line("".join(" " if piece is None else piece for piece in _pieces(element, True)))


def _pieces(element: Element, flat: bool = False) -> Iterator[str | None]:
    """Yield the text below an element, None at the bounds of blocks, and, unless ``flat``, rows.

    Not by recursion.
    """
    stack = [(element, False)]
    while stack:
        node, left = stack.pop()
        name = local(node)
        if name == "tr" and not flat:
            yield table_row(_words(cell) for cell in node if local(cell) in _CELLS)
            yield node.tail or ""
        elif (
            name in _HEADINGS
            and not flat
            and not any(local(inner) in _BLOCKS for inner in node.iterdescendants())
        ):
            yield Heading(_words(node))
            yield node.tail or ""
        elif left or name in _UNSEEN or not name:
            if name in _BOUNDS:
                yield None
            yield (node.tail or "") if node is not element else ""
        else:
            if name in _BOUNDS:
                yield None
            yield node.text or ""
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node))
