"""A document as it comes in, whichever door it takes, and what it must be like."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from index.errors import InvalidDocument
from index.sections import Sections, sections_of
from index.text.encodings import without_mojibake
from index.text.normalise import stored_text

DECLARED_LANGUAGES = ("ba", "ru", "mixed", "other")

_STRING_FIELDS = ("id", "title", "url", "source", "translation_of")
FIELDS = frozenset((*_STRING_FIELDS, "text", "language", "published_at", "metadata", "sections"))
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_LONGEST_ID = 200
_LONGEST_FIELD = 2000


@dataclass(frozen=True, slots=True)
class Document:
    """A document ready to be indexed: its text as stored, its fields checked.

    ``published_at`` is RFC 3339 in UTC; ``language`` is as declared, else None and found from the
    text.
    """

    id: str
    text: str
    title: str | None = None
    language: str | None = None
    url: str | None = None
    published_at: str | None = None
    source: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    translation_of: str | None = None
    sections: Sections = ()

    @property
    def sha256(self) -> str:
        """Hash of the stored text in UTF-8, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @classmethod
    def from_mapping(cls, fields: Mapping[str, Any], max_bytes: int) -> "Document":
        """Check and normalise the fields of ``POST /v1/documents`` or of a JSONL line.

        Raises InvalidDocument, saying which field and what to do.
        """
        identifier = fields.get("id")
        name = identifier if isinstance(identifier, str) else None
        unknown = sorted(str(key) for key in fields if key not in FIELDS)
        if unknown:
            shown = stored_text(unknown[0])[:80]
            raise InvalidDocument("document.unknown_field", document=name, field=shown)
        text = fields.get("text")
        if not isinstance(text, str):
            raise InvalidDocument("document.no_text", document=name)
        given, text = text, _checked_text(text, max_bytes, name)
        strings = {key: _string(fields, key, name) for key in _STRING_FIELDS}
        metadata = _metadata(fields.get("metadata"), name)
        sections = _sections(fields.get("sections"), given, text, name)
        published_at = _date(fields.get("published_at"), name)
        language = fields.get("language")
        language = None if language == "" else language
        if language is not None and language not in DECLARED_LANGUAGES:
            raise InvalidDocument("document.language", document=name)
        for key in ("id", "translation_of"):
            if strings[key] is not None:
                check_id(strings[key] or "", name)
        return cls(
            id=strings["id"] or _content_id(fields),
            text=text,
            title=without_mojibake(strings["title"] or "").strip() or None,
            language=language,
            url=strings["url"] or None,
            published_at=published_at,
            source=strings["source"] or None,
            metadata=metadata,
            translation_of=strings["translation_of"],
            sections=sections,
        )


def composed_id(identifier: str) -> str:
    """Return an id as it is stored, whichever way its letters were put together."""
    return unicodedata.normalize("NFC", identifier)


def check_id(identifier: str, document: str | None = None) -> None:
    """Raise InvalidDocument, of ``document``, unless it is 1–200 printable characters."""
    if not 1 <= len(identifier) <= _LONGEST_ID or not identifier.isprintable():
        shown = stored_text(document or identifier)[:_LONGEST_ID]
        raise InvalidDocument("document.id", document=shown)


def _checked_text(text: str, max_bytes: int, name: str | None) -> str:
    if len(text) > max_bytes:
        raise InvalidDocument("document.too_large", document=name, limit=max_bytes)
    text = stored_text(without_mojibake(text))
    if len(text.encode()) > max_bytes:
        raise InvalidDocument("document.too_large", document=name, limit=max_bytes)
    if not any(character.isalnum() for character in text):
        raise InvalidDocument("document.empty", document=name)
    return text


def _string(fields: Mapping[str, Any], key: str, name: str | None) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_FIELD:
        raise InvalidDocument("document.field", document=name, field=key, limit=_LONGEST_FIELD)
    # An id is composed, never repaired: what cannot be stored is refused, not mistaken for another.
    if key in ("id", "translation_of"):
        return composed_id(value)
    return stored_text(value)


def rfc3339(text: str) -> str:
    """Return a date or time as RFC 3339 in UTC; without a zone it is taken as UTC.

    The time may lack, and its seconds. Raises ValueError for anything else, as weeks of ISO 8601.
    """
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    try:
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError as error:  # the zone moves it out of the years 1–9999
        raise ValueError from error
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _date(value: object, name: str | None) -> str | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            return rfc3339(value)
    except ValueError:
        pass
    raise InvalidDocument("document.date", document=name)


def _metadata(value: object, name: str | None) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(map(_is_scalar, value.values())):
        raise InvalidDocument("document.metadata", document=name)
    repaired = {
        stored_text(key): stored_text(item) if isinstance(item, str) else item
        for key, item in value.items()
    }
    if len(json.dumps(repaired, ensure_ascii=False)) > 10 * _LONGEST_FIELD:
        raise InvalidDocument("document.metadata", document=name)
    return repaired


def _sections(value: object, given: str, text: str, name: str | None) -> Sections:
    try:
        return () if value is None else sections_of(value, given, text)
    except ValueError as error:
        raise InvalidDocument("document.sections", document=name) from error


def _is_scalar(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)  # JSON has no other numbers
    return isinstance(value, (str, int))


def _content_id(fields: Mapping[str, Any]) -> str:
    canonical = json.dumps(fields, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
