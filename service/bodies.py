"""Bodies of requests: what is large is parsed beside the event loop, so that others go on."""

from collections.abc import Callable, Coroutine
from typing import Any

from anyio.to_thread import run_sync
from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from service.fair_json import TooManyValues, parsed
from service.state import ServiceState

_AT_ONCE_BYTES = 65_536  # what takes less than the way into a thread and back, or hardly more


class _Request(Request):
    """A request whose large body is parsed in a thread, one at a time."""

    async def json(self) -> Any:
        """Return what the body says. Raises HTTPException where it says too much."""
        body = await self.body()
        if len(body) <= _AT_ONCE_BYTES:
            return await super().json()
        state: ServiceState = self.app.state.service
        try:
            return await run_sync(parsed, body, limiter=state.parsing)
        except TooManyValues as error:
            raise HTTPException(413) from error


class JsonRoute(APIRoute):
    """A route that takes JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            return await handle(_Request(request.scope, request.receive))

        return handled
