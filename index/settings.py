"""Settings of indexing; each is an environment variable ``YAUAP_…``, read when constructed."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.readers.limits import Limits


def _vectors(place: str) -> str:
    if place != "faiss" and not re.fullmatch(r"https?://[^@\s]+|[^@\s:]+\.db", place):
        raise ValueError(
            "it is faiss, http://HOST:PORT without user and password (YAUAP_MILVUS_TOKEN), "
            "or a file that ends in .db"
        )
    return place


class IndexSettings(BaseSettings):
    """Where things lie, which model embeds, and how large things may be."""

    model_config = SettingsConfigDict(env_prefix="YAUAP_", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default=Path(".data"), description="folder of everything that is written at run time"
    )
    model_dir: Path = Field(
        default=Path("~/.cache/yauap/models"),
        description="folder of converted models, shared by all data folders",
    )
    model: str = Field(
        default="bundled",
        description="`bundled`, `bundled-base` (not adapted to Bashkir), a folder, or the name of "
        "a sentence-transformers model",
    )
    query_prefix: str | None = Field(
        default=None, description="put before a query; by default what the model expects"
    )
    passage_prefix: str | None = Field(
        default=None, description="put before a passage; by default what the model expects"
    )
    chunk_tokens: int = Field(
        default=192, ge=32, le=448, description="longest chunk, in tokens of the embedding model"
    )
    batch_size: int = Field(default=32, ge=1, le=1024, description="chunks embedded at a time")
    ray_workers: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="processes of one core each that chunk and embed large jobs through Ray; "
        "0: this process does",
    )
    ray_address: str = Field(
        default="",
        pattern=r"^$|^[^/\s]+:\d{1,5}$",
        description="host and port of the Ray cluster where they run; by default this machine",
    )
    exact_chunks: int = Field(
        default=20_000,
        ge=0,
        description="up to so many chunks the nearest are found exactly; of more, nearly always",
    )
    vectors: Annotated[str, AfterValidator(_vectors)] = Field(
        default="faiss",
        description="where vectors are put: `faiss`, into files of the data folder; the address of "
        "a Milvus server; or a file that ends in `.db`, for Milvus Lite in this process",
    )
    milvus_token: SecretStr | None = Field(
        default=None, description="`user:password` or key that Milvus asks for"
    )
    milvus_timeout: float = Field(
        default=10.0, gt=0, le=600, description="seconds that Milvus has for a call of a question"
    )
    max_document_bytes: int = Field(
        default=20_000_000,
        ge=1,
        description="largest document, in bytes of UTF-8, and largest file of plain text",
    )
    max_file_bytes: int = Field(
        default=100_000_000, ge=1, description="largest file of any other format, in bytes"
    )
    max_expanded_bytes: int = Field(
        default=500_000_000,
        ge=1,
        description="most that a file and the archives in it may unpack to, in bytes",
    )
    max_archive_files: int = Field(
        default=10_000, ge=1, description="most files of an archive, those of inner ones included"
    )
    max_nesting: int = Field(
        default=3, ge=1, description="how deep archives may lie in each other; 1: no inner ones"
    )
    max_pages: int = Field(default=5_000, ge=1, description="most pages of a PDF")
    max_parse_seconds: float = Field(
        default=60, gt=0, description="longest that one file may take to be parsed"
    )
    max_parse_memory_bytes: int = Field(
        default=2_000_000_000, ge=200_000_000, description="most memory that parsing may take"
    )

    bucket: str = Field(
        default="",
        pattern=r"^(s3://[^/?#\s]+(/[^?#\s]*)?)?$",
        description="S3-compatible bucket, `s3://NAME/PREFIX`, that all that is published goes to",
    )
    writer: str = Field(
        default="",
        description="address of the service that writes; this one then follows the bucket",
    )

    @field_validator("bucket")
    @classmethod
    def _holds_vectors(cls, bucket: str, info: ValidationInfo) -> str:
        if bucket and info.data.get("vectors", "faiss") != "faiss":
            raise ValueError("what goes to a bucket has its vectors in files: YAUAP_VECTORS=faiss")
        return bucket

    @field_validator("writer")
    @classmethod
    def _follows_a_bucket(cls, writer: str, info: ValidationInfo) -> str:
        if writer and not info.data.get("bucket"):
            raise ValueError("YAUAP_BUCKET must say which bucket is followed")
        return writer

    def reading_limits(self) -> Limits:
        """Return how much one file may be, hold, take and grow to."""
        return Limits(
            document_bytes=self.max_document_bytes,
            file_bytes=self.max_file_bytes,
            expanded_bytes=self.max_expanded_bytes,
            archive_files=self.max_archive_files,
            nesting=self.max_nesting,
            pages=self.max_pages,
            parse_seconds=self.max_parse_seconds,
            parse_memory_bytes=self.max_parse_memory_bytes,
        )
