"""Ray, started for a while on this machine or joined where it runs."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ray
from ray.exceptions import RayError

from index.errors import NoWorkers

_OBJECT_BYTES = 150_000_000  # for what is on its way to a worker and back
_SECONDS_TO_CONNECT = 10


@contextmanager
def connected(workers: int, address: str, scratch: Path) -> Iterator[None]:
    """Be connected to the Ray cluster at ``address``, or to one of our own of so many cores.

    One of our own keeps its logs and files in ``scratch``. Raises NoWorkers.
    """
    # Else what lies where the command was called would be found before all other modules.
    empty = scratch / "empty"
    empty.mkdir()
    own = {
        "num_cpus": workers,
        "num_gpus": 0,
        "include_dashboard": False,
        "object_store_memory": _OBJECT_BYTES * (workers + 1),
        "_node_ip_address": "127.0.0.1",
        "_temp_dir": str(scratch),
    }
    try:
        if address:
            _require_listening(address)
        ray.init(
            address or "local",
            configure_logging=False,
            log_to_driver=False,
            runtime_env={"working_dir": str(empty), "env_vars": {"OMP_NUM_THREADS": "1"}},
            **({} if address else own),
        )
    except (OSError, RuntimeError, ValueError, RayError) as error:
        ray.shutdown()
        why = str(error).strip().partition("\n")[0]
        raise NoWorkers("workers.unreachable", address=address or "local", why=why) from error
    try:
        yield
    finally:
        ray.shutdown()


def _require_listening(address: str) -> None:
    """Raise OSError where nobody listens: Ray would wait for minutes."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), _SECONDS_TO_CONNECT).close()
