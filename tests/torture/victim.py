"""The process that is killed: the command ``yauap`` itself, over the fake embedder."""

import multiprocessing
import os
import random
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import pytest
import typer

from index import staging
from tests.fakes import FakeEmbedder
from tests.torture.disk import as_anybody
from tests.torture.steps import Moment, Steps

CHUNK_TOKENS = 32
_CHARACTERS_AT_A_TIME = 600  # so that a job of a few documents is staged in several transactions
_LONGEST_SECONDS = 120
_MOST_DELAY = 0.003  # between the beginning of a step and the kill within it

# One process imports the libraries; the victims are its forks. Spawned, each would take seconds.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.torture.preloaded"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended: killed or by itself, after how long, and which steps it took."""

    killed: bool
    seconds: float
    steps: Counter[str]  # known only of one that ended by itself


class Unexpected(Exception):
    """A process that was not killed has failed."""


def run(
    arguments: Sequence[str | Path],
    log: Path,
    chance: random.Random,
    moment: Moment | None = None,
    seconds: float | None = None,
    meanwhile: Callable[[Callable[[], bool]], None] = lambda alive: None,
    chunk_tokens: int = CHUNK_TOKENS,
) -> Outcome:
    """Run ``yauap`` with these arguments and kill it at ``moment``, or after so many seconds.

    ``meanwhile`` is called while it runs; a process that serves is stopped when it returns. Raises
    Unexpected where one fails by itself.
    """
    ours, theirs = _FORKS.Pipe()
    process = _FORKS.Process(
        target=_victim, args=([str(each) for each in arguments], log, moment, theirs, chunk_tokens)
    )
    began = time.monotonic()
    process.start()
    theirs.close()
    killer = _Killer(process.pid or 0, ours, chance, seconds)
    killer.start()
    try:
        meanwhile(process.is_alive)
    finally:
        if arguments[0] == "serve" and process.is_alive():
            with suppress(ProcessLookupError):  # the killer was quicker
                os.kill(process.pid or 0, signal.SIGINT)
        process.join(_LONGEST_SECONDS)
        killer.join()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise Unexpected(f"{arguments}: {process.exitcode}\n{log.read_text()[-3000:]}")
    return Outcome(process.exitcode != 0, time.monotonic() - began, killer.steps)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """Serve a data folder in ``folder`` from another process; give its address and its number."""
    port = free_port()
    process = _FORKS.Process(
        target=_yauap, args=(["serve", "--port", str(port), "--data-dir", str(folder / "data")],
                             folder / "log")
    )  # fmt: skip
    process.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            if not answers(client, process.is_alive):
                raise Unexpected((folder / "log").read_text()[-3000:])
        yield f"http://127.0.0.1:{port}", process.pid or 0
    finally:
        process.kill()
        process.join()


def answers(client: httpx.Client, alive: Callable[[], bool]) -> bool:
    """Wait until a service answers; False where it is gone before."""
    while alive():
        with suppress(httpx.ConnectError):
            return client.get("/healthz").status_code == 200
        time.sleep(0.02)
    return False


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _victim(
    arguments: list[str], log: Path, moment: Moment | None, tell: Connection, chunk_tokens: int
) -> None:
    steps = Steps(moment, lambda: tell.send(None))
    _yauap(arguments, log, steps.watch, chunk_tokens)
    sys.setprofile(None)
    tell.send(dict(steps.taken))


def _yauap(
    arguments: list[str],
    log: Path,
    begin: Callable[[], None] = lambda: None,
    chunk_tokens: int = CHUNK_TOKENS,
) -> None:
    from service import cli

    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ["YAUAP_CHUNK_TOKENS"] = str(chunk_tokens)
    os.environ["YAUAP_RATE_PER_ADDRESS"] = ""  # all clients of a test have one address
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
        patch.setattr(staging, "CHARACTERS_AT_A_TIME", _CHARACTERS_AT_A_TIME)
        as_anybody()
        begin()
        with suppress(typer.Abort):  # a service that is stopped
            cli.app(arguments, standalone_mode=False)


class _Killer:
    """Kills a process when it tells that it has begun a step, or after its time."""

    def __init__(
        self, process: int, told: Connection, chance: random.Random, seconds: float | None
    ) -> None:
        self.steps: Counter[str] = Counter()
        self._process = process
        self._told = told
        self._delay = chance.uniform(0, _MOST_DELAY)
        self._seconds = seconds
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.start, self.join = self._thread.start, self._thread.join

    def _run(self) -> None:
        if self._seconds is not None and not self._told.poll(self._seconds):
            os.kill(self._process, signal.SIGKILL)
            return
        with suppress(EOFError):  # it has ended without a word
            steps = self._told.recv()
            if steps is not None:
                self.steps.update(steps)
                return
            time.sleep(self._delay)
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
