"""Settings of answering, on top of those of indexing."""

from pydantic import Field

from index.settings import IndexSettings


class AnswerSettings(IndexSettings):
    """How sure an answer must be."""

    min_confidence: float = Field(
        default=0.35,
        ge=0,
        le=1,
        description="answers less likely right than this are refused",
    )
