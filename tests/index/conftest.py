"""Every place where vectors may lie, as one fixture."""

from collections.abc import Iterator

import pytest

from index.milvus import MilvusStore, Server
from index.vector_store import VectorStore
from tests.milvus_server import free_port, running


@pytest.fixture(scope="session")
def milvus_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that speaks gRPC."""
    with running(tmp_path_factory.mktemp("milvus"), free_port()) as address:
        yield address


@pytest.fixture(scope="session")
def embedded_milvus(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a Milvus Lite in this process."""
    return str(tmp_path_factory.mktemp("embedded") / "milvus.db")


# Up to how many vectors an index is exact: so many that all are, or none but an empty one.
@pytest.fixture(params=["flat", "inverted", "milvus-embedded", "milvus-grpc"], scope="module")
def store(request: pytest.FixtureRequest) -> Iterator[VectorStore]:
    """A place where vectors may lie, which is empty again in the end."""
    if request.param in ("flat", "inverted"):
        yield VectorStore(1000 if request.param == "flat" else 0)
        return
    place = "embedded_milvus" if request.param == "milvus-embedded" else "milvus_address"
    server = Server(request.getfixturevalue(place))
    found = VectorStore(1000, MilvusStore(server, lambda: "conformance", 1000))
    yield found
    found.keep_only([])
