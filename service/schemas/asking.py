"""Asking."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool, StrictInt, StringConstraints

from index.filters import Filters
from rag.types import Ask, Turn
from service.schemas.documents import RelativeOut
from service.schemas.filters import FiltersIn
from service.schemas.requests import Request, Text
from service.schemas.searching import HitOut


class TurnIn(Request):
    """An earlier message."""

    role: Literal["user", "assistant"]
    content: Annotated[str, StringConstraints(max_length=20_000)]


class AskIn(Request):
    """``POST /v1/ask``."""

    question: Text = Field(examples=["Түңәрәк өҫтәлдең модераторы кем булды?"])
    language: Literal["auto", "ba", "ru"] = "auto"
    mode: Literal["auto", "extractive", "generative"] = "auto"
    top_k: Annotated[StrictInt, Field(ge=1, le=50)] = 8
    filters: FiltersIn = FiltersIn()
    history: Annotated[list[TurnIn], Field(max_length=20)] = []
    stream: StrictBool = False

    def to_ask(self, within: Filters | None = None) -> Ask:
        """Return it as the pipeline takes it, ``within`` what the caller may see."""
        return Ask(
            question=self.question,
            language=None if self.language == "auto" else self.language,
            top_k=self.top_k,
            filters=self.filters.to_filters() & (within or Filters()),
            history=tuple(Turn(turn.role, turn.content) for turn in self.history),
            mode=self.mode,
        )


class CitationOut(BaseModel):
    """A verified quotation, on which page (from 1) and under which heading it begins.

    ``translations``: its document in the other language.
    """

    number: int
    document_id: str
    document_version: int
    title: str | None
    url: str | None
    language: str
    published_at: str | None
    start: int
    end: int
    quote: str
    before: str
    after: str
    page: int | None = None
    section: str | None = None
    translations: list[RelativeOut] = []


class AnswerSpanOut(BaseModel):
    """A part of the answer and what it stands on."""

    start: int
    end: int
    citations: list[int]


class GeneratorOut(BaseModel):
    """What wrote the answer."""

    kind: Literal["extractive", "generative"]
    model: str | None
    degraded: bool


class AskTimings(BaseModel):
    """Milliseconds."""

    retrieve: float
    answer: float
    total: float


class AnswerOut(BaseModel):
    """The answer of ``POST /v1/ask``."""

    id: str
    question: str
    language: Literal["ba", "ru"]
    answered: bool
    answer: str
    answer_spans: list[AnswerSpanOut]
    confidence: float
    reason: Literal["no_evidence", "low_confidence", "empty_index", "small_talk"] | None
    citations: list[CitationOut]
    related: list[HitOut]
    sources: list[HitOut]
    generator: GeneratorOut
    index_version: str
    timings_ms: AskTimings
