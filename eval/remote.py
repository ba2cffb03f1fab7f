"""A running service, judged over HTTP."""

import time
from types import TracebackType
from typing import Any, Self

import httpx

from eval.errors import SystemFailed

_PATIENCE_SECONDS = 120.0
_MOST_WAITS = 5
_LONGEST_WAIT_SECONDS = 60.0


class RemoteSystem:
    """The System at ``base_url``; ``key`` needs the scope ``ask``.

    A service that says it is asked too often is asked again when it says so. Raises SystemFailed
    for any other response than a JSON object with status 200.
    """

    def __init__(
        self, base_url: str, key: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=_PATIENCE_SECONDS,
            transport=transport,
        )

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the response of ``POST /v1/ask``."""
        return self._object("POST", "/v1/ask", json=request)

    def search(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the response of ``POST /v1/search``; ``group_by`` goes into the query."""
        body = {name: value for name, value in request.items() if name != "group_by"}
        params = {"group_by": request["group_by"]} if "group_by" in request else {}
        return self._object("POST", "/v1/search", json=body, params=params)

    def info(self) -> dict[str, Any]:
        """Return the response of ``GET /v1/info``."""
        return self._object("GET", "/v1/info")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _object(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **content)
            for _ in range(_MOST_WAITS):
                if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    break
                time.sleep(_seconds(response.headers.get("Retry-After", "1")))
                response = self._client.request(method, path, **content)
        except httpx.HTTPError as error:
            raise SystemFailed(f"{method} {path}: {type(error).__name__}: {error}") from error
        if response.status_code != httpx.codes.OK:
            raise SystemFailed(f"{method} {path}: status {response.status_code}")
        try:
            body = response.json()
        except ValueError as error:
            raise SystemFailed(f"{method} {path}: the response is not JSON") from error
        if not isinstance(body, dict):
            raise SystemFailed(f"{method} {path}: the response is not a JSON object")
        return body


def _seconds(retry_after: str) -> float:
    try:
        return min(max(float(retry_after), 0.0), _LONGEST_WAIT_SECONDS)
    except ValueError:  # a date: wait a moment and ask again
        return 1.0
