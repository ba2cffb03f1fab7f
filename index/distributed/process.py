"""The process that drives Ray, from the side of who needs it."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from tempfile import TemporaryDirectory

from index.errors import NoWorkers
from index.preparing import Given, Prepared, Preparer

_ALWAYS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what matters comes as an exception
}
# All that is bound to loopback, and asks for a token that only we have.
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "token"}
_SECONDS_TO_END = 20


@dataclass(frozen=True, slots=True)
class Task:
    """Where documents are prepared, and how; all is given up after so long without a block."""

    workers: int
    address: str
    open_preparer: Callable[[], Preparer]
    seconds_without_a_block: float


def prepared_elsewhere(
    task: Task, groups: Iterable[Sequence[Given]]
) -> Generator[list[Prepared], None, None]:
    """Yield what becomes of groups of documents, some at a time, in their order.

    Raises NoWorkers, what stopped a worker's own work, and RuntimeError for what nobody foresaw.
    """
    with TemporaryDirectory(prefix="yauap-ray-", ignore_cleanup_errors=True) as scratch:
        ours, theirs = Pipe()
        process = _started(theirs, task.address)
        try:
            theirs.close()
            ours.send((task, Path(scratch)))
            for group in groups:
                ours.send(group)
            ours.send(None)
            yield from _received(ours)
        except (EOFError, OSError) as error:
            raise NoWorkers("workers.lost", why=_how_ended(process)) from error
        finally:
            ours.close()
            _end(process)


def _received(connection: Connection) -> Generator[list[Prepared], None, None]:
    while (told := connection.recv()) is not None:
        if isinstance(told, Exception):
            raise told
        yield told


def _started(connection: Connection, address: str) -> "subprocess.Popen[bytes]":
    own = {} if address else _ALONE | {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    without_ours = {k: v for k, v in os.environ.items() if not k.startswith("YAUAP_")}
    return subprocess.Popen(  # noqa: S603 # this very Python, and a number
        [sys.executable, "-P", "-m", "index.distributed.driver", str(connection.fileno())],
        env=without_ours | _ALWAYS | own,
        pass_fds=[connection.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C is for the command, which ends this one itself
    )


def _how_ended(process: "subprocess.Popen[bytes]") -> str:
    with suppress(subprocess.TimeoutExpired):
        return f"status {process.wait(_SECONDS_TO_END)}"
    return "no answer"


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let it end, Ray with it, now that nobody is at our end; kill what is left of both."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_END)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
