"""What readers said of answers, and what was not answered."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, StringConstraints

from service.schemas.asking import CitationOut
from service.schemas.requests import Request, a_number


class FeedbackIn(Request):
    """``POST /v1/feedback``: whether an answer was right (1) or not (-1)."""

    answer_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    rating: Annotated[Literal[-1, 1], BeforeValidator(a_number)]
    comment: Annotated[str, StringConstraints(max_length=5000)] | None = None


class FeedbackOut(BaseModel):
    """What a reader said of an answer; a higher ``number`` is later."""

    number: int
    rating: Literal[-1, 1]
    comment: str | None
    question: str
    language: Literal["ba", "ru"]
    answered: bool
    answer: str
    citations: list[CitationOut]
    index_version: str
    created_at: str


class FeedbackListOut(BaseModel):
    """A page of ``GET /v1/admin/feedback``, latest first."""

    items: list[FeedbackOut]
    next_cursor: str | None


class RefusedOut(BaseModel):
    """A question that was not answered; a higher ``number`` is later."""

    number: int
    question: str
    language: Literal["ba", "ru"]
    reason: Literal["no_evidence", "low_confidence"]
    confidence: float
    asked_at: str


class RefusedListOut(BaseModel):
    """A page of ``GET /v1/admin/refused``, latest first."""

    items: list[RefusedOut]
    next_cursor: str | None
