"""Which pages of other sites may call the service: none that was not named."""

from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from index.messages import message, preferred_language
from service.keys import Keys
from service.problems import problem


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
        if origin is None or not self.is_allowed_origin(origin):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            response = self.preflight_response(headers)
            if response.status_code != HTTPStatus.OK:
                language = preferred_language(headers.get("accept-language", ""))
                detail = message("http.preflight", language)
                kept = {k: v for k, v in response.headers.items() if not k.startswith("content-")}
                response = problem("bad-request", detail, scope["path"], headers=kept)
            await response(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
