"""Settings of answering, on top of those of indexing."""

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, field_validator
from pydantic_core.core_schema import ValidationInfo

from index.settings import IndexSettings


class AnswerSettings(IndexSettings):
    """How sure an answer must be, and which language model writes it, if any."""

    accepted_wrong: float = Field(
        default=0.36,
        ge=0,
        le=1,
        description="share of wrong answers that is accepted; refused is what is less sure than it "
        "takes, as measured on the gold questions",
    )
    llm_base_url: Annotated[str, StringConstraints(pattern=r"^(?:https?://.+)?$")] = Field(
        default="",
        description="OpenAI-compatible endpoint of a language model; without it answers are "
        "extractive",
    )
    llm_model: str = Field(
        default="",
        validate_default=True,
        description="name of the language model at that endpoint",
    )
    llm_api_key: SecretStr | None = Field(default=None, description="key of that endpoint")
    llm_timeout: float = Field(
        default=30.0,
        gt=0,
        le=600,
        description="seconds after a question came until which the language model is waited for",
    )
    llm_prompt_tokens: int = Field(
        default=3000, ge=1000, description="longest prompt, in tokens of cl100k_base"
    )
    llm_failures: int = Field(
        default=3,
        ge=1,
        description="failures in a row after which the language model is left alone",
    )
    llm_pause: float = Field(default=30.0, ge=0, description="for so many seconds")

    @field_validator("llm_model")
    @classmethod
    def _with_its_endpoint(cls, model: str, info: ValidationInfo) -> str:
        if bool(model) != bool(info.data.get("llm_base_url", model)):
            raise ValueError("YAUAP_LLM_BASE_URL and YAUAP_LLM_MODEL belong together")
        return model
