"""An S3-compatible server on this machine, whose buckets are folders."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.service.commands import wait_for

SECRET = "a-secret-that-nobody-may-see"


@dataclass(frozen=True)
class Server:
    """Where it is reached, and the folder of its one bucket, in which objects are files."""

    url: str
    folder: Path

    @property
    def objects(self) -> list[str]:
        """The names of all objects."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in files)

    @property
    def variables(self) -> dict[str, str]:
        """What a program is told that uses it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "ours",
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }


@contextmanager
def bucket_server(folder: Path) -> Iterator[Server]:
    """Serve the bucket ``yauap`` until the block is left; this process is told of it too."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "yauap").mkdir(parents=True)
    server = Server(f"http://127.0.0.1:{port}", folder / "yauap")
    command = [sys.executable, "-m", "localbucket", str(folder), "--port", str(port)]
    with (
        (folder.parent / f"{folder.name}.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in server.variables.items():
            patch.setenv(name, value)
        try:
            wait_for(lambda: process.poll() is not None or _listens(port), "the bucket")
            assert process.poll() is None
            yield server
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
