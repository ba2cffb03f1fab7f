"""Chunks: runs of whole sentences that fit the embedding model.

A chunk never breaks a sentence that fits: in some exports the sentences of an article stand in
random order, so a sentence is the largest piece whose sense can be relied on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.text.language import Language, detect_language, language_of_parts
from index.text.sentences import sentence_spans
from index.text.spans import Span, trimmed

CHUNKER_VERSION = "sentences/1"

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: where it stands and which language it is in."""

    span: Span
    language: Language


def chunk_text(text: str, count_tokens: CountTokens, max_tokens: int) -> list[Chunk]:
    """Cut ``text`` into chunks of at most ``max_tokens``, on sentence boundaries.

    ``count_tokens`` gives the tokens of each text without the model's own markers. Chunks stand in
    order and do not overlap; every character outside them is white space. A sentence longer than
    ``max_tokens`` is cut at white space, and a word longer than that anywhere.
    """
    pieces = _fitting(text, sentence_spans(text), count_tokens, max_tokens)
    return [_chunk(text, group) for group in _grouped(pieces, max_tokens)]


def _fitting(
    text: str, spans: list[Span], count_tokens: CountTokens, max_tokens: int
) -> list[tuple[Span, int]]:
    """Return the spans with their tokens, those that are too long cut until each part fits."""
    counts = count_tokens([span.of(text) for span in spans])
    pieces: list[tuple[Span, int]] = []
    for span, count in zip(spans, counts, strict=True):
        if count <= max_tokens or len(span) == 1:
            pieces.append((span, count))
        else:
            parts = _split_long(text, span, max(1, len(span) * max_tokens // (2 * count)))
            pieces += _fitting(text, parts, count_tokens, max_tokens)
    return pieces


def _grouped(pieces: list[tuple[Span, int]], max_tokens: int) -> list[list[Span]]:
    groups: list[list[Span]] = []
    room = 0
    for span, count in pieces:
        if groups and count <= room:
            groups[-1].append(span)
            room -= count
        else:
            groups.append([span])
            room = max_tokens - count
    return groups


def _chunk(text: str, sentences: list[Span]) -> Chunk:
    guesses = [(detect_language(span.of(text)).language, len(span)) for span in sentences]
    return Chunk(Span(sentences[0].start, sentences[-1].end), language_of_parts(guesses))


def _split_long(text: str, span: Span, characters: int) -> list[Span]:
    """Cut at white space into parts of at most ``characters``."""
    parts = []
    start = span.start
    while start < span.end:
        end = min(start + characters, span.end)
        if end < span.end:
            space = max(text.rfind(mark, start + 1, end) for mark in " \n\t")
            end = space if space > start else end
        part = trimmed(text, start, end)
        if len(part):
            parts.append(part)
        start = end
    return parts
