"""Conditions on passages and documents, and how the catalog is asked for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

Scalar = str | int | float | bool
T = TypeVar("T", bound=Scalar)
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on passages; all that are given hold. Empty: no condition.

    ``language`` is the passage's own; ``document_language`` that of its document.
    """

    language: Sequence[str] = ()
    document_id: Sequence[str] = ()
    source: Sequence[str] = ()
    published_from: str | None = None
    published_to: str | None = None
    metadata: Mapping[str, Sequence[Scalar]] = field(default_factory=dict)
    document_language: Sequence[str] = ()
    nothing: bool = False  # no passage can meet the conditions

    def __bool__(self) -> bool:
        dates = (self.published_from, self.published_to)
        lists = (self.language, self.document_language, self.document_id, self.source)
        return self.nothing or any((*lists, self.metadata, *dates))

    def __and__(self, other: "Filters") -> "Filters":
        """Return filters that let through what both let through."""
        keys = {**self.metadata, **other.metadata}
        common = {
            name: _common(getattr(self, name), getattr(other, name))
            for name in ("language", "document_language", "document_id", "source")
        }
        metadata = {
            key: _common(self.metadata.get(key, ()), other.metadata.get(key, ())) for key in keys
        }
        from_ = [f.published_from for f in (self, other) if f.published_from is not None]
        to = [f.published_to for f in (self, other) if f.published_to is not None]
        return Filters(
            language=common["language"] or (),
            document_language=common["document_language"] or (),
            document_id=common["document_id"] or (),
            source=common["source"] or (),
            published_from=max(from_, default=None),
            published_to=min(to, default=None),
            metadata={key: values or () for key, values in metadata.items()},
            nothing=self.nothing or other.nothing or None in (*common.values(), *metadata.values()),
        )


def _common(first: Sequence[T], second: Sequence[T]) -> Sequence[T] | None:
    """Return the values that two conditions allow, where () allows all; None: not a single one."""
    if not first or not second:
        return first or second
    allowed = {(isinstance(value, bool), value) for value in second}  # True is no 1 here
    return tuple(value for value in first if (isinstance(value, bool), value) in allowed) or None


def document_conditions(filters: Filters) -> tuple[list[str], list[object]]:
    """Return conditions on ``documents d`` and ``versions v``, and their values.

    None on the language of passages, which their document's need not be.
    """
    conditions: list[str] = ["0"] if filters.nothing else []
    values: list[object] = []
    for column, allowed in (
        ("d.id", filters.document_id),
        ("v.source", filters.source),
        ("v.language", filters.document_language),
    ):
        if allowed:
            conditions.append(f"{column} IN ({', '.join('?' * len(allowed))})")
            values += allowed
    if filters.published_from is not None:
        conditions.append("v.published_at >= ?")
        values.append(filters.published_from)
    if filters.published_to is not None:
        conditions.append("v.published_at <= ?")
        values.append(filters.published_to)
    for key, wanted in filters.metadata.items():
        alike = [_is_value(value) for value in wanted]
        conditions.append(
            "EXISTS (SELECT 1 FROM json_each(v.metadata) WHERE key = ? "
            f"AND ({' OR '.join(condition for condition, _ in alike)}))"
        )
        values += [key, *(value for _, value in alike)]
    return conditions, values


def _is_value(value: Scalar) -> tuple[str, object]:
    """Return the condition that a value of metadata is this one, and what to bind.

    1 and 1.0 are one number, which «1» finds too, as it is written; ``true`` is none.
    """
    if isinstance(value, bool):
        return "type = ?", "true" if value else "false"
    if isinstance(value, str):
        return "type IN ('text', 'integer', 'real') AND CAST(value AS TEXT) = ?", value
    # JSON has larger numbers than SQLite's whole ones: it keeps those as floating-point.
    fits = isinstance(value, float) or abs(value) < _LARGEST
    return "type IN ('integer', 'real') AND value = ?", value if fits else float(value)


def live_conditions(filters: Filters) -> tuple[str, list[object]]:
    """Return the end of a WHERE clause, and its values; of a document, its own language counts."""
    conditions, values = document_conditions(replace(filters, language=()))
    if filters.language:
        conditions.append(f"v.language IN ({', '.join('?' * len(filters.language))})")
        values += filters.language
    return "".join(f" AND {condition}" for condition in conditions), values
