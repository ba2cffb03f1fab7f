"""Documents: found, added, read with their chunks and sentences, deleted."""

from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from index.filters import Filters
from index.library import decode_cursor, encode_cursor
from index.readers.formats import SUFFIXES
from index.text.sentences import sentence_spans
from service.access import Caller
from service.asking import results
from service.console.doors import Form, Operator, console_router, field
from service.console.pages import Pages
from service.refusal import Refusal
from service.schemas.searching import HitOut, SearchIn
from service.state import ServiceState, State
from service.uploading import accept_uploads

router = console_router()

_PAGE = 50
_CHUNKS = 40

Words = Annotated[str, Query(max_length=2000)]


@router.get("/documents")
async def documents_page(
    pages: Operator,
    state: State,
    q: Words = "",
    where: Literal["names", "texts"] = "names",
    language: Annotated[str, Query(max_length=10)] = "",
    source: Words = "",
    cursor: Words = "",
    done: Literal["deleted"] | None = None,
) -> Response:
    """List documents by id, those of a name, or those whose text is nearest to some words."""
    given = Filters(language=(language,) if language else (), source=(source,) if source else ())
    found: list[HitOut] = []
    if where == "texts" and q.strip():
        found = await _found(state, pages, q, given)
        listed = None
    else:
        after = decode_cursor(cursor) if cursor else None
        listed = await run_in_threadpool(state.folder.library.page, after, _PAGE + 1, given, q)
    asked = {"q": q, "where": where, "language": language, "source": source}
    more = listed is not None and len(listed) > _PAGE
    next_page = None
    if listed is not None and more:
        next_page = {**asked, "cursor": encode_cursor(listed[_PAGE - 1].id)}
    return await run_in_threadpool(
        pages.show,
        "documents",
        documents=None if listed is None else listed[:_PAGE],
        hits=found,
        asked=asked,
        next_page=next_page,
        is_first=not cursor,
        done=done,
        suffixes=sorted(SUFFIXES),
        most_bytes=state.settings.max_body_bytes,
    )


@router.post("/documents")
async def upload(pages: Operator, form: Form, state: State) -> Response:
    """Queue files; the job's page says what becomes of them."""
    files = [
        part for part in form.getlist("files") if isinstance(part, UploadFile) and part.filename
    ]
    if not files:
        raise Refusal("bad-request", "console.no_files")
    job = await accept_uploads(state, files)
    return pages.go(f"/jobs/{job.id}")


@router.get("/document")
def document_page(
    pages: Operator,
    state: State,
    id: Annotated[str, Query(max_length=2000)],  # as the address says it
    start: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Response:
    """Show a document with its text from ``start`` on, in chunks and sentences."""
    library = state.folder.library
    record = library.get(id)
    text = library.text(id, record.version)
    chunks = library.chunks(id, start, _CHUNKS + 1)
    shown = [
        (chunk, [span.of(part) for span in sentence_spans(part)])
        for chunk in chunks[:_CHUNKS]
        for part in (chunk.span.of(text),)
    ]
    return pages.show(
        "document",
        document=record,
        chunks=shown,
        start=start,
        following=chunks[_CHUNKS].span.start if len(chunks) > _CHUNKS else None,
    )


@router.post("/document/deletion")
def delete(pages: Operator, form: Form, state: State) -> Response:
    """Delete a document."""
    state.folder.library.delete(field(form, "id"))
    return pages.go("/documents", done="deleted")


async def _found(state: ServiceState, pages: Pages, words: str, filters: Filters) -> list[HitOut]:
    try:
        query = SearchIn(query=words, top_k=_PAGE)
    except ValidationError as error:
        raise Refusal("invalid-request", "cli.question") from error
    caller: Caller = pages.request.state.caller
    found = await state.answering.run(caller, lambda: results(state.pipeline, query, True, filters))
    return found.results
