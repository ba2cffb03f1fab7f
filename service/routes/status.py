"""What is in there, and whether it can answer."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from index.messages import message
from index.reader import EMPTY_VERSION
from service.access import Asker
from service.information import information
from service.problems import caller_language, problem
from service.schemas.status import InfoOut, StatusOut
from service.state import State

router = APIRouter(tags=["status"])


@router.get("/v1/info")
def info(state: State, asker: Asker) -> InfoOut:
    """Say which model and index answer, and how much is in there."""
    return information(state.folder, state.settings, asker.filters)


@router.get("/healthz")
def alive() -> StatusOut:
    """Say that the process is alive."""
    return StatusOut(status="ok")


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(state: State) -> Response:
    """Return the counts of this process, for Prometheus."""
    return Response(state.metrics.as_text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/readyz", response_model=StatusOut)
def ready(state: State, request: Request) -> StatusOut | Response:
    """Say whether questions can be answered, and if not, why."""
    why = None
    if state.model_failed:
        why = "http.no_model"
    elif not state.model_loaded:
        why = "http.loading"
    elif state.folder.index.version() == EMPTY_VERSION:
        why = "answer.empty_index"
    else:
        with state.folder.index.view() as view:  # raises where the snapshot cannot be searched
            view.require_reachable()
            why = "answer.empty_index" if view.is_empty else None
    if why is None:
        return StatusOut(status="ready")
    return problem("unavailable", message(why, caller_language(request)), request.url.path)
