"""Where the evidence of a question stands in the corpus, and what counts as meeting it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from eval.errors import Problem
from eval.questions import AnchoredEvidence, Evidence, Question
from index.documents import Document
from index.text.normalise import stored_text
from index.text.spans import Span

Corpus = Mapping[str, Document]
"""Documents by id, their texts as stored."""


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A passage that answers: characters of a document's stored text."""

    document_id: str
    language: str
    span: Span


def overlap(one: Span, other: Span) -> int:
    """Return how many characters two spans of the same text share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def meets(found: Span, gold: Span) -> bool:
    """Whether two spans of the same text share at least half of the shorter one."""
    shorter = min(len(found), len(gold))
    return shorter > 0 and 2 * overlap(found, gold) >= shorter


def locate(question: Question, corpus: Corpus) -> tuple[list[GoldSpan], list[Problem]]:
    """Return where the question's evidence stands, and what could not be found.

    A quote that a document holds several times is right at each of its places.
    """
    places: list[GoldSpan] = []
    problems = []
    for number, item in enumerate(question.evidence, 1):
        document = corpus.get(item.document_id)
        found = [] if document is None else _places(item, document.text)
        places += [GoldSpan(item.document_id, item.language, span) for span in found]
        if not found:
            lacks = "is not in its document" if document else "names a document that is not there"
            fault = f"evidence item {number} {lacks}: {item.document_id}"
            problems.append(Problem(question.file, question.line, fault))
    return places, problems


def _places(item: Evidence, text: str) -> list[Span]:
    if isinstance(item, AnchoredEvidence):
        words = item.span.of(text)
        same = hashlib.sha256(words.encode()).hexdigest() == item.sha256
        return [item.span] if same and len(words) == len(item.span) else []
    quote = stored_text(item.quote)
    spans = []
    start = text.find(quote)
    while start >= 0:
        spans.append(Span(start, start + len(quote)))
        start = text.find(quote, start + 1)
    return spans
