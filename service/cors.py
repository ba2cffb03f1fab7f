"""Which pages of other sites may call the service: none that was not named."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.keys import Keys


class CrossOrigin(CORSMiddleware):
    """Lets browsers through from the origins of the settings and of publishable keys.

    No credentials of the browser are ever allowed: who asks sends a key or a token.
    """

    def __init__(self, app: ASGIApp, keys: Keys, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("authorization", "content-type"),
            expose_headers=("retry-after", "x-request-id"),
        )
        self._keys = keys

    def is_allowed_origin(self, origin: str) -> bool:
        """Say whether pages of ``origin`` may call."""
        return origin in self.allow_origins or origin in self._keys.origins()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; a foreign one as if there were no such middleware."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is not None and self.is_allowed_origin(origin):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
