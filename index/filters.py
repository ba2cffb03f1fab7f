"""Conditions on passages and documents, and how the catalog is asked for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on passages; all that are given hold. Empty: no condition."""

    language: Sequence[str] = ()
    document_id: Sequence[str] = ()
    source: Sequence[str] = ()
    published_from: str | None = None
    published_to: str | None = None
    metadata: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nothing: bool = False  # no passage can meet the conditions

    def __bool__(self) -> bool:
        dates = (self.published_from, self.published_to)
        lists = (self.language, self.document_id, self.source, self.metadata)
        return self.nothing or any((*lists, *dates))

    def __and__(self, other: "Filters") -> "Filters":
        """Return filters that let through what both let through."""
        keys = {**self.metadata, **other.metadata}
        common = {
            name: _common(getattr(self, name), getattr(other, name))
            for name in ("language", "document_id", "source")
        }
        metadata = {
            key: _common(self.metadata.get(key, ()), other.metadata.get(key, ())) for key in keys
        }
        from_ = [f.published_from for f in (self, other) if f.published_from is not None]
        to = [f.published_to for f in (self, other) if f.published_to is not None]
        return Filters(
            language=common["language"] or (),
            document_id=common["document_id"] or (),
            source=common["source"] or (),
            published_from=max(from_, default=None),
            published_to=min(to, default=None),
            metadata={key: values or () for key, values in metadata.items()},
            nothing=self.nothing or other.nothing or None in (*common.values(), *metadata.values()),
        )


def _common(first: Sequence[str], second: Sequence[str]) -> Sequence[str] | None:
    """Return the values that two conditions allow, where () allows all; None: not a single one."""
    if not first or not second:
        return first or second
    return tuple(value for value in first if value in second) or None


def document_conditions(filters: Filters) -> tuple[list[str], list[object]]:
    """Return conditions on ``documents d`` and ``versions v``, and their values; none on language.

    A passage has a language of its own, which its document's need not be.
    """
    conditions: list[str] = ["0"] if filters.nothing else []
    values: list[object] = []
    for column, allowed in (
        ("d.id", filters.document_id),
        ("v.source", filters.source),
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
    for key, allowed in filters.metadata.items():
        conditions.append(
            "EXISTS (SELECT 1 FROM json_each(v.metadata) WHERE key = ? "
            f"AND CAST(value AS TEXT) IN ({', '.join('?' * len(allowed))}))"
        )
        values += [key, *allowed]
    return conditions, values


def live_conditions(filters: Filters) -> tuple[str, list[object]]:
    """Return the end of a WHERE clause, and its values; of a document, its own language counts."""
    conditions, values = document_conditions(replace(filters, language=()))
    if filters.language:
        conditions.append(f"v.language IN ({', '.join('?' * len(filters.language))})")
        values += filters.language
    return "".join(f" AND {condition}" for condition in conditions), values
