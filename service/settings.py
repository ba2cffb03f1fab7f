"""Settings of the service, on top of those of answering."""

from typing import Annotated

from limits import parse
from pydantic import AfterValidator, Field, SecretStr

from rag.settings import AnswerSettings


def split(text: str) -> tuple[str, ...]:
    """Return the parts of a list that is written with commas."""
    return tuple(part for part in (part.strip() for part in text.split(",")) if part)


def _rate(text: str) -> str:
    if text:
        parse(text)  # raises ValueError
    return text


def _address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("it begins with http:// or https://")
    return text


Rate = Annotated[str, AfterValidator(_rate)]


class ServiceSettings(AnswerSettings):
    """Where the service listens, how much it takes and keeps, and in which language it speaks."""

    host: str = Field(
        default="127.0.0.1", description="address of the service; without keys loopback only"
    )
    port: int = Field(default=8000, ge=0, le=65535, description="port of the service; 0: any free")
    workers: int = Field(default=1, ge=1, le=64, description="processes that serve")
    max_body_bytes: int = Field(
        default=50_000_000, ge=1000, description="largest body of a request, in bytes"
    )
    max_concurrent: int = Field(
        default=2, ge=1, le=1000, description="questions worked on at a time"
    )
    max_waiting: int = Field(
        default=4,
        ge=0,
        le=10_000,
        description="further questions that wait; where the crowd lasts, as many as are worked on; "
        "the rest get 429",
    )
    request_timeout: float = Field(
        default=60.0, gt=0, description="seconds after which a question is given up"
    )
    body_timeout: float = Field(
        default=120.0, gt=0, description="seconds that the body of a request may take to arrive"
    )
    key: SecretStr | None = Field(
        default=None, description="key that `--url` sends to a running service"
    )
    rate_per_key: Rate = Field(
        default="1200/minute", description="requests of a key; empty: any number"
    )
    rate_per_address: Rate = Field(
        default="1200/minute", description="requests from an address; empty: any number"
    )
    trusted_proxies: str = Field(
        default="",
        description="addresses of proxies whose `X-Forwarded-For` is believed, with commas",
    )
    cors_origins: str = Field(
        default="", description="origins whose pages may call the service, with commas"
    )
    cache_bytes: int = Field(
        default=32_000_000, ge=0, description="memory for answers that are asked for again"
    )
    kept_answers: int = Field(
        default=10_000, ge=0, description="latest answers that feedback can be given to"
    )
    kept_refusals: int = Field(
        default=0, ge=0, description="latest refused questions kept for the editor"
    )
    log_questions: bool = Field(default=False, description="whether questions stand in the log")
    otlp_endpoint: Annotated[str, AfterValidator(_address)] = Field(
        default="", description="OpenTelemetry collector that takes traces over HTTP"
    )
    widget_seconds: int = Field(
        default=900, ge=60, le=86_400, description="how long a widget session lasts"
    )
    rate_per_session: Rate = Field(
        default="20/minute", description="requests of a widget session, and sessions of an address"
    )
    console_seconds: int = Field(
        default=3600,
        ge=60,
        le=43_200,
        description="how long the console stays signed in while it is not used",
    )
    rate_sign_in: Rate = Field(
        default="10/minute", description="attempts of an address to sign in to the console"
    )
    language: str = Field(
        default="", description="language of the command line: ba, ru or en; else the locale's"
    )
