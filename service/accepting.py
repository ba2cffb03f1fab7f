"""What a client accepts, as RFC 9110 has it told in ``Accept``."""

from collections.abc import Iterable

_EVENTS = "text/event-stream"
_JSON = "application/json"


def wants_events(accept: Iterable[str]) -> bool:
    """Say whether lines of ``Accept`` name server-sent events, and JSON no more than them."""
    named = dict(_weighed(part) for line in accept for part in line.lower().split(","))
    return 0 < named.get(_EVENTS, 0) >= named.get(_JSON, 0)


def _weighed(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip() for piece in part.split(";"))
    weights = [value for name, _, value in (p.partition("=") for p in parameters) if name == "q"]
    try:
        return kind, float(weights[0]) if weights else 1.0
    except ValueError:
        return kind, 0.0
