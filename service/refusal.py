"""The error for a request that is turned away before anything is done for it."""

from collections.abc import Mapping

from index.errors import YauapError


class Refusal(YauapError):
    """Why a request is turned away: the name of its problem, its sentence, further headers."""

    def __init__(
        self, problem: str, key: str, headers: Mapping[str, str] | None = None, **values: object
    ) -> None:
        super().__init__(key, **values)
        self.problem = problem
        self.headers = dict(headers or {})


def unauthorized(key: str) -> Refusal:
    """Return the refusal of a request whose key is missing or does not hold."""
    return Refusal("unauthorized", key, {"WWW-Authenticate": "Bearer"})


def too_many(key: str, seconds: int) -> Refusal:
    """Return the refusal of a request that may be sent again in ``seconds``."""
    return Refusal("too-many-requests", key, {"Retry-After": str(max(1, seconds))})
