"""An answer while it is made: its parts as they come, told to whoever listens, and the clock."""

import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.messages import message
from index.text.spans import Span
from rag.fact_wording import AnswerLanguage
from rag.retrieval import Hit
from rag.types import Answer, AnswerSpan, Citation, Observer, Part, Reason, RestartReason, WrittenBy

_RELATED = 3
_NO_MODEL = WrittenBy("extractive", None, degraded=False)


class Draft:
    """What is known of the answer to one question so far."""

    def __init__(self, question: str, language: AnswerLanguage, observer: Observer) -> None:
        self.id = secrets.token_urlsafe(12)
        self.question = question
        self.language = language
        self.generator = _NO_MODEL
        self._observer = observer
        self.hits: Sequence[Hit] = ()
        self._text = ""
        self._spans: list[AnswerSpan] = []
        self._citations: list[Citation] = []
        self._started = self._found_at = time.perf_counter()

    @property
    def is_blank(self) -> bool:
        """Whether no part has been written."""
        return not self._text

    @property
    def seconds(self) -> float:
        """How long ago the question came."""
        return time.perf_counter() - self._started

    def begin(self, index_version: str) -> None:
        """Say that work begins."""
        self._observer.started(self.id, self.language, index_version)

    def found(self, hits: Sequence[Hit]) -> None:
        """Take what is considered."""
        self.hits = hits
        self._found_at = time.perf_counter()
        self._observer.found(hits)

    def wanted(self) -> bool:
        """Whether anybody still waits for the answer."""
        return self._observer.wanted()

    def write(self, parts: Iterable[Part]) -> None:
        """Add parts as they come; each citation is told before the words that carry its marker."""
        for part in parts:
            numbers = [citation.number for citation in part.citations]
            for citation in part.citations:
                if citation.number > len(self._citations):
                    self._citations.append(self._with_translations(citation))
                    self._observer.cited(self._citations[-1])
            space = " " if self._text else ""
            start = len(self._text) + len(space)
            self._say(f"{space}{part.words} {''.join(f'[{number}]' for number in numbers)}")
            self._spans.append(AnswerSpan(Span(start, len(self._text)), numbers))

    def take_back(self, reason: RestartReason) -> None:
        """Void all parts."""
        if self._text:
            self._observer.restarted(reason)
        self._text, self._spans, self._citations = "", [], []

    def refused(self, key: str, reason: Reason, version: str, sure: float = 0.0) -> Answer:
        """Return the refusal that the message ``key`` words."""
        self._say(message(key, self.language))
        return self._answer(reason, version, sure)

    def answered(self, version: str, sure: float) -> Answer:
        """Return the answer that was written."""
        return self._answer(None, version, sure)

    def _with_translations(self, citation: Citation) -> Citation:
        of = (h for h in self.hits if h.passage.document_id == citation.document_id)
        hit = next(of, None)
        return replace(citation, translations=hit.relatives.translations) if hit else citation

    def _say(self, text: str) -> None:
        self._text += text
        self._observer.said(text)

    def _answer(self, reason: Reason | None, version: str, sure: float) -> Answer:
        done = time.perf_counter()
        return Answer(
            id=self.id,
            question=self.question,
            language=self.language,
            text=self._text,
            confidence=sure,
            reason=reason,
            generator=self.generator,
            index_version=version,
            spans=self._spans,
            citations=self._citations,
            related=self.hits[:_RELATED] if reason in ("no_evidence", "low_confidence") else (),
            sources=self.hits,
            retrieve_ms=1000 * (self._found_at - self._started),
            answer_ms=1000 * (done - self._found_at),
        )
