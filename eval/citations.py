"""Whether citations keep the contract, and how much of them is evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.evidence import Corpus, GoldSpan, meets, overlap
from eval.responses import Hit
from index.text.sentences import sentence_spans
from index.text.spans import Span

MOST_SENTENCES = 3
MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class CitationScores:
    """Judgement of one answer's citations; shares from 0 to 1.

    ``hit``: one meets the evidence. ``precision``: share of the cited characters that are evidence.
    ``recall``: share of an evidence item's characters that are cited, for the best-cited item.
    """

    hit: bool
    precision: float
    recall: float


def is_valid(citation: Hit, corpus: Corpus) -> bool:
    """Whether the quote is the document's text to the letter, and no longer than allowed."""
    document = corpus.get(citation.document_id)
    return (
        document is not None
        and 0 <= citation.span.start < citation.span.end <= len(document.text)
        and citation.span.of(document.text) == citation.quote
        and len(citation.quote) <= MOST_CHARACTERS
        and len(sentence_spans(citation.quote)) <= MOST_SENTENCES
    )


def score_citations(
    citations: Sequence[Hit], gold: Sequence[GoldSpan], corpus: Corpus
) -> CitationScores:
    """Judge the citations of an answer against where the evidence stands.

    A citation that is not valid meets nothing, and all of its characters count as cited in vain.
    """
    valid = [citation for citation in citations if is_valid(citation, corpus)]
    cited = _by_document((citation.document_id, citation.span) for citation in valid)
    evidence = _by_document((place.document_id, place.span) for place in gold)
    right = sum(
        overlap(one, other)
        for document, spans in cited.items()
        for one in spans
        for other in evidence.get(document, ())
    )
    in_vain = sum(len(citation.quote) for citation in citations if citation not in valid)
    shown = in_vain + sum(len(span) for spans in cited.values() for span in spans)
    return CitationScores(
        hit=any(
            citation.document_id == place.document_id and meets(citation.span, place.span)
            for citation in valid
            for place in gold
        ),
        precision=right / shown if shown else 0.0,
        recall=max((_cited_share(place, cited) for place in gold), default=0.0),
    )


def _by_document(passages: Iterable[tuple[str, Span]]) -> dict[str, list[Span]]:
    """Return the spans of each document, joined where they touch: no character counts twice."""
    joined: dict[str, list[Span]] = {}
    for document_id, span in sorted(passages):
        spans = joined.setdefault(document_id, [])
        if spans and span.start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, span.end))
        else:
            spans.append(span)
    return joined


def _cited_share(place: GoldSpan, cited: Mapping[str, Sequence[Span]]) -> float:
    spans = cited.get(place.document_id, ())
    return sum(overlap(place.span, span) for span in spans) / len(place.span)
