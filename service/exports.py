"""Lists as files: JSON lines for the evaluation, CSV for a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from fastapi.responses import Response

from service.drafts import refused_drafts
from service.schemas.feedback import FeedbackOut, RefusedOut
from service.state import ServiceState

ExportFormat = Literal["gold", "csv"]

_MOST = 100_000
# What a spreadsheet would take for the beginning of a formula, also after what it skips.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FEEDBACK = ("created_at", "rating", "comment", "language", "question", "answered", "answer")
_REFUSED = ("asked_at", "language", "reason", "confidence", "question")


def export_feedback(state: ServiceState, form: ExportFormat) -> Response:
    """Return what readers found right as draft gold, or all that they said as CSV."""
    if form == "gold":
        return _lines(state.feedback.gold(), "yauap-feedback.jsonl")
    items: Sequence[FeedbackOut] = state.feedback.page(None, None, _MOST)
    return _csv(_FEEDBACK, (item.model_dump() for item in items), "yauap-feedback.csv")


def export_refused(state: ServiceState, form: ExportFormat) -> Response:
    """Return the refused questions as draft gold, or as CSV."""
    items: Sequence[RefusedOut] = state.recent.refused(_MOST)
    if form == "gold":
        return _lines(refused_drafts(items), "yauap-refused.jsonl")
    return _csv(_REFUSED, (item.model_dump() for item in items), "yauap-refused.csv")


def _lines(items: Iterable[dict[str, Any]], name: str) -> Response:
    body = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    return _file(body, "application/jsonl", name)


def _csv(columns: Sequence[str], items: Iterable[dict[str, Any]], name: str) -> Response:
    text = io.StringIO()
    text.write("\ufeff")  # without it a spreadsheet does not read UTF-8
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    for item in items:
        writer.writerow([as_cell(item[column]) for column in columns])
    return _file(text.getvalue(), "text/csv; charset=utf-8", name)


def as_cell(value: Any) -> Any:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_FORMULA):
        return "'" + value
    return value


def _file(body: str, media_type: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body.encode("utf-8", "replace"), media_type=media_type, headers=disposition)
