"""Widget sessions, and questions to begin with."""

from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints

from service.schemas.requests import Request


class WidgetIn(Request):
    """``POST /v1/widget/session``: a publishable key."""

    key: Annotated[str, StringConstraints(max_length=200)]


class WidgetOut(BaseModel):
    """A token that can only ask, until ``expires_at``."""

    token: str
    expires_at: str


class SuggestionOut(BaseModel):
    """A question that the documents suggest and answer."""

    question: str
    language: Literal["ba", "ru"]


class SuggestionsOut(BaseModel):
    """``POST /v1/widget/suggestions``; empty where none was found."""

    suggestions: list[SuggestionOut]
