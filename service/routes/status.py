"""What is in there, and whether it can answer."""

from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import Response

from index.messages import message
from index.reader import EMPTY_VERSION
from service.problems import caller_language, problem
from service.schemas import CountsOut, InfoOut, LimitsOut, ModelOut, StatusOut
from service.state import State

router = APIRouter(tags=["status"])


@router.get("/v1/info")
def info(state: State) -> InfoOut:
    """Say which model and index answer, and how much is in there."""
    census = state.folder.library.census()
    spec = state.folder.embedder.spec
    return InfoOut(
        version=version("yauap"),
        embedding_model=ModelOut(name=spec.name, revision=spec.revision),
        index_version=state.folder.index.version(),
        counts=CountsOut(
            documents=census.documents,
            chunks=census.chunks,
            by_language=census.by_language,
            by_source=census.by_source,
        ),
        limits=LimitsOut(
            body_bytes=state.settings.max_body_bytes,
            document_bytes=state.settings.max_document_bytes,
        ),
    )


@router.get("/healthz")
def alive() -> StatusOut:
    """Say that the process is alive."""
    return StatusOut(status="ok")


@router.get("/readyz", response_model=StatusOut)
def ready(state: State, request: Request) -> StatusOut | Response:
    """Say whether questions can be answered, and if not, why."""
    why = None
    if not state.model_loaded:
        why = "http.loading"
    elif state.folder.index.version() == EMPTY_VERSION:
        why = "answer.empty_index"
    else:
        with state.folder.index.view() as view:  # raises where the snapshot cannot be searched
            why = "answer.empty_index" if view.is_empty else None
    if why is None:
        return StatusOut(status="ready")
    return problem("unavailable", message(why, caller_language(request)), request.url.path)
