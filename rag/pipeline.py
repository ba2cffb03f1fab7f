"""From a question to an answer that can be checked, on one page.

question → as understood → retrieval → sentences → confidence → quotations, or a refusal
"""

import secrets
import time
from collections.abc import Sequence

from index.messages import message
from index.reader import Filters, Index, IndexView
from index.text.language import detect_language
from index.text.normalise import stored_text
from rag.conversation import whole_question
from rag.evidence import Candidate, SentenceVectors, find_candidates
from rag.extractive import compose
from rag.fact_wording import AnswerLanguage
from rag.fusion import FusionWeights
from rag.query import Query, QueryReader
from rag.questions import question_kind, small_talk
from rag.retrieval import Found, Hit, Mode, find, retrieve
from rag.scoring import Scored, Weights, confidence, ranked
from rag.types import Answer, Ask, Observer, Reason

_RELATED = 3
_NOTHING_NEAR = 0.12  # less likely than this: nothing relevant, rather than not enough


class Pipeline:
    """Answers and searches over one index; safe to share between threads."""

    def __init__(
        self,
        index: Index,
        queries: QueryReader,
        sentence_vectors: SentenceVectors,
        fusion: FusionWeights,
        weights: Weights,
        min_confidence: float,
    ) -> None:
        self._index = index
        self._queries = queries
        self._sentence_vectors = sentence_vectors
        self._fusion = fusion
        self._weights = weights
        self._min_confidence = min_confidence

    def search(
        self,
        text: str,
        top_k: int = 10,
        mode: Mode = "hybrid",
        filters: Filters | None = None,
        group_by_document: bool = False,
    ) -> tuple[list[Hit], str]:
        """Return the best passages, best first, and the index version that gave them."""
        with self._index.view() as view:
            query = self._queries.read(_cleaned(text), view)
            hits = retrieve(view, query, self._fusion, top_k, mode, filters, group_by_document)
            return hits, view.version

    def ask(self, ask: Ask, observer: Observer | None = None) -> Answer:
        """Answer a question from the index, or refuse."""
        started = time.perf_counter()
        question = whole_question(_cleaned(ask.question), ask.history)
        spoken = detect_language(question).language
        language: AnswerLanguage = ask.language or ("ba" if spoken == "ba" else "ru")
        draft = _Draft(question, language, started)
        if observer:
            observer.started(draft.id, language, self._index.version())
        if talk := small_talk(question):
            return draft.refused(f"talk.{talk}", "small_talk", self._index.version())
        with self._index.view() as view:
            if view.is_empty:
                return draft.refused("answer.empty_index", "empty_index", view.version)
            query = self._queries.read(question, view)
            hits = retrieve(view, query, self._fusion, ask.top_k, filters=ask.filters)
            draft.found(hits)
            if observer:
                observer.found(hits)
            return self._answer(view, query, draft)

    def candidates(self, ask: Ask) -> list[Candidate]:
        """Return the sentences considered for a question: what the models are learned from."""
        with self._index.view() as view:
            query = self._queries.read(_cleaned(ask.question), view)
            hits = retrieve(view, query, self._fusion, ask.top_k, filters=ask.filters)
            return self._considered(view, query, hits)

    def found(self, text: str, depth: int, filters: Filters | None = None) -> tuple[Query, Found]:
        """Return the candidates of a query: what the fusion is learned from."""
        with self._index.view() as view:
            query = self._queries.read(_cleaned(text), view)
            return query, find(view, query, self._fusion, depth, filters=filters)

    def _considered(self, view: IndexView, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        kind = question_kind(query.text)
        return find_candidates(view, query, kind, hits, self._sentence_vectors)

    def _answer(self, view: IndexView, query: Query, draft: "_Draft") -> Answer:
        candidates = self._considered(view, query, draft.hits)
        if not candidates:
            return draft.refused("answer.no_evidence", "no_evidence", view.version)
        best_first: list[Scored] = ranked(candidates, self._weights)
        sure = confidence(best_first, self._weights)
        if sure < self._min_confidence:
            reason: Reason = "no_evidence" if sure < _NOTHING_NEAR else "low_confidence"
            return draft.refused(f"answer.{reason}", reason, view.version, sure)
        composed = compose(view, best_first, question_kind(query.text), draft.language)
        if composed is None:
            return draft.refused("answer.no_evidence", "no_evidence", view.version)
        return draft.answer(
            composed.text,
            None,
            view.version,
            sure,
            spans=composed.spans,
            citations=composed.citations,
        )


def _cleaned(question: str) -> str:
    """Return a question as one line of text: repaired like documents, no control characters."""
    shown = (c if c.isprintable() or c.isspace() else " " for c in stored_text(question))
    return " ".join("".join(shown).replace("\ufffd", " ").split())


class _Draft:
    """What is known of an answer while it is made: the question, what was found, and the clock."""

    def __init__(self, question: str, language: AnswerLanguage, started: float) -> None:
        self.language = language
        self.hits: Sequence[Hit] = ()
        self.id = secrets.token_urlsafe(12)
        self._question = question
        self._started = started
        self._found_at = started

    def found(self, hits: Sequence[Hit]) -> None:
        self.hits = hits
        self._found_at = time.perf_counter()

    def refused(self, key: str, reason: Reason, version: str, sure: float = 0.0) -> Answer:
        return self.answer(message(key, self.language), reason, version, sure)

    def answer(
        self, text: str, reason: Reason | None, version: str, sure: float, **parts: Sequence[object]
    ) -> Answer:
        done = time.perf_counter()
        return Answer(
            id=self.id,
            question=self._question,
            language=self.language,
            text=text,
            confidence=sure,
            reason=reason,
            index_version=version,
            related=self.hits[:_RELATED] if reason in ("no_evidence", "low_confidence") else (),
            sources=self.hits,
            retrieve_ms=1000 * (self._found_at - self._started),
            answer_ms=1000 * (done - self._found_at),
            **parts,  # type: ignore[arg-type] # spans and citations, as compose gives them
        )
