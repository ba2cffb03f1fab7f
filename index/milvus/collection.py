"""The rows of one collection of a Milvus: written, removed, counted, searched and read."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.arrays import Ids
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.milvus.server import WRITING_SECONDS, Server

AT_A_TIME = 4096  # rows of one call, and ids in one condition

_FRESH_SECONDS = 60.0  # after which no replica lags behind what was written


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of a server, last ``written`` at this time."""

    server: Server
    name: str
    written: float

    def load(self, seconds: float | None = None) -> None:
        """Have it searchable. Raises Damaged where it is not there."""
        self.server.call("load_collection", self.name, seconds=seconds)

    def insert(
        self, ids: Ids, languages: Sequence[str], generation: int, vectors: FloatMatrix
    ) -> None:
        """Add rows; none of ``ids`` (n,) may be there. ``vectors`` are of shape (n, dimension)."""
        for start in range(0, len(ids), AT_A_TIME):
            part = slice(start, start + AT_A_TIME)
            rows = [
                {"id": int(one), "language": language, "generation": generation, "vector": vector}
                for one, language, vector in zip(
                    ids[part], languages[part], vectors[part], strict=True
                )
            ]
            self.server.call("insert", self.name, rows, seconds=WRITING_SECONDS)

    def delete(self, condition: str) -> None:
        """Remove the rows of which a condition holds."""
        self.server.call("delete", self.name, filter=condition, seconds=WRITING_SECONDS)

    def count(self, condition: str) -> int:
        """Return of how many rows a condition holds."""
        return int(self._query(condition, "count(*)", WRITING_SECONDS)[0]["count(*)"])

    def search(self, query: FloatMatrix, limit: int, condition: str) -> tuple[Ids, FloatMatrix]:
        """Return the ids (n,) and vectors (n, dimension) of up to ``limit`` nearest rows."""
        (found,) = self.server.call(
            "search", self.name, [query], limit=limit, filter=condition, output_fields=["vector"],
            anns_field="vector", consistency_level=self._consistency(),
        )  # fmt: skip
        ids = np.array([hit["id"] for hit in found], np.int64)
        return ids, _matrix([hit["entity"]["vector"] for hit in found], len(query))

    def vectors(self, ids: Ids, dimension: int) -> FloatMatrix:
        """Return the vectors of ``ids`` (n,), (n, dimension). Raises Damaged where one is gone."""
        vectors = np.empty((len(ids), dimension), np.float32)
        for start in range(0, len(ids), AT_A_TIME):
            part = ids[start : start + AT_A_TIME]
            rows = {row["id"]: row["vector"] for row in self._query(named(part), "vector")}
            if not rows.keys() >= set(part.tolist()):
                raise Damaged("milvus.gone", name=self.name)
            vectors[start : start + len(part)] = _matrix(
                [rows[one] for one in part.tolist()], dimension
            )
        return vectors

    def _query(self, condition: str, field: str, seconds: float | None = None) -> Any:
        return self.server.call(
            "query", self.name, filter=condition, output_fields=[field], seconds=seconds,
            consistency_level=self._consistency(),
        )  # fmt: skip

    def _consistency(self) -> str:
        # What is strong waits for all that is written anywhere, also where nothing is.
        return "Strong" if time.time() - self.written < _FRESH_SECONDS else "Bounded"


def named(ids: Ids) -> str:
    """Return the condition that a row has one of ``ids``."""
    return f"id in {ids.tolist()}"


def _matrix(rows: Sequence[Sequence[float]], dimension: int) -> FloatMatrix:
    return np.array(rows, np.float32).reshape(-1, dimension)
