"""Documents: as they are given, and as they are told."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.requests import Request


class DocumentIn(BaseModel):
    """A document of ``POST /v1/documents``.

    Only described here: what is wrong with one document fails that document, not the request.
    Even what is no object is taken, so that it can fail alone.
    """

    model_config = ConfigDict(extra="allow")

    id: Any = Field(default=None, description="1–200 printable characters; default: a content hash")
    title: Any = Field(default=None, description="string")
    text: Any = Field(default=None, description="string; required")
    language: Any = Field(default=None, description="ba, ru, mixed or other; default: detected")
    url: Any = Field(default=None, description="string")
    published_at: Any = Field(default=None, description="RFC 3339 date or time")
    source: Any = Field(default=None, description="string")
    metadata: Any = Field(default=None, description="object of strings, numbers and booleans")
    translation_of: Any = Field(
        default=None, description="id of the document in the other language"
    )
    sections: Any = Field(
        default=None,
        description="list of {start, title}: the code point where each begins, and its heading",
    )


AnyDocument = Annotated[DocumentIn | Any, Field(union_mode="left_to_right")]


class DocumentsIn(Request):
    """``POST /v1/documents``."""

    documents: Annotated[list[AnyDocument], Field(min_length=1, max_length=10_000)]


class RelativeOut(BaseModel):
    """Another document that belongs to one: a near-duplicate, or its version in the other language.

    ``certain``: a copy to the letter, or a translation given as one; else it was found.
    """

    document_id: str
    title: str | None
    language: str
    url: str | None
    certain: bool


class DocumentOut(BaseModel):
    """A live document of the list."""

    id: str
    title: str | None
    language: str
    version: int
    characters: int
    chunks: int
    url: str | None
    published_at: str | None
    source: str | None
    updated_at: str
    sha256: str


class SectionOut(BaseModel):
    """A section: where its heading stands, in code points of the stored text, and the heading."""

    start: int
    title: str


class DocumentDetailOut(DocumentOut):
    """One live document."""

    metadata: dict[str, Any]
    translation_of: str | None
    sections: list[SectionOut] = []
    duplicates: list[RelativeOut] = []
    translations: list[RelativeOut] = []


class DocumentsOut(BaseModel):
    """A page of documents, by id."""

    items: list[DocumentOut]
    next_cursor: str | None
