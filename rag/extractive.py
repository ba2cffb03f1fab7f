"""The extractive answer: the sentences that answer, quoted.

Where the source is in the other language, the fact itself comes first in the asker's: «В 2011 году,
по башкирскому тексту: «…» [1]». Sources that say the same are cited together; where they differ,
that is said, with their dates. Of the two versions of one document the asker's own is quoted first.
"""

from collections.abc import Iterator, Sequence

from index.messages import message
from index.reader import IndexView
from rag.choosing import Choice, choose
from rag.citations import cite
from rag.evidence import Candidate
from rag.fact_wording import AnswerLanguage, in_words, say_fact
from rag.facts import Fact
from rag.questions import Kind
from rag.relative_dates import day_of, note_on, relative_date
from rag.scoring import Scored
from rag.types import Citation, Part


def extractive_parts(
    view: IndexView, best_first: Sequence[Scored], kind: Kind, language: AnswerLanguage
) -> Iterator[Part]:
    """Yield the parts of the answer; none where no quotation could be verified."""
    chosen = choose(best_first, kind, language)
    cited: list[tuple[Choice, list[Citation]]] = []
    for choice in chosen.choices:
        first = 1 + sum(len(citations) for _, citations in cited)
        if citations := list(_citations(view, choice, first)):
            cited.append((choice, citations))
    differ = chosen.differ and len(cited) > 1
    for place, (choice, citations) in enumerate(cited):
        words = _worded(choice, citations[0], differ, language)
        if differ and place == 0:
            words = message("answer.sources_differ", language, words=words)
        yield Part(words, citations)


def _citations(view: IndexView, choice: Choice, first: int) -> Iterator[Citation]:
    """Yield the quotation of a choice, and of those that agree with it; none without the first."""
    number = first
    for candidate in (choice.candidate, *choice.agreeing):
        own = candidate is choice.candidate
        focus = choice.fact.span.shifted(candidate.span.start) if own and choice.fact else None
        citation = cite(view, candidate.hit.passage, candidate.span, focus, number)
        if citation is not None:
            yield citation
            number += 1
        elif own:
            return


def _worded(choice: Choice, cited: Citation, differ: bool, language: AnswerLanguage) -> str:
    candidate = choice.candidate
    words = _quoted(candidate, cited.quote, choice.fact, language)
    if (relative := relative_date(cited.quote)) is not None:
        words += f" ({note_on(relative, cited.published_at, language)})"
    elif differ:
        words += f" ({_dated(cited.published_at, language)})"
    return words


def _quoted(chosen: Candidate, quote: str, fact: Fact | None, language: AnswerLanguage) -> str:
    if chosen.language not in ("ba", "ru") or chosen.language == language:
        return f"«{quote}»"
    said = say_fact(fact, chosen.text, language) if fact else None
    key = "answer.fact_and_quote" if said else "answer.foreign_quote"
    return message(key, language, fact=said, quote=quote)


def _dated(published_at: str | None, language: AnswerLanguage) -> str:
    if published_at is None:
        return message("answer.no_date", language)
    return message("answer.dated", language, day=in_words(day_of(published_at), language))
