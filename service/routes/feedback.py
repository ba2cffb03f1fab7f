"""What readers say of answers."""

from fastapi import APIRouter, Response

from service.bodies import JsonRoute
from service.schemas.feedback import FeedbackIn
from service.state import State

router = APIRouter(prefix="/v1", tags=["asking"], route_class=JsonRoute)


@router.post("/feedback", status_code=204, response_class=Response)
def give(body: FeedbackIn, state: State) -> None:
    """Store whether an answer was right; a second word on the same answer replaces the first."""
    state.feedback.keep(body, state.recent)
