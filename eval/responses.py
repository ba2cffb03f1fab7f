"""The parts of API responses that are judged, read with a check of their types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from eval.errors import SystemFailed
from index.text.spans import Span

_Field = TypeVar("_Field")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found or cited: ``quote`` should be the document's text at ``span``."""

    document_id: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the system said to one question. ``question`` is the question as it was understood."""

    question: str
    answered: bool
    text: str
    language: str
    confidence: float
    reason: str | None
    citations: tuple[Hit, ...]
    timings_ms: Mapping[str, float]


def read_answer(response: Mapping[str, Any]) -> Answer:
    """Read a response of ``POST /v1/ask``. Raises SystemFailed where a field is not as agreed."""
    confidence = float(_field(response, "confidence", (int, float)))
    if not 0.0 <= confidence <= 1.0:
        raise SystemFailed(f"confidence is {confidence}, not a number from 0 to 1")
    timings = _field(response, "timings_ms", dict)
    return Answer(
        question=_field(response, "question", str),
        answered=_field(response, "answered", bool),
        text=_field(response, "answer", str),
        language=_field(response, "language", str),
        confidence=confidence,
        reason=response.get("reason"),
        citations=tuple(_hit(item) for item in _field(response, "citations", list)),
        timings_ms={stage: float(_field(timings, stage, (int, float))) for stage in timings},
    )


def read_hits(response: Mapping[str, Any]) -> tuple[Hit, ...]:
    """Read a response of ``POST /v1/search``: its hits, best first. Raises SystemFailed."""
    return tuple(_hit(item) for item in _field(response, "results", list))


def _hit(item: Mapping[str, Any]) -> Hit:
    span = Span(_field(item, "start", int), _field(item, "end", int))
    return Hit(_field(item, "document_id", str), span, _field(item, "quote", str))


def _field(
    fields: Mapping[str, Any], name: str, kind: type[_Field] | tuple[type[_Field], ...]
) -> _Field:
    value = fields.get(name)
    if not isinstance(value, kind):
        raise SystemFailed(f"the response's field {name} is missing or of another type")
    return value
