"""Ray, started for a while on this machine or joined where it runs."""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from index.errors import NoWorkers

_ALWAYS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what matters comes as an exception
}
# All that is bound to loopback, and asks for a token that only we have.
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "token"}
_SET_BY_RAY = ("PYTHONBREAKPOINT", "RAY_CLIENT_MODE")
_OBJECT_BYTES = 150_000_000  # for what is on its way to a worker and back
_SECONDS_TO_CONNECT = 10


@contextmanager
def connected(workers: int, address: str) -> Iterator[None]:
    """Be connected to the Ray cluster at ``address``, or to one of our own of so many cores.

    One of our own, its logs and files are gone afterwards. Raises NoWorkers.
    """
    environment = _ALWAYS if address else _ALWAYS | _ALONE | {"RAY_AUTH_TOKEN": _token()}
    with _restored(environment), TemporaryDirectory(prefix="yauap-ray-") as scratch:
        # Else what lies where the command was called would be found before all other modules.
        empty = Path(scratch) / "empty"
        empty.mkdir()
        try:
            import ray
        except ImportError as error:
            raise NoWorkers("workers.not_installed") from error
        own = {
            "num_cpus": workers,
            "num_gpus": 0,
            "include_dashboard": False,
            "object_store_memory": _OBJECT_BYTES * (workers + 1),
            "_node_ip_address": "127.0.0.1",
            "_temp_dir": scratch,
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
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
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


@cache
def _token() -> str:
    return secrets.token_hex(32)


@contextmanager
def _restored(environment: dict[str, str]) -> Iterator[None]:
    """Set variables for the block, and undo what Ray does to the process beside that."""
    before = {name: os.environ.get(name) for name in (*environment, *_SET_BY_RAY)}
    on_terminate = signal.getsignal(signal.SIGTERM)
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, on_terminate)
