"""What only the operator sees."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.schemas import RefusedListOut
from service.state import State

router = APIRouter(prefix="/v1/admin", tags=["operator"])


@router.get("/refused")
def refused(state: State, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> RefusedListOut:
    """List the latest questions that were not answered, where the settings have them kept."""
    return RefusedListOut(items=state.recent.refused(limit))
