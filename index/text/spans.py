"""Half-open spans of code points in a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of some text, in Unicode code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters of ``text`` that the span covers."""
        return text[self.start : self.end]

    def shifted(self, by: int) -> "Span":
        """Return the span moved to the right by ``by`` characters."""
        return Span(self.start + by, self.end + by)

    def __len__(self) -> int:
        return self.end - self.start


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the span without the white space at its ends; empty where nothing is left."""
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    return Span(start + left, start + max(left, len(part.rstrip())))
