"""Telling an answer's own words from what it quotes."""

import re
from collections.abc import Iterable

_MARKER = re.compile(r"\s*\[\d+\]")


def own_words(answer: str, quotes: Iterable[str]) -> str:
    """Return ``answer`` without what stands in «…» and without its markers.

    The words of ``quotes``, which may themselves hold «» that do not pair, are taken out first. A
    guillemet that is never closed quotes nothing: what follows it counts as the answer's own words.
    """
    for quote in sorted(filter(None, quotes), key=len, reverse=True):
        answer = answer.replace(f"«{quote}»", " ")
    return without_markers(_without_guillemets(answer))


def without_markers(answer: str) -> str:
    """Return ``answer`` without its markers ``[1]``, ``[2]`` …"""
    return _MARKER.sub(" ", answer)


def _without_guillemets(text: str) -> str:
    kept: list[str] = []
    opened: list[int] = []
    for character in text:
        if character == "«":
            opened.append(len(kept))
        if character == "»" and opened:
            del kept[opened.pop() :]
            kept.append(" ")
        else:
            kept.append(character)
    return "".join(kept)
