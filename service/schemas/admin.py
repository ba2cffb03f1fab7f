"""What the operator sees of the index and of the latest evaluation."""

from typing import Literal

from pydantic import BaseModel

from service.schemas.status import CountsOut, ModelOut


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
