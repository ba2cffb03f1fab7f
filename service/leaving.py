"""A client that goes away: nothing more is done for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response

_Result = TypeVar("_Result")
_LEFT = 499  # as nginx counts clients that did not wait


async def while_waited_for(
    request: Request, work: Coroutine[Any, Any, _Result]
) -> _Result | Response:
    """Return what ``work`` gives. It is cancelled when the client leaves, and the turn with it."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else Response(status_code=_LEFT)
    finally:
        working.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
