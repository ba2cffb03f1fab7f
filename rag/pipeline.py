"""From a question to an answer that can be checked, on one page.

question → as understood → retrieval → sentences → confidence → quotations, or what a language model
makes of them, or a refusal
"""

from collections.abc import Sequence

from index.filters import Filters
from index.reader import Index, IndexView
from index.text.analysis import analyse
from index.text.language import detect_language
from index.text.normalise import stored_text
from rag.conversation import whole_question
from rag.courtesy import small_talk, without_courtesy
from rag.draft import Draft
from rag.evidence import Candidate, find_candidates
from rag.extractive import extractive_parts
from rag.fact_wording import AnswerLanguage
from rag.fusion import FusionWeights
from rag.generation.rewriting import ModelRewriter
from rag.generation.writer import ModelWriter
from rag.likely import Likely, likely_sentences
from rag.query import Query, QueryReader
from rag.questions import Kind, question_kind
from rag.retrieval import Found, Hit, Mode, find, in_turn, retrieve
from rag.scoring import Scored, Weights, confidence, ranked
from rag.sentence_vectors import SentenceVectors
from rag.types import Answer, AnswerMode, Ask, Observer, Reason, Searched, Turn, WrittenBy

_NOTHING_NEAR = 0.15  # less likely than this: nothing relevant, rather than not enough


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
        writer: ModelWriter | None = None,
        rewriter: ModelRewriter | None = None,
    ) -> None:
        """Take the parts; the last two where there is a language model, else there are rules."""
        self._index = index
        self._queries = queries
        self._sentence_vectors = sentence_vectors
        self._fusion = fusion
        self._weights = weights
        self._min_confidence = min_confidence
        self._writer = writer
        self._rewriter = rewriter

    @property
    def min_confidence(self) -> float:
        """What is less likely right than this is refused."""
        return self._min_confidence

    def search(
        self,
        text: str,
        top_k: int = 10,
        mode: Mode = "hybrid",
        filters: Filters | None = None,
        group_by_document: bool = False,
    ) -> Searched:
        """Return the best passages."""
        with self._index.view() as view:
            query = self._queries.read(_cleaned(text), view)
            hits = retrieve(view, query, self._fusion, top_k, mode, filters, group_by_document)
            return Searched(hits, view.version, query.spoken)

    def ask(self, ask: Ask, observer: Observer | None = None) -> Answer:
        """Answer a question from the index, or refuse."""
        asked = _cleaned(ask.question)
        talk = small_talk(asked)
        question = asked if talk else without_courtesy(asked)
        whole = question if talk else whole_question(question, ask.history)
        spoken = _language(question, whole, ask.history)
        draft = Draft(
            asked if whole == question else whole, ask.language or spoken, observer or Observer()
        )
        draft.begin(self._index.version())
        if talk:
            draft.found(())
            return draft.refused(f"talk.{talk}", "small_talk", self._index.version())
        with self._index.view() as view:
            if view.is_empty:
                draft.found(())
                return draft.refused("answer.empty_index", "empty_index", view.version)
            made = None
            if self._rewriter is not None and ask.mode != "extractive":
                made = self._rewriter.whole_question(question, ask.history, spoken, draft.wanted)
                if made:
                    draft.question = whole = made
            kind = _kind(made or question, whole)
            query, hits = self._found(view, made or question, whole, ask)
            draft.found(hits)
            return self._answer(view, query, kind, draft, ask.mode)

    def sentences(self, ask: Ask) -> tuple[Query, list[Likely]]:
        """Return all sentences found for a question: what their promise is learned from."""
        with self._index.view() as view:
            query, kind, hits = self._asked(view, ask)
            return query, likely_sentences(view, hits, query, kind)

    def candidates(self, ask: Ask) -> list[Candidate]:
        """Return the sentences considered for a question: what the models are learned from."""
        with self._index.view() as view:
            query, kind, hits = self._asked(view, ask)
            return find_candidates(view, query, kind, hits, self._sentence_vectors)

    def found(self, text: str, depth: int, filters: Filters | None = None) -> tuple[Query, Found]:
        """Return the candidates of a query: what the fusion is learned from."""
        with self._index.view() as view:
            query = self._queries.read(_cleaned(text), view)
            return query, find(view, query, self._fusion, depth, filters=filters)

    def _asked(self, view: IndexView, ask: Ask) -> tuple[Query, Kind, Sequence[Hit]]:
        question = without_courtesy(_cleaned(ask.question))
        whole = whole_question(question, ask.history)
        query, hits = self._found(view, question, whole, ask)
        return query, _kind(question, whole), hits

    def _found(
        self, view: IndexView, question: str, whole: str, ask: Ask
    ) -> tuple[Query, Sequence[Hit]]:
        """Return the question as sentences are compared with it, and the passages for it.

        The document of a follow-up is that of the whole; in it, its own words, if it has any, are
        what is new.
        """
        texts = dict.fromkeys((whole, question if analyse(question) else whole))
        queries = [self._queries.read(text, view) for text in texts]
        found = [
            retrieve(view, query, self._fusion, ask.top_k, filters=ask.filters) for query in queries
        ]
        return queries[-1], in_turn(found, ask.top_k)

    def _answer(
        self, view: IndexView, query: Query, kind: Kind, draft: Draft, mode: AnswerMode
    ) -> Answer:
        candidates = find_candidates(view, query, kind, draft.hits, self._sentence_vectors)
        if not candidates:
            return draft.refused("answer.no_evidence", "no_evidence", view.version)
        reason: Reason
        best_first: list[Scored] = ranked(candidates, self._weights)
        sure = confidence(best_first, self._weights)
        if sure < self._min_confidence:
            reason = "no_evidence" if sure < _NOTHING_NEAR else "low_confidence"
            return draft.refused(f"answer.{reason}", reason, view.version, sure)
        written = (
            self._writer is not None
            and mode != "extractive"
            and self._writer.write(view, best_first, draft)
        )
        if not written:
            if mode == "generative" and self._writer is None:
                draft.generator = WrittenBy("extractive", None, degraded=True)
            draft.write(extractive_parts(view, best_first, kind, draft.language))
        if draft.is_blank:
            reason = "low_confidence" if written else "no_evidence"
            return draft.refused(f"answer.{reason}", reason, view.version, sure)
        return draft.answered(view.version, sure)


def _kind(question: str, whole: str) -> Kind:
    """Return what a follow-up itself asks for, if it says; what was asked before it counts less."""
    kind = question_kind(question)
    return question_kind(whole) if kind == "unknown" else kind


def _language(question: str, whole: str, history: Sequence[Turn]) -> AnswerLanguage:
    """Return the question's own language; where it does not tell, that of what went before it."""
    asked = (turn.content for turn in reversed(history) if turn.role == "user")
    for text in (question, whole, *asked):
        guess = detect_language(text)
        if guess.is_sure and guess.language != "other":
            return "ba" if guess.language == "ba" else "ru"
    return "ba" if detect_language(question).language == "ba" else "ru"


def _cleaned(question: str) -> str:
    """Return a question as one line of text: repaired like documents, no control characters."""
    shown = (c if c.isprintable() or c.isspace() else " " for c in stored_text(question))
    return " ".join("".join(shown).replace("\ufffd", " ").split())
