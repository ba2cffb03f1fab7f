"""What readers said of answers, and what could not be answered; both as files too."""

from typing import Annotated, Literal

from fastapi import Query, Response

from service.console.doors import Operator, console_router
from service.cursors import cursor_of, number_of
from service.exports import ExportFormat, export_feedback, export_refused
from service.state import State

router = console_router()

_PAGE = 50
Cursor = Annotated[str | None, Query(max_length=2000)]
Form = Annotated[ExportFormat, Query(alias="format")]
_RATINGS = {"right": 1, "wrong": -1}


@router.get("/feedback")
def feedback_page(
    pages: Operator,
    state: State,
    rating: Literal["", "right", "wrong"] = "",
    cursor: Cursor = None,
) -> Response:
    """List what readers said, latest first."""
    items = state.feedback.page(_RATINGS.get(rating), number_of(cursor), _PAGE + 1)
    return pages.show(
        "feedback",
        items=items[:_PAGE],
        rating=rating,
        is_first=cursor is None,
        next_cursor=cursor_of(items[_PAGE - 1].number) if len(items) > _PAGE else None,
    )


@router.get("/feedback/export")
def feedback_file(_: Operator, state: State, form: Form = "gold") -> Response:
    """Give the feedback as a file."""
    return export_feedback(state, form)


@router.get("/refused")
def refused_page(pages: Operator, state: State, cursor: Cursor = None) -> Response:
    """List the refused questions, latest first."""
    items = state.recent.refused(_PAGE + 1, number_of(cursor))
    return pages.show(
        "refused",
        items=items[:_PAGE],
        kept=state.settings.kept_refusals,
        is_first=cursor is None,
        next_cursor=cursor_of(items[_PAGE - 1].number) if len(items) > _PAGE else None,
    )


@router.get("/refused/export")
def refused_file(_: Operator, state: State, form: Form = "gold") -> Response:
    """Give the refused questions as a file."""
    return export_refused(state, form)
