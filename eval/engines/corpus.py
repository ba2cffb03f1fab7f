"""Documents cut into chunks of about 200 words, analysed once for all engines."""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from eval.engines.protocol import Chunk
from index.text.analysis import terms_of
from index.text.normalise import stored_text

_WORDS = 200


def read_press(path: Path, count: int | None) -> Iterator[tuple[str, str]]:
    """Read (id, text) of the first ``count`` documents of the Bashkir press corpus; None: all."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in islice(lines, count):
            fields = json.loads(line)
            yield fields["doc_id"], stored_text(fields["text"])


def analysed_chunks(documents: Iterable[tuple[str, str]]) -> list[Chunk]:
    """Cut and analyse documents (id, text); a chunk's id is its place in the list."""
    chunks: list[Chunk] = []
    for identifier, text in documents:
        for words in _runs(text):
            # One string a term, however often it comes: millions of copies would be kept else.
            terms = [sys.intern(term) for term in terms_of(" ".join(words))]
            chunks.append(Chunk(len(chunks), identifier, terms))
    return chunks


def query_terms(text: str) -> list[str]:
    """Return the terms of a query in order, none twice: alternatives, all of one weight."""
    return list(dict.fromkeys(terms_of(text)))


def _runs(text: str) -> Iterator[list[str]]:
    """Yield the words of whole paragraphs, up to 200; a longer paragraph is cut."""
    run: list[str] = []
    for paragraph in text.split("\n"):
        words = paragraph.split()
        for start in range(0, len(words), _WORDS):
            piece = words[start : start + _WORDS]
            if len(run) + len(piece) > _WORDS:
                yield run
                run = []
            run = run + piece
    if run:
        yield run
