"""Settings of indexing; each is an environment variable ``YAUAP_…``, read when constructed."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    max_document_bytes: int = Field(
        default=20_000_000, ge=1, description="largest document or file, in bytes of UTF-8"
    )
