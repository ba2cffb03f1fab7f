"""What the widget needs beside asking: sessions, and questions to begin with."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header

from service.access import Asker
from service.bodies import JsonRoute
from service.schemas.widget import SuggestionsOut, WidgetIn, WidgetOut
from service.state import State

router = APIRouter(prefix="/v1/widget", tags=["widget"], route_class=JsonRoute)


@router.post("/session")
def open_session(
    body: WidgetIn, state: State, origin: Annotated[str | None, Header()] = None
) -> WidgetOut:
    """Give a page of an allowed origin a token that can only ask, for a short while."""
    token, end = state.widget.open(body.key, origin)
    moment = datetime.fromtimestamp(end, UTC).isoformat(timespec="seconds")
    return WidgetOut(token=token, expires_at=moment.replace("+00:00", "Z"))


@router.post("/suggestions")
async def suggest(state: State, asker: Asker) -> SuggestionsOut:
    """Offer questions that come from the documents and are answered by them."""
    found = state.suggesting.known(asker.filters)
    if found is None:
        found = await state.answering.run(asker, lambda: state.suggesting.found(asker.filters))
    return SuggestionsOut(suggestions=found)
