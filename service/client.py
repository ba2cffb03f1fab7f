"""Asking a running service from the command line."""

from typing import Any

import httpx

from index.errors import InvalidInput, Unavailable
from service.words import operator_language

_TIMEOUT_SECONDS = 120


def post(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send ``body`` and return the answer.

    Raises Unavailable where no service answers and InvalidInput with its words where it refuses.
    """
    try:
        response = httpx.post(
            url.rstrip("/") + path,
            json=body,
            headers={"Accept-Language": operator_language()},
            timeout=_TIMEOUT_SECONDS,
        )
        answer: dict[str, Any] = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unavailable("cli.no_server", url=url, why=type(error).__name__) from error
    if response.is_error:
        raise InvalidInput("cli.refused", detail=answer.get("detail", response.reason_phrase))
    return answer
