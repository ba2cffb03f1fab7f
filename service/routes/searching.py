"""Searching."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.access import Asker
from service.asking import results
from service.bodies import JsonRoute
from service.leaving import while_waited_for
from service.schemas.searching import SearchIn, SearchOut
from service.state import ServiceState, State


class _RoomFirst(JsonRoute):
    """A route whose body is not even read where there is no room.

    That of a question must be: the answer to it may be at hand.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            state: ServiceState = request.app.state.service
            state.admission.require_room(request.state.caller.name)
            return await handle(request)

        return handled


router = APIRouter(prefix="/v1", tags=["asking"], route_class=_RoomFirst)


@router.post("/search", response_model=SearchOut)
async def search(
    body: SearchIn,
    state: State,
    asker: Asker,
    request: Request,
    group_by: Annotated[Literal["document"] | None, Query()] = None,
) -> SearchOut | Response:
    """Find passages, best first; with ``group_by=document`` documents by their best passage."""
    by_document = group_by == "document"
    found = state.answering.run(
        asker, lambda: results(state.pipeline, body, by_document, asker.filters)
    )
    return await while_waited_for(request, found)
