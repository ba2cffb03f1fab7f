"""Searching."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictInt

from service.schemas.documents import RelativeOut
from service.schemas.filters import FiltersIn
from service.schemas.requests import Request, Text


class SearchIn(Request):
    """``POST /v1/search``."""

    query: Text = Field(examples=["студенческие городки к 2036 году"])
    top_k: Annotated[StrictInt, Field(ge=1, le=200)] = 10
    mode: Literal["hybrid", "dense", "lexical"] = "hybrid"
    filters: FiltersIn = FiltersIn()


class SpanOut(BaseModel):
    """Code points ``start`` to ``end`` (exclusive) of the document's stored text."""

    start: int
    end: int


class ScoresOut(BaseModel):
    """Cosine and BM25 of a hit."""

    dense: float
    lexical: float


class HitOut(BaseModel):
    """A passage that was found, on which page (from 1) and under which heading it begins."""

    document_id: str
    document_version: int
    chunk_id: str
    title: str | None
    url: str | None
    language: str
    published_at: str | None
    start: int
    end: int
    quote: str
    score: float
    scores: ScoresOut
    highlights: list[SpanOut]
    page: int | None = None
    section: str | None = None
    duplicates: list[RelativeOut] = []
    translations: list[RelativeOut] = []


class SearchTimings(BaseModel):
    """Milliseconds."""

    retrieve: float
    total: float


class SearchOut(BaseModel):
    """The results of ``POST /v1/search``, best first."""

    results: list[HitOut]
    language: Literal["ba", "ru", "mixed", "other"]
    index_version: str
    timings_ms: SearchTimings
