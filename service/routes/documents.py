"""Documents: adding, listing, reading, deleting. Ids stand percent-encoded in paths."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from index.errors import InvalidDocument
from index.library import decode_cursor, encode_cursor
from index.readers import Unreadable
from service.access import Asker
from service.bodies import JsonRoute
from service.problems import caller_language
from service.rendering import document_out, job_out
from service.schemas.documents import (
    DocumentDetailOut,
    DocumentIn,
    DocumentsIn,
    DocumentsOut,
)
from service.schemas.jobs import AcceptedOut
from service.state import State

router = APIRouter(prefix="/v1/documents", tags=["documents"], route_class=JsonRoute)


async def _decoded(document_id: str) -> str:
    return unquote(document_id, errors="replace")


DocumentId = Annotated[str, Depends(_decoded)]


_FILES = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
}


@router.post(
    "",
    status_code=202,
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": _FILES}}}},
)
def add(body: DocumentsIn, state: State, request: Request, response: Response) -> AcceptedOut:
    """Queue documents, as JSON or as files; the job says what becomes of each."""
    state.folder.indexer.require_compatible()
    given = (
        document.model_dump(exclude_unset=True)
        if isinstance(document, DocumentIn)
        else Unreadable(f"documents.{index}", InvalidDocument("document.object"))
        for index, document in enumerate(body.documents)
    )
    job_id = state.folder.jobs.accept(given, state.settings.max_document_bytes)
    state.worker.wake()
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return AcceptedOut(job=job_out(state.folder.jobs.get(job_id), caller_language(request)))


@router.get("")
def page(
    state: State,
    asker: Asker,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> DocumentsOut:
    """List the live documents by id."""
    after = None if not cursor else decode_cursor(cursor)
    records = state.folder.library.page(after, limit + 1, asker.filters)
    more = len(records) > limit
    return DocumentsOut.model_validate(
        {
            "items": [document_out(record).model_dump() for record in records[:limit]],
            "next_cursor": encode_cursor(records[limit - 1].id) if more else None,
        }
    )


@router.get("/{document_id}")
def one(document_id: DocumentId, state: State, asker: Asker) -> DocumentDetailOut:
    """Show one live document, and which others belong to it."""
    library, filters = state.folder.library, asker.filters
    return document_out(library.get(document_id, filters), library.relatives(document_id, filters))


@router.get("/{document_id}/text", response_class=PlainTextResponse)
def text(
    document_id: DocumentId,
    state: State,
    asker: Asker,
    version: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> PlainTextResponse:
    """Return the stored text that all offsets point into."""
    return PlainTextResponse(state.folder.library.text(document_id, version, asker.filters))


@router.delete("/{document_id}", status_code=204, response_class=Response)
def delete(document_id: DocumentId, state: State) -> None:
    """Delete a document; no later request returns it."""
    state.folder.library.delete(document_id)
