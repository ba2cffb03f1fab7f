"""What a run keeps of each question: asked, expected, found, said, judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.corpora import article_of
from eval.judging import QuestionScores
from eval.questions import Kind, QuestionLanguage, Turn

POOLED = "pooled"
FLAGS = ("hard", "noisy", "follow-up")


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters ``start`` to ``end`` of a document, and what was said to stand there."""

    document_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Record:
    """One question of a run. ``understood`` is the question as the system took it.

    ``expected`` are the passages that answer, ``found`` the best search hits,
    ``invalid`` the citations, numbered from 1, that are not the text or too long.
    """

    id: str
    file: str
    question: str
    history: Sequence[Turn]
    language: QuestionLanguage
    document_language: str
    kind: Kind
    hard: bool
    noisy: bool
    answerable: bool
    near_document_id: str | None
    answers: Sequence[str]
    expected: Sequence[Passage]
    understood: str
    answered: bool
    answer: str
    confidence: float
    reason: str | None
    cited: Sequence[Passage]
    invalid: Sequence[int]
    found: Sequence[Passage]
    timings_ms: Mapping[str, float]
    scores: QuestionScores

    @property
    def article(self) -> str:
        """The article the question is about."""
        about = self.expected[0].document_id if self.expected else self.near_document_id
        return article_of(about) if about else self.id

    @property
    def sentence(self) -> str:
        """The sentence that answers; a question without one stands for itself."""
        if not self.expected:
            return self.id
        return f"{self.expected[0].document_id}:{self.expected[0].start}"

    @property
    def right(self) -> bool:
        """Whether it was answered from the evidence."""
        return self.scores.get("evidence_hit", (0.0, 1.0))[0] > 0

    @property
    def slices(self) -> list[str]:
        """The slices it belongs to, the widest first."""
        flags = zip(FLAGS, (self.hard, self.noisy, bool(self.history)), strict=True)
        return [
            POOLED,
            f"{self.language}→{self.document_language}",
            *(name for name, holds in flags if holds),
            f"kind {self.kind}",
        ]
