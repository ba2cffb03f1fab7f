"""A Milvus server as a process of its own: that of Milvus Lite, over gRPC on a port."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import Unreachable
from index.milvus import Server


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def running(folder: Path, port: int) -> Iterator[str]:
    """Run a server over a folder; give its address when it answers."""
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process)
            yield address
        finally:
            process.kill()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            Server(address).collections()
            return
        except Unreachable:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                break
    raise AssertionError("the Milvus server does not start")
