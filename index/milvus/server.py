"""A Milvus server behind pymilvus, which this module alone knows: its calls, each within a time."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding.protocol import FloatMatrix
from index.errors import Damaged, Unavailable, Unreachable
from index.vectors import Ids

AT_A_TIME = 4096  # rows of one call, and ids in one condition

WRITING_SECONDS = 600.0  # that a call may take that is no reader's
_FRESH_SECONDS = 60.0  # after which no replica lags behind what was written
# Servers of gRPC end a connection that asks more often than each five minutes whether it is alive.
_CHANNEL = {"grpc.keepalive_time_ms": 330_000}
_MISSING, _NOT_LOADED = (4, 100), (101,)  # codes of Milvus, old and new
_log = logging.getLogger(__name__)


class Server:
    """One Milvus, connected to when it is first asked; safe to share between threads."""

    def __init__(self, address: str, token: str = "", seconds: float = 10.0) -> None:
        """``address`` is a URL, or a file that ends in ``.db``: Milvus Lite in this process.

        ``seconds`` is how long a call may take.
        """
        self._address = address
        self._token = token
        self._seconds = seconds
        self._client: Any = None

    def call(self, method: str, *given: object, seconds: float | None = None, **named: Any) -> Any:
        """Call a method of pymilvus' client.

        Raises Unreachable where Milvus does not answer in time or refuses, and Damaged where it has
        no such collection.
        """
        client = self._connected()
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            return getattr(client, method)(*given, timeout=seconds or self._seconds, **named)
        except (MilvusException, RpcError) as error:
            code = _code(error)
            if code in _NOT_LOADED and method != "load_collection":  # it was started anew
                self.call("load_collection", given[0], seconds=WRITING_SECONDS)
                return self.call(method, *given, seconds=seconds, **named)
            _log.warning("Milvus, %s: %.500s", method, error)
            if code in _MISSING:
                raise Damaged("milvus.gone", name=given[0]) from error
            raise Unreachable("milvus.unreachable", why=code) from error

    def _connected(self) -> Any:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> Any:
        try:
            from pymilvus import MilvusClient
            from pymilvus.exceptions import MilvusException
        except ImportError as error:
            raise Unavailable("milvus.no_package") from error
        # It writes to standard error by itself, with stack traces; what it raises is told here.
        for name in ("pymilvus", "pymilvus.milvus_client", "milvus_lite"):
            own = logging.getLogger(name)
            own.handlers.clear()
            own.setLevel(logging.CRITICAL)
        address = self._address
        is_embedded = address.endswith(".db")
        if is_embedded:
            file = Path(address).expanduser()
            file.parent.mkdir(parents=True, exist_ok=True)
            address = str(file)
        try:
            return MilvusClient(
                address, token=self._token, timeout=self._seconds, grpc_options=_CHANNEL
            )
        except MilvusException as error:
            _log.warning("Milvus: %.500s", error)
            if is_embedded:
                raise Unreachable("milvus.embedded") from error
            raise Unreachable("milvus.unreachable", why=_code(error)) from error

    def collections(self) -> list[str]:
        """Return the names of all collections."""
        return list(self.call("list_collections"))

    def drop(self, name: str) -> None:
        """Remove a collection with all that is in it."""
        self.call("drop_collection", name)

    def create(self, name: str, dimension: int, *, exact: bool) -> "Collection":
        """Make a collection, whose search is ``exact`` or as Milvus is configured to do it best."""
        self._connected()
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("language", DataType.VARCHAR, max_length=64)
        schema.add_field("generation", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type="FLAT" if exact else "AUTOINDEX", metric_type="IP")
        self.call("create_collection", name, schema=schema, consistency_level="Strong")
        self.call("create_index", name, index, sync=False)  # there is nothing to wait for yet
        return Collection(self, name, time.time())


def _code(error: Any) -> Any:
    """Return what a failure is called, without any words of the server."""
    code = error.code() if callable(error.code) else error.code
    return getattr(code, "name", code)


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
