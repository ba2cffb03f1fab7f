"""A Milvus server behind pymilvus, which this module alone knows: its calls, each within a time."""

import logging
from pathlib import Path
from typing import Any

from index.errors import Damaged, Unavailable, Unreachable

WRITING_SECONDS = 600.0  # that a call may take that is no reader's
# Servers of gRPC end a connection that asks more often than each five minutes whether it is alive.
_CHANNEL = {"grpc.keepalive_time_ms": 330_000}
_MISSING, _NOT_LOADED = 100, 101  # codes of Milvus
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

        loaded = method == "load_collection"
        while True:
            try:
                return getattr(client, method)(*given, timeout=seconds or self._seconds, **named)
            except (MilvusException, RpcError) as error:
                code = _code(error)
                if code != _NOT_LOADED or loaded:
                    _log.warning("Milvus, %s: %.500s", method, error)
                    if code == _MISSING:
                        raise Damaged("milvus.gone", name=given[0]) from error
                    raise Unreachable("milvus.unreachable", why=code) from error
            self.call("load_collection", given[0], seconds=WRITING_SECONDS)  # it was started anew
            loaded = True

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

    def create(self, name: str, dimension: int, *, exact: bool) -> None:
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


def _code(error: Any) -> Any:
    """Return what a failure is called, without any words of the server."""
    code = error.code() if callable(error.code) else error.code
    return getattr(code, "name", code)
