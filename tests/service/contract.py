"""The contract of the API, and what checks a response against it.

Its tables are written out here once more, field by field: a field that is missing, of another type
or not in the contract fails the test that reads the response.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tests.service.running import Json, Service

Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
TextLanguage = Literal["ba", "ru", "mixed", "other"]
Count = Annotated[int, Field(ge=0)]
Milliseconds = Annotated[float, Field(ge=0)]


class Exactly(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Highlight(Exactly):
    start: Count
    end: Count


class Scores(Exactly):
    dense: float
    lexical: float


class Section(Exactly):
    start: Count
    title: str


class Relative(Exactly):
    document_id: str
    title: str | None
    language: TextLanguage
    url: str | None
    certain: bool


class Hit(Exactly):
    document_id: str
    document_version: Annotated[int, Field(ge=1)]
    chunk_id: str
    title: str | None
    url: str | None
    language: TextLanguage
    published_at: Time | None
    start: Count
    end: Count
    quote: str
    score: float
    scores: Scores
    highlights: list[Highlight]
    page: Annotated[int, Field(ge=1)] | None
    section: str | None
    duplicates: list[Relative]
    translations: list[Relative]


class Citation(Exactly):
    number: Annotated[int, Field(ge=1)]
    document_id: str
    document_version: Annotated[int, Field(ge=1)]
    title: str | None
    url: str | None
    language: TextLanguage
    published_at: Time | None
    start: Count
    end: Count
    quote: Annotated[str, Field(min_length=1, max_length=500)]
    before: Annotated[str, Field(max_length=300)]
    after: Annotated[str, Field(max_length=300)]
    page: Annotated[int, Field(ge=1)] | None
    section: str | None
    translations: list[Relative]


class AnswerSpan(Exactly):
    start: Count
    end: Count
    citations: list[int]


class Generator(Exactly):
    kind: Literal["extractive", "generative"]
    model: str | None
    degraded: bool


class AskTimings(Exactly):
    retrieve: Milliseconds
    answer: Milliseconds
    total: Milliseconds


class Answer(Exactly):
    id: Annotated[str, Field(min_length=1)]
    question: str
    language: Literal["ba", "ru"]
    answered: bool
    answer: Annotated[str, Field(min_length=1)]
    answer_spans: list[AnswerSpan]
    confidence: Annotated[float, Field(ge=0, le=1)]
    reason: Literal["no_evidence", "low_confidence", "empty_index", "small_talk"] | None
    citations: list[Citation]
    related: list[Hit]
    sources: list[Hit]
    generator: Generator
    index_version: str
    timings_ms: AskTimings


class SearchTimings(Exactly):
    retrieve: Milliseconds
    total: Milliseconds


class Results(Exactly):
    results: list[Hit]
    language: TextLanguage
    index_version: str
    timings_ms: SearchTimings


class ListedDocument(Exactly):
    id: str
    title: str | None
    language: TextLanguage
    version: Annotated[int, Field(ge=1)]
    characters: Count
    chunks: Count
    url: str | None
    published_at: Time | None
    source: str | None
    updated_at: Time
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Document(ListedDocument):
    metadata: dict[str, str | int | float | bool]
    translation_of: str | None
    sections: list[Section]
    duplicates: list[Relative]
    translations: list[Relative]


class DocumentPage(Exactly):
    items: list[ListedDocument]
    next_cursor: str | None


class JobDocuments(Exactly):
    total: Count
    done: Count
    added: Count
    updated: Count
    unchanged: Count
    failed: Count


class JobError(Exactly):
    index: Count
    document: str | None
    reason: str


class Job(Exactly):
    id: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    documents: JobDocuments
    errors: list[JobError]
    index_version: str | None
    created_at: Time
    finished_at: Time | None
    ready: Count
    chunks: Count
    seconds_left: Annotated[float, Field(ge=0)] | None


class Accepted(Exactly):
    job: Job


class JobPage(Exactly):
    items: list[Job]
    next_cursor: str | None


class Item(Exactly):
    index: Count
    id: str | None
    state: str
    reason: str = ""


class ItemPage(Exactly):
    items: list[Item]
    next_cursor: str | None


class Progress(Exactly):
    job: Job
    ready: Count
    seconds_left: float | None


class Model(Exactly):
    name: str
    revision: str


class Counts(Exactly):
    documents: Count
    chunks: Count
    by_language: dict[TextLanguage, Count]
    by_source: dict[str, Count]


class Limits(Exactly):
    question_characters: int
    history_turns: int
    documents_per_request: int
    body_bytes: int
    document_bytes: int


class Condition(Exactly):
    published_at: Time | None
    vectors: Literal["flat", "inverted", "milvus"] | None
    disk_bytes: Count
    index_bytes: Count
    free_bytes: Count
    process_bytes: Count
    compaction_due: bool


class Information(Exactly):
    version: str
    embedding_model: Model
    index_version: str
    counts: Counts
    limits: Limits
    index: Condition | None


class Status(Exactly):
    status: Literal["ok", "ready"]


class Meta(Exactly):
    id: str
    language: Literal["ba", "ru"]
    index_version: str


class Delta(Exactly):
    text: str


def checked(shape: Any, value: Any) -> Any:
    """Return ``value`` as ``shape``, which it fits exactly."""
    return TypeAdapter(shape).validate_json(TypeAdapter(Any).dump_json(value))


def require_true_offsets(service: Service, passage: Json) -> str:
    """Check that a citation or a hit stands where it says, and return its document's text."""
    text = service.text(passage["document_id"], passage["document_version"])
    assert text[passage["start"] : passage["end"]] == passage["quote"]
    return text
