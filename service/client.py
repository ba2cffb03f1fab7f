"""Asking a running service from the command line."""

from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from index.errors import InvalidInput, Unavailable
from service.opening import open_settings
from service.schemas.problems import ProblemOut
from service.words import operator_language

_TIMEOUT_SECONDS = 120
_Answer = TypeVar("_Answer", bound=BaseModel)


def post(url: str, path: str, body: dict[str, Any], schema: type[_Answer]) -> _Answer:
    """Send ``body`` with the key of the settings and return the answer, which is a ``schema``.

    Raises Unavailable where no such service answers and InvalidInput with its words where it
    refuses.
    """
    headers: dict[str, str] = {"Accept-Language": operator_language()}
    if key := open_settings(None).key:
        headers["Authorization"] = f"Bearer {key.get_secret_value()}"
    try:
        response = httpx.post(
            url.rstrip("/") + path,
            json=body,
            headers=headers,
            timeout=_TIMEOUT_SECONDS,
        )
        if response.is_error:
            told = ProblemOut.model_validate_json(response.content)
            raise InvalidInput("cli.refused", detail=told.detail)
        return schema.model_validate_json(response.content)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unavailable("cli.no_server", url=url, why=type(error).__name__) from error
