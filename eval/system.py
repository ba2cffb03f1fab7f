"""What is judged: anything that asks and searches in the shapes of the HTTP API."""

from typing import Any, Protocol


class System(Protocol):
    """A question-answering system behind JSON objects; it may run here or on another machine.

    Every method raises SystemFailed where there is no usable response.
    """

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the response of ``POST /v1/ask`` to ``request``."""
        ...

    def search(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the response of ``POST /v1/search`` to ``request``.

        The key ``group_by``, a parameter of the query over HTTP, stands in ``request``.
        """
        ...

    def info(self) -> dict[str, Any]:
        """Return the response of ``GET /v1/info``: model, revision, index version, counts."""
        ...
