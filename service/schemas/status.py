"""What is in there, and whether it can answer."""

from typing import Literal

from pydantic import BaseModel


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
    the nearest passages are found by comparing all of them (flat), approximately (inverted), or by
    Milvus (milvus).
    """

    published_at: str | None
    vectors: Literal["flat", "inverted", "milvus"] | None
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


class StatusOut(BaseModel):
    """``GET /healthz`` and ``GET /readyz``."""

    status: Literal["ok", "ready"]
