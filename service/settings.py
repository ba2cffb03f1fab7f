"""Settings of the service, on top of those of answering."""

from pydantic import Field

from rag.settings import AnswerSettings


class ServiceSettings(AnswerSettings):
    """Where the service listens, how much it takes, and in which language it speaks."""

    host: str = Field(default="127.0.0.1", description="address of the service; loopback only")
    port: int = Field(default=8000, ge=0, le=65535, description="port of the service; 0: any free")
    max_body_bytes: int = Field(
        default=50_000_000, ge=1000, description="largest body of a request, in bytes"
    )
    language: str = Field(
        default="", description="language of the command line: ba, ru or en; else the locale's"
    )
