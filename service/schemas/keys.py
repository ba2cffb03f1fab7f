"""Keys, as the operator makes and sees them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictInt, StringConstraints

from service.schemas.filters import FiltersIn
from service.schemas.requests import Request


class KeyIn(Request):
    """``POST /v1/admin/keys``. A publishable key has origins; what only asks or reads, filters."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    scopes: Annotated[
        list[Literal["ask", "read", "ingest", "admin", "publishable"]],
        Field(min_length=1, max_length=5),
    ]
    days: Annotated[StrictInt, Field(ge=1, le=36_500)] | None = None
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
