"""The extractive answer: the sentence or two that answer, quoted.

Where the source is in the other language, the fact itself comes first in the asker's: «В 2011 году,
по башкирскому тексту: «…» [1]».
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.messages import message
from index.reader import IndexView
from index.text.spans import Span
from rag.citations import cite
from rag.evidence import EXPECTED, Candidate
from rag.fact_wording import AnswerLanguage, say_fact
from rag.facts import Fact
from rag.questions import Kind
from rag.scoring import Scored
from rag.types import AnswerSpan, Citation

_SECOND_WITHIN = 1.0  # of the best score: one further sentence is shown where it is as likely


@dataclass(frozen=True, slots=True)
class Composed:
    """The words of an answer, what stands on what, and the citations."""

    text: str
    spans: Sequence[AnswerSpan]
    citations: Sequence[Citation]


def compose(
    view: IndexView, best_first: Sequence[Scored], kind: Kind, language: AnswerLanguage
) -> Composed | None:
    """Write the answer; None where no quotation could be verified."""
    text = ""
    spans: list[AnswerSpan] = []
    citations: list[Citation] = []
    for chosen in _chosen(best_first, kind):
        fact = _answering_fact(chosen, kind)
        focus = fact.span.shifted(chosen.span.start) if fact else None
        citation = cite(view, chosen.hit.passage, chosen.span, focus, len(citations) + 1)
        if citation is None:
            continue
        citations.append(citation)
        text += " " if text else ""
        start = len(text)
        text += f"{_worded(chosen, citation.quote, fact, language)} [{citation.number}]"
        spans.append(AnswerSpan(Span(start, len(text)), [citation.number]))
    return Composed(text, spans, citations) if citations else None


def _chosen(best_first: Sequence[Scored], kind: Kind) -> list[Candidate]:
    """Return the best sentence, and the next where it is as likely and the first may be wrong.

    A date, a number or a person that was asked for and found needs no second one beside it.
    """
    best = best_first[0]
    if _answering_fact(best.candidate, kind) is not None:
        return [best.candidate]
    within = [s for s in best_first[:2] if best.score - s.score < _SECOND_WITHIN]
    return [scored.candidate for scored in within]


def _answering_fact(chosen: Candidate, kind: Kind) -> Fact | None:
    """Return the fact that was asked for; None where it is not clear which.

    «К 2030 году — 25, а к 2036 году — 40»: the one next to what the question says itself.
    """
    expected = EXPECTED.get(kind, ())
    facts = [fact for fact in chosen.facts if fact.kind in expected]
    if chosen.said and facts:
        return min(facts, key=lambda fact: min(_distance(fact, other) for other in chosen.said))
    return facts[0] if len({fact.text for fact in facts}) == 1 else None


def _distance(fact: Fact, other: Fact) -> int:
    return max(fact.span.start - other.span.end, other.span.start - fact.span.end, 0)


def _worded(chosen: Candidate, quote: str, fact: Fact | None, language: AnswerLanguage) -> str:
    if chosen.language not in ("ba", "ru") or chosen.language == language:
        return f"«{quote}»"
    said = say_fact(fact, chosen.text, language) if fact else None
    key = "answer.fact_and_quote" if said else "answer.foreign_quote"
    return message(key, language, fact=said, quote=quote)
