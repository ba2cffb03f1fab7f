"""Bodies of requests and responses, as the contract names them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from index.documents import rfc3339
from index.filters import Filters
from index.text.normalise import stored_text
from rag.types import Ask, Turn

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
# A string with a constraint is also checked to be Unicode: a lone surrogate is refused.
Value = Annotated[str, StringConstraints(max_length=2000), AfterValidator(stored_text)]
Scalar = Value | int | float | bool
# What one condition may list, so that all conditions together fit into a statement of SQLite.
_most_values = Field(max_length=1000)
Values = Annotated[list[Value], _most_values]


def _end_of_day(text: str) -> str:
    return rfc3339(f"{text}T23:59:59" if len(text) == 10 else text)  # a bare date is the whole day


class Request(BaseModel):
    """A body from a client; a field that is not known is a mistake, not to be passed over."""

    model_config = ConfigDict(extra="forbid")


class DateRange(Request):
    """Bounds of the date of publication, both inclusive."""

    gte: Annotated[str, AfterValidator(rfc3339)] | None = None
    lte: Annotated[str, AfterValidator(_end_of_day)] | None = None


class FiltersIn(Request):
    """Conditions on passages; all that are given hold."""

    language: Annotated[list[Literal["ba", "ru", "mixed", "other"]], _most_values] = []
    document_id: Values = []
    source: Values = []
    published_at: DateRange = DateRange()
    metadata: Annotated[
        dict[Value, Annotated[list[Scalar], _most_values]], Field(max_length=20)
    ] = {}

    @classmethod
    def of(cls, filters: Filters) -> "FiltersIn":
        """Return ``filters`` as a request would give them."""
        return cls.model_validate({
            "language": [*filters.language],
            "document_id": [*filters.document_id],
            "source": [*filters.source],
            "published_at": {"gte": filters.published_from, "lte": filters.published_to},
            "metadata": {key: [*values] for key, values in filters.metadata.items()},
        })  # fmt: skip

    def to_filters(self) -> Filters:
        """Return them as the index reads them."""
        return Filters(
            language=tuple(self.language),
            document_id=tuple(self.document_id),
            source=tuple(self.source),
            published_from=self.published_at.gte,
            published_to=self.published_at.lte,
            metadata={
                key: tuple(str(int(v)) if isinstance(v, bool) else str(v) for v in values)
                for key, values in self.metadata.items()
                if values
            },
        )


class TurnIn(Request):
    """An earlier message."""

    role: Literal["user", "assistant"]
    content: Annotated[str, StringConstraints(max_length=20_000)]


class AskIn(Request):
    """``POST /v1/ask``."""

    question: Text = Field(examples=["Түңәрәк өҫтәлдең модераторы кем булды?"])
    language: Literal["auto", "ba", "ru"] = "auto"
    mode: Literal["auto", "extractive", "generative"] = "auto"
    top_k: Annotated[int, Field(ge=1, le=50)] = 8
    filters: FiltersIn = FiltersIn()
    history: Annotated[list[TurnIn], Field(max_length=20)] = []
    stream: bool = False

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


class SearchIn(Request):
    """``POST /v1/search``."""

    query: Text = Field(examples=["студенческие городки к 2036 году"])
    top_k: Annotated[int, Field(ge=1, le=200)] = 10
    mode: Literal["hybrid", "dense", "lexical"] = "hybrid"
    filters: FiltersIn = FiltersIn()


class FeedbackIn(Request):
    """``POST /v1/feedback``: whether an answer was right (1) or not (-1)."""

    answer_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    rating: Literal[-1, 1]
    comment: Annotated[str, StringConstraints(max_length=5000)] | None = None


class WidgetIn(Request):
    """``POST /v1/widget/session``: a publishable key."""

    key: Annotated[str, StringConstraints(max_length=200)]


class DocumentIn(BaseModel):
    """A document of ``POST /v1/documents``.

    Only described here: what is wrong with one document fails that document, not the request.
    """

    model_config = ConfigDict(extra="allow")

    id: Any = Field(default=None, description="1–200 printable characters; default: a content hash")
    title: Any = Field(default=None, description="string")
    text: Any = Field(default=None, description="string; required")
    language: Any = Field(default=None, description="ba, ru, mixed or other; default: detected")
    url: Any = Field(default=None, description="string")
    published_at: Any = Field(default=None, description="RFC 3339 date or time")
    source: Any = Field(default=None, description="string")
    metadata: Any = Field(default=None, description="object of strings, numbers and booleans")
    translation_of: Any = Field(
        default=None, description="id of the document in the other language"
    )


class DocumentsIn(Request):
    """``POST /v1/documents``."""

    documents: Annotated[list[DocumentIn], Field(min_length=1, max_length=10_000)]


class SpanOut(BaseModel):
    """Code points ``start`` to ``end`` (exclusive) of the document's stored text."""

    start: int
    end: int


class ScoresOut(BaseModel):
    """Cosine and BM25 of a hit."""

    dense: float
    lexical: float


class RelativeOut(BaseModel):
    """Another document that belongs to one: a near-duplicate, or its version in the other language.

    ``certain``: a copy to the letter, or a translation given as one; else it was found.
    """

    document_id: str
    title: str | None
    language: str
    url: str | None
    certain: bool


class HitOut(BaseModel):
    """A passage that was found; ``page`` counts from 1, in formats that have pages."""

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
    duplicates: list[RelativeOut] = []
    translations: list[RelativeOut] = []


class CitationOut(BaseModel):
    """A verified quotation."""

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


class DocumentOut(BaseModel):
    """A live document of the list."""

    id: str
    title: str | None
    language: str
    version: int
    characters: int
    chunks: int
    url: str | None
    published_at: str | None
    source: str | None
    updated_at: str
    sha256: str


class DocumentDetailOut(DocumentOut):
    """One live document."""

    metadata: dict[str, Any]
    translation_of: str | None
    duplicates: list[RelativeOut] = []
    translations: list[RelativeOut] = []


class DocumentsOut(BaseModel):
    """A page of documents, by id."""

    items: list[DocumentOut]
    next_cursor: str | None


class JobDocumentsOut(BaseModel):
    """What became of a job's documents."""

    total: int
    done: int
    added: int
    updated: int
    unchanged: int
    failed: int


class JobErrorOut(BaseModel):
    """Why one document did not go in; ``index`` is its place in the request."""

    index: int
    document: str | None
    reason: str


class JobOut(BaseModel):
    """A job."""

    id: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    documents: JobDocumentsOut
    errors: list[JobErrorOut]
    index_version: str | None
    created_at: str
    finished_at: str | None
    ready: int = Field(description="documents done, or waiting to be published with the others")
    chunks: int = Field(description="passages of its new and changed documents so far")
    seconds_left: float | None = Field(description="estimate; null where there is none")


class JobsOut(BaseModel):
    """A page of jobs, the newest first."""

    items: list[JobOut]
    next_cursor: str | None


class JobItemOut(BaseModel):
    """What became of one document of a job."""

    index: int
    id: str | None
    state: Literal[
        "pending", "staged", "added", "updated", "unchanged", "failed", "superseded", "cancelled"
    ]
    reason: str | None = None


class JobItemsOut(BaseModel):
    """A page of a job's documents, in the order in which they were given."""

    items: list[JobItemOut]
    next_cursor: str | None


class JobProgressOut(BaseModel):
    """An event ``progress``: the job, how many of its documents are ready, and how long the rest
    may take.
    """

    job: JobOut
    ready: int
    seconds_left: float | None


class AcceptedOut(BaseModel):
    """The answer of ``POST /v1/documents``."""

    job: JobOut


class ModelOut(BaseModel):
    """The embedding model."""

    name: str
    revision: str


class CountsOut(BaseModel):
    """How much there is."""

    documents: int
    chunks: int
    by_language: dict[str, int]
    by_source: dict[str, int]


class LimitsOut(BaseModel):
    """How much is taken."""

    question_characters: int = 2000
    history_turns: int = 20
    documents_per_request: int = 10_000
    body_bytes: int
    document_bytes: int


class ConditionOut(BaseModel):
    """Sizes in bytes: of the data folder; of the published index, all of which is in memory where
    much is asked; of what deletions have left; and of this process in memory. ``vectors``: whether
    the nearest passages are found by comparing all of them (flat) or approximately (inverted).
    """

    published_at: str | None
    vectors: Literal["flat", "inverted"] | None
    disk_bytes: int
    index_bytes: int
    free_bytes: int
    process_bytes: int
    compaction_due: bool


class InfoOut(BaseModel):
    """``GET /v1/info``; ``index`` is null for a caller who may not see all documents."""

    version: str
    embedding_model: ModelOut
    index_version: str
    counts: CountsOut
    limits: LimitsOut
    index: ConditionOut | None


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


class KeyIn(Request):
    """``POST /v1/admin/keys``. A publishable key has origins; what only asks or reads, filters."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    scopes: Annotated[
        list[Literal["ask", "read", "ingest", "admin", "publishable"]],
        Field(min_length=1, max_length=5),
    ]
    days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    filters: FiltersIn = FiltersIn()
    origins: Annotated[
        list[Annotated[str, StringConstraints(max_length=300)]], Field(max_length=100)
    ] = []


class KeyOut(BaseModel):
    """A key without its secret."""

    id: str
    name: str
    scopes: list[str]
    filters: dict[str, Any]
    origins: list[str]
    holds: bool
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class KeysOut(BaseModel):
    """``GET /v1/admin/keys``, oldest first."""

    items: list[KeyOut]


class NewKeyOut(BaseModel):
    """A new key; ``secret`` is what its holder sends, and is told this once."""

    key: KeyOut
    secret: str


class CompactionOut(BaseModel):
    """The latest compaction that this process was asked for."""

    state: Literal["idle", "queued", "running", "succeeded", "failed"]
    finished_at: str | None
    reason: str | None


class IndexOut(BaseModel):
    """``GET /v1/admin/index``. ``reason`` says why the index cannot be searched, where it cannot.

    ``deleted_chunks`` wait for a compaction; ``bytes`` are those of the data folder on disk.
    """

    index_version: str
    published_at: str | None
    reason: str | None
    embedding_model: ModelOut
    counts: CountsOut
    deleted_chunks: int
    bytes: int
    compaction: CompactionOut


class FigureOut(BaseModel):
    """A measure of an evaluation: ``part`` of ``whole``; a rate with its 95 % interval, or none."""

    questions: int
    part: float
    whole: float
    value: float | None
    low: float | None
    high: float | None


class EvaluationOut(BaseModel):
    """``GET /v1/admin/evaluation``: the latest finished run; figures by slice and measure."""

    name: str
    created_at: str
    commit: str
    index_version: str | None
    documents: int
    questions: int
    answerable: int
    slices: dict[str, dict[str, FigureOut]]


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


class StatusOut(BaseModel):
    """``GET /healthz`` and ``GET /readyz``."""

    status: Literal["ok", "ready"]


class ProblemOut(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] | None = None
