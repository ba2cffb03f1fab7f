"""``HEAD`` wherever ``GET`` is: what GET would give, without its body."""

from starlette.types import ASGIApp

from service.asgi import Message, Receive, Scope, Send

_END: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class Heads:
    """ASGI middleware that has a HEAD answered as the GET of its address.

    The answer ends with its head, so that nothing goes on for it, not even a stream of events.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def head_alone(part: Message) -> None:
            if part["type"] == "http.response.start":
                await send(part)
                await send(_END)

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, head_alone)
        finally:
            scope["route"] = asked.get("route")  # for those around, who count by it
