"""Filters of requests and keys."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from index.documents import rfc3339
from index.filters import Filters
from service.schemas.requests import Request, Value

Scalar = Value | int | float | bool
# What one condition may list, so that all conditions together fit into a statement of SQLite.
_most_values = Field(max_length=1000)
Values = Annotated[list[Value], _most_values]


def _end_of_day(text: str) -> str:
    return rfc3339(f"{text}T23:59:59" if len(text) == 10 else text)  # a bare date is the whole day


class DateRange(Request):
    """Bounds of the date of publication, both inclusive."""

    gte: Annotated[str, AfterValidator(rfc3339)] | None = None
    lte: Annotated[str, AfterValidator(_end_of_day)] | None = None


class FiltersIn(Request):
    """Conditions on passages; all that are given hold."""

    language: Annotated[list[Literal["ba", "ru", "mixed", "other"]], _most_values] = []
    document_id: Values = []
    source: Values = []
    published_at: DateRange = DateRange()
    metadata: Annotated[
        dict[Value, Annotated[list[Scalar], _most_values]], Field(max_length=20)
    ] = {}

    @classmethod
    def of(cls, filters: Filters) -> "FiltersIn":
        """Return ``filters`` as a request would give them."""
        return cls.model_validate({
            "language": [*filters.language],
            "document_id": [*filters.document_id],
            "source": [*filters.source],
            "published_at": {"gte": filters.published_from, "lte": filters.published_to},
            "metadata": {key: [*values] for key, values in filters.metadata.items()},
        })  # fmt: skip

    def to_filters(self) -> Filters:
        """Return them as the index reads them."""
        return Filters(
            language=tuple(self.language),
            document_id=tuple(self.document_id),
            source=tuple(self.source),
            published_from=self.published_at.gte,
            published_to=self.published_at.lte,
            metadata={key: tuple(values) for key, values in self.metadata.items() if values},
        )
