"""What a gold question is."""

from dataclasses import dataclass
from typing import Literal

from index.text.spans import Span

QuestionLanguage = Literal["ba", "ru"]
DocumentLanguage = Literal["ba", "ru", "mixed", "other"]
Kind = Literal[
    "who", "when", "where", "how_many", "how_much", "what", "why", "which", "yes_no", "list"
]


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class QuotedEvidence:
    """A passage that answers, given by its words."""

    document_id: str
    language: DocumentLanguage
    quote: str


@dataclass(frozen=True, slots=True)
class AnchoredEvidence:
    """A passage that answers, given by its place and the hash of its words in UTF-8."""

    document_id: str
    language: DocumentLanguage
    span: Span
    sha256: str


Evidence = QuotedEvidence | AnchoredEvidence


@dataclass(frozen=True, slots=True)
class Question:
    """One gold question, written at ``line`` of ``file``.

    Each item of ``evidence`` answers on its own. An unanswerable question has neither evidence nor
    answers; ``near_document_id`` is the document that tempts.
    """

    id: str
    language: QuestionLanguage
    text: str
    history: tuple[Turn, ...]
    answerable: bool
    document_id: str | None
    document_language: DocumentLanguage | None
    evidence: tuple[Evidence, ...]
    answers: tuple[str, ...]
    near_document_id: str | None
    kind: Kind
    hard: bool
    noisy: bool
    file: str
    line: int
