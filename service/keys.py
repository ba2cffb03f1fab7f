"""Keys: who may do what, and with which documents. Only hashes of them are stored.

A key reads ``yauap_ID_SECRET``. The secret holds 256 random bits, so a plain SHA-256 of it cannot
be reversed. A revoked key stays in the list: a folder that ever had a key never again answers
whoever asks.
"""

import hashlib
import hmac
import json
import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from index.catalog import Catalog, now
from index.errors import InvalidInput, NotFound
from index.filters import Filters
from service.schemas.filters import FiltersIn

Scope = Literal["ask", "read", "ingest", "admin", "publishable"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

PREFIX = "yauap_"
_FORM = re.compile(rf"{PREFIX}([0-9a-f]{{12}})_([\w-]{{43}})", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret; times are RFC 3339."""

    id: str
    name: str
    scopes: frozenset[str]
    filters: Filters
    origins: tuple[str, ...]
    created_at: str
    expires_at: str | None
    revoked_at: str | None

    @property
    def holds(self) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now() < self.expires_at)


class Keys:
    """The keys of one catalog; what is changed counts from the next request on."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._ever = False

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        days: int | None = None,
        filters: FiltersIn | None = None,
        origins: Sequence[str] = (),
    ) -> tuple[Key, str]:
        """Store a new key and return it with the one copy of its secret.

        Raises InvalidInput for scopes that do not go together and origins that are none.
        """
        filters = filters or FiltersIn()
        _check(scopes, bool(filters.to_filters()), origins)
        identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        end = None if days is None else _in_days(days)
        given = filters.model_dump_json(exclude_defaults=True)
        with self._catalog.writing() as connection:
            connection.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (identifier, name, _hash(secret), json.dumps(sorted(set(scopes))), given,
                 json.dumps(list(origins)), now(), end),
            )  # fmt: skip
        return self.get(identifier), f"{PREFIX}{identifier}_{secret}"

    def list(self) -> list[Key]:
        """Return all keys, revoked ones too, oldest first."""
        with self._catalog.reading() as connection:
            rows = connection.execute("SELECT * FROM keys ORDER BY created_at, id").fetchall()
            return [_key(row) for row in rows]

    def get(self, identifier: str) -> Key:
        """Return one key. Raises NotFound."""
        found = self.find(identifier)
        if found is None:
            raise NotFound("key.unknown", id=identifier)
        return found

    def find(self, identifier: str) -> Key | None:
        """Return one key, None where there is none."""
        row = self._row(identifier)
        return None if row is None else _key(row)

    def revoke(self, identifier: str) -> None:
        """Make a key invalid from the next request on. Raises NotFound."""
        self.get(identifier)
        with self._catalog.writing() as connection:
            connection.execute(
                "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?",
                (now(), identifier),
            )

    def are_configured(self) -> bool:
        """Whether there ever was a key; asked with every request until there is one."""
        if not self._ever:
            found = self._catalog.row("SELECT 1 FROM keys LIMIT 1")
            self._ever = found is not None  # and none is ever removed
        return self._ever

    def verified(self, given: str) -> Key | None:
        """Return the key whose whole text is ``given``, None where there is none that holds.

        How long it takes does not depend on how much of the secret is right.
        """
        form = _FORM.fullmatch(given)
        if form is None:
            return None
        row = self._row(form[1])
        known = bytes(32) if row is None else row["hash"]
        matches = hmac.compare_digest(_hash(form[2]), known)
        if row is None or not matches:
            return None
        key = _key(row)
        return key if key.holds else None

    def origins(self) -> set[str]:
        """Return the origins of all publishable keys that hold."""
        return {origin for key in self.list() if key.holds for origin in key.origins}

    def _row(self, identifier: str) -> sqlite3.Row | None:
        return self._catalog.row("SELECT * FROM keys WHERE id = ?", (identifier,))


def _check(scopes: Sequence[str], filtered: bool, origins: Sequence[str]) -> None:
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InvalidInput("key.scopes", scopes=", ".join(SCOPES))
    publishable = "publishable" in scopes
    if publishable and len(set(scopes)) > 1:
        raise InvalidInput("key.publishable_alone")
    if publishable is not bool(origins):
        raise InvalidInput("key.origins")
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise InvalidInput("key.origin", origin=origin)
    if filtered and {"ingest", "admin"} & set(scopes):
        raise InvalidInput("key.filters")


def _in_days(days: int) -> str:
    end = datetime.now(UTC) + timedelta(days=days)
    return end.isoformat(timespec="seconds").replace("+00:00", "Z")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: sqlite3.Row) -> Key:
    return Key(
        id=row["id"],
        name=row["name"],
        scopes=frozenset(json.loads(row["scopes"])),
        filters=_of_documents(FiltersIn.model_validate_json(row["filters"]).to_filters()),
        origins=tuple(json.loads(row["origins"])),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


def _of_documents(filters: Filters) -> Filters:
    """Return the filters of a key: of a document in another language it may see no passage."""
    return replace(filters, document_language=filters.language)
