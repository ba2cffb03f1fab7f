"""Quotations that can be checked: each is read back from the stored text before it is shown."""

import re

from index.passages import Passage
from index.reader import IndexView
from index.text.spans import Span, trimmed
from rag.types import Citation

_LONGEST_QUOTE = 500
_CONTEXT = 300
_CLAUSE_END = re.compile(r"[,;:.!?…)»”]\s")


def cite(
    view: IndexView, passage: Passage, sentence: Span, focus: Span | None, number: int
) -> Citation | None:
    """Quote a sentence of a passage; None where the stored text does not say it (any more).

    ``sentence`` and ``focus``, the part that answers, stand in the document's text. A sentence of
    more than 500 characters is cut to the clauses around the focus.
    """
    text = sentence.shifted(-passage.span.start).of(passage.text)
    inner = (focus or Span(sentence.start, sentence.start)).shifted(-sentence.start)
    span = _clipped(text, inner).shifted(sentence.start)
    quote = span.shifted(-passage.span.start).of(passage.text)
    document, version = passage.document_id, passage.document_version
    if not quote or view.text(document, version, span) != quote:
        return None
    if not view.is_still_stored(document, version):  # an answer may take longer than a deletion
        return None
    return Citation(
        number=number,
        document_id=document,
        document_version=version,
        title=passage.title,
        url=passage.url,
        language=passage.language,
        published_at=passage.published_at,
        span=span,
        quote=quote,
        before=view.text(document, version, Span(max(0, span.start - _CONTEXT), span.start)),
        after=view.text(document, version, Span(span.end, span.end + _CONTEXT)),
        place=view.place(document, version, span.start),
    )


def _clipped(text: str, focus: Span) -> Span:
    if len(text) <= _LONGEST_QUOTE:
        return Span(0, len(text))
    room = _LONGEST_QUOTE - min(len(focus), _LONGEST_QUOTE)
    earliest = max(0, focus.start - room // 2)
    starts = [0, *(match.end() for match in _CLAUSE_END.finditer(text))]
    start = min((s for s in starts if earliest <= s <= focus.start), default=earliest)
    latest = min(len(text), start + _LONGEST_QUOTE)
    ends = [match.start() + 1 for match in _CLAUSE_END.finditer(text, focus.end, latest)]
    end = len(text) if latest == len(text) else max(ends, default=latest)
    return trimmed(text, start, end)
