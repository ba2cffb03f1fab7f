"""Widget sessions: a page of an allowed site asks with a token that soon ends.

A token is a JSON Web Token (RFC 7519) signed with HMAC-SHA-256 by a secret of the data folder. It
names the publishable key and the origin it was given to, and holds only while that key does.
"""

import secrets
import time

import jwt

from index.catalog import Catalog
from service.keys import Key, Keys
from service.refusal import Refusal, unauthorized
from service.signing import signing_secret

WIDGET_SECRET = "widget_secret"  # noqa: S105 # the name of it
_ALGORITHM = "HS256"
_AUDIENCE = "widget"
_PATHS = ("/v1/ask", "/v1/feedback", "/v1/widget/suggestions")


class WidgetSessions:
    """Gives out tokens and checks them."""

    def __init__(self, catalog: Catalog, keys: Keys, seconds: int) -> None:
        self._catalog = catalog
        self._keys = keys
        self._seconds = seconds

    def open(self, given: str, origin: str | None) -> tuple[str, int]:
        """Return a token for ``origin`` and when it ends, in seconds since 1970.

        Raises Refusal for a key that is not publishable or not for this origin.
        """
        key = self._keys.verified(given)
        if key is None:
            raise unauthorized("http.unauthorized")
        if origin is None or origin not in key.origins:
            raise Refusal("forbidden", "http.origin")
        end = int(time.time()) + self._seconds
        claims = {
            "sub": key.id, "aud": _AUDIENCE, "org": origin, "exp": end,
            "jti": secrets.token_urlsafe(9),
        }  # fmt: skip
        return jwt.encode(claims, self._secret(), _ALGORITHM), end

    def verified(self, token: str, method: str, path: str, origin: str | None) -> tuple[Key, str]:
        """Return the key of a session and the session's id.

        Raises Refusal for a token that does not hold, comes from elsewhere, or wants to do more
        than ask.
        """
        try:
            claims = jwt.decode(
                token,
                self._secret(),
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["sub", "aud", "exp", "jti", "org"]},
            )
        except jwt.InvalidTokenError as error:
            raise unauthorized("http.unauthorized") from error
        key = self._keys.find(claims["sub"])
        if key is None or not key.holds:
            raise unauthorized("http.unauthorized")
        if origin != claims["org"] or origin not in key.origins:
            raise Refusal("forbidden", "http.origin")
        if method != "POST" or path not in _PATHS:
            raise Refusal("forbidden", "http.widget")
        return key, claims["jti"]

    def _secret(self) -> str:
        return signing_secret(self._catalog, WIDGET_SECRET)
