"""What goes into the pipeline and what comes out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from index.filters import Filters
from index.passages import Place
from index.relations import Relative
from index.text.language import Language
from index.text.spans import Span
from rag.fact_wording import AnswerLanguage
from rag.retrieval import Hit

Reason = Literal["no_evidence", "low_confidence", "empty_index", "small_talk"]
AnswerMode = Literal["auto", "extractive", "generative"]
RestartReason = Literal["failed", "wrong_language"]


class Searched(NamedTuple):
    """The passages for a query, best first, the index that gave them, and the query's language."""

    hits: Sequence[Hit]
    index_version: str
    language: Language


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with everything that decides its answer; ``language`` None: the question's own.

    ``auto`` takes the language model where one is configured.
    """

    question: str
    language: AnswerLanguage | None = None
    top_k: int = 8
    filters: Filters = field(default_factory=Filters)
    history: Sequence[Turn] = ()
    mode: AnswerMode = "auto"


@dataclass(frozen=True, slots=True)
class Citation:
    """A verified quotation: ``quote`` stands at ``span`` of the stored text, to the letter.

    ``translations`` are the versions of its document in the other language.
    """

    number: int
    document_id: str
    document_version: int
    title: str | None
    url: str | None
    language: str
    published_at: str | None
    span: Span
    quote: str
    before: str
    after: str
    place: Place = field(default_factory=Place)
    translations: Sequence[Relative] = ()


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A part of the answer and the numbers of the citations it stands on."""

    span: Span
    citations: Sequence[int]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer: words without markers, and what they stand on."""

    words: str
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class WrittenBy:
    """What wrote an answer.

    ``degraded``: a language model was asked for and failed or is missing, so the extractive answer
    stands in; ``model`` is then the one that failed.
    """

    kind: Literal["extractive", "generative"]
    model: str | None
    degraded: bool


class Observer:
    """Is told of an answer while it is made; this one heeds nothing.

    What was cited and said joins to the answer, but for what stands before ``restarted``.
    """

    def started(self, answer_id: str, language: AnswerLanguage, index_version: str) -> None:
        """The question is understood; nothing has been looked for yet."""

    def found(self, hits: Sequence[Hit]) -> None:
        """These passages are considered."""

    def cited(self, citation: Citation) -> None:
        """A marker of this citation comes with the next words."""

    def said(self, text: str) -> None:
        """The answer goes on with these words."""

    def restarted(self, reason: RestartReason) -> None:
        """Everything that was cited and said is void."""

    def wanted(self) -> bool:
        """Whether anybody still waits for the answer."""
        return True


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its citations, or a refusal with its reason.

    ``confidence`` is the probability that the citations answer the question; times are in
    milliseconds.
    """

    id: str
    question: str
    language: AnswerLanguage
    text: str
    confidence: float
    reason: Reason | None
    generator: WrittenBy
    index_version: str
    spans: Sequence[AnswerSpan] = ()
    citations: Sequence[Citation] = ()
    related: Sequence[Hit] = ()
    sources: Sequence[Hit] = ()
    retrieve_ms: float = 0.0
    answer_ms: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether this is an answer; False for a refusal."""
        return self.reason is None
