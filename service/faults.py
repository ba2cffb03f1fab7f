"""What is wrong with what was given, field by field, in the reader's words, not pydantic's."""

from collections.abc import Iterable, Mapping
from typing import Any

from index.messages import MessageLanguage, message

_MOST = 20

# What pydantic finds wrong, and how we say it.
_KEYS = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "string_too_short": "field.too_short",
    "string_too_long": "field.too_long",
    "too_long": "field.too_many",
    "too_short": "field.too_few",
    "greater_than_equal": "field.too_small",
    "less_than_equal": "field.too_large",
    "string_unicode": "field.unicode",
}
_LIMITS = ("max_length", "min_length", "le", "ge")


def field_faults(
    found: Iterable[Mapping[str, Any]], given: Mapping[str, object], language: MessageLanguage
) -> list[dict[str, str]]:
    """Return ``field`` and ``detail`` of each field of ``given`` that pydantic finds wrong.

    The first part of a place says where it stands, in the body or elsewhere: so does ``given``.
    What was given is not repeated: it may be long, secret or not even text.
    """
    named: dict[tuple[str | int, ...], Mapping[str, Any]] = {}
    for fault in found:
        path = _path(fault["loc"], given, fault["type"] == "missing")
        named.setdefault(path, fault)
    # A field of several types is wrong as each of them: what is wrong inside it says more.
    told = [
        (path, fault)
        for path, fault in named.items()
        if not any(other[: len(path)] == path and other != path for other in named)
    ]
    return [_told(path, fault, language) for path, fault in told[:_MOST]]


def _path(loc: Iterable[str | int], given: object, absent: bool) -> tuple[str | int, ...]:
    """Return those parts of ``loc`` that are fields and places of ``given``, not names of types."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(given, Mapping) and (part in given or absent):
            path.append(part)
            given = given.get(part)
        elif isinstance(given, list) and isinstance(part, int) and part < len(given):
            path.append(part)
            given = given[part]
    return tuple(path)


def _told(
    path: tuple[str | int, ...], fault: Mapping[str, Any], language: MessageLanguage
) -> dict[str, str]:
    name = ".".join(map(str, path[1:] or path))[:100]
    field = name.encode("utf-8", "replace").decode()
    context = fault.get("ctx") or {}
    limit = next((context[name] for name in _LIMITS if name in context), "")
    key = _KEYS.get(fault["type"], "field.invalid")
    return {"field": field, "detail": message(key, language, field=field, limit=limit)}
