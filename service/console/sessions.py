"""Console sessions: who signed in with an admin key, and whether a form came from our own page.

A session is a JSON Web Token (RFC 7519) in a cookie that scripts cannot read, signed by a secret of
the data folder. It ends when it is not used for a while, half a day after signing in at the latest,
with its key, and when its holder signs out: the catalog, which all processes share, then remembers
its id until it would have ended, so that no copy of the cookie is good for anything. Where there
are no keys, or nobody signed in yet, it names no key and only ties forms to the browser that they
were sent to; it has a cookie of its own, since a browser that comes from a link elsewhere shows
none, and who signed in shall stay so.
"""

import hashlib
import hmac
import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt

from index.catalog import Catalog, get_state, set_state
from service.keys import Keys
from service.signing import signing_secret

_SIGNED_IN = "yauap_console"
_VISITOR = "yauap_console_visitor"

CONSOLE_SECRET = "console_secret"  # noqa: S105 # the name of it
_SIGNED_OUT = "console_signed_out"
_ALGORITHM = "HS256"
_AUDIENCE = "console"
_LONGEST_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session; ``key_id`` is empty where it names no key, ``end`` is its last moment.

    Moments are seconds since 1970.
    """

    id: str
    key_id: str
    end: int

    @property
    def cookie(self) -> str:
        """The name of its cookie."""
        return _SIGNED_IN if self.key_id else _VISITOR


class Sessions:
    """Opens sessions, and knows its own again."""

    def __init__(self, catalog: Catalog, keys: Keys, seconds: int) -> None:
        self._catalog = catalog
        self._keys = keys
        self._seconds = seconds

    def open(self, key_id: str = "") -> Session:
        """Return a new session."""
        return Session(secrets.token_urlsafe(16), key_id, int(time.time()) + _LONGEST_SECONDS)

    def of(self, cookies: Mapping[str, str]) -> Session:
        """Return the session that a browser shows, a new one where it shows none that holds."""
        found = self._find(cookies.get(_SIGNED_IN, "")) or self._find(cookies.get(_VISITOR, ""))
        return found or self.open()

    def close(self, session: Session) -> None:
        """End a session for every browser that shows it, in all processes over the data folder."""
        with self._catalog.writing() as connection:
            moment = time.time()
            left = {id: end for id, end in _signed_out(connection).items() if end > moment}
            set_state(connection, _SIGNED_OUT, json.dumps({**left, session.id: session.end}))

    def may_operate(self, session: Session) -> bool:
        """Whether the session is of somebody who may do everything here."""
        return bool(session.key_id) or not self._keys.are_configured()

    def token(self, session: Session) -> str:
        """Return the session as a cookie that is good for a while from now on."""
        idle = int(time.time()) + self._seconds
        end = min(session.end, idle) if session.key_id else session.end
        claims = {
            "sub": session.key_id, "aud": _AUDIENCE, "exp": end, "jti": session.id,
            "end": session.end,
        }  # fmt: skip
        return jwt.encode(claims, self._secret(), _ALGORITHM)

    def form_token(self, session: Session) -> str:
        """Return what each form of the session's pages carries, and no other page can know."""
        told = f"form:{session.id}".encode()
        return hmac.new(self._secret().encode(), told, hashlib.sha256).hexdigest()

    def is_form_token(self, session: Session, given: str) -> bool:
        """Whether a form was made for this session, told in constant time."""
        return hmac.compare_digest(self.form_token(session).encode(), given.encode())

    def _find(self, token: str) -> Session | None:
        try:
            claims = jwt.decode(
                token,
                self._secret(),
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["sub", "aud", "exp", "jti", "end"]},
            )
        except jwt.InvalidTokenError:
            return None
        session = Session(claims["jti"], claims["sub"], claims["end"])
        return session if not session.key_id or self._holds(session) else None

    def _holds(self, session: Session) -> bool:
        key = self._keys.find(session.key_id)
        if key is None or not key.holds or "admin" not in key.scopes:
            return False
        with self._catalog.reading() as connection:
            return session.id not in _signed_out(connection)

    def _secret(self) -> str:
        return signing_secret(self._catalog, CONSOLE_SECRET)


def _signed_out(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the sessions that were left before their end, each with that end."""
    kept: dict[str, int] = json.loads(get_state(connection, _SIGNED_OUT) or "{}")
    return kept
