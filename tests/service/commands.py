"""The command ``yauap`` as a user runs it: in a process of its own, over a data folder."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

SEEDS = Path(__file__).parents[2] / "seeds"
YAUAP = Path(sys.executable).with_name("yauap")
BODY_BYTES = 2_000_000
DOCUMENT_BYTES = 200_000

_LIMITS = {
    "YAUAP_MAX_BODY_BYTES": str(BODY_BYTES),
    "YAUAP_MAX_DOCUMENT_BYTES": str(DOCUMENT_BYTES),
    "YAUAP_RATE_PER_ADDRESS": "",
}
_Found = TypeVar("_Found")

Argument = str | bytes | Path


def wait_for(look: Callable[[], _Found | None], what: str, seconds: float = 120) -> _Found:
    """Return what ``look`` gives once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return these settings, the limits of the tests, and nothing else of whoever runs them."""
    kept = ("PATH", "HOME", "TMPDIR", "YAUAP_MODEL_DIR")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **{"LANG": "C.UTF-8", "COLUMNS": "250", "YAUAP_LANGUAGE": "en"},
        **_LIMITS,
        **settings,
    }


@dataclass(frozen=True)
class Run:
    """What a command came to."""

    status: int
    out: str
    err: str


def start_yauap(
    *arguments: Argument,
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
    stdout: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start the command ``yauap`` over a data folder, in the background."""
    return subprocess.Popen(
        [YAUAP, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=data_dir.parent,
        env=environment({"YAUAP_DATA_DIR": str(data_dir), **(settings or {})}),
    )


def finished(process: subprocess.Popen[bytes]) -> Run:
    """Wait for a command. It ends by itself and never with a traceback, whatever it was given."""
    with process:
        out, err = process.communicate(timeout=240)
    run = Run(process.returncode, (out or b"").decode(), err.decode())
    assert "Traceback" not in run.err, run.err
    assert run.status in (0, 1, 2), run
    return run


def yauap(*arguments: Argument, data_dir: Path, **settings: str) -> Run:
    """Run the command ``yauap`` over a data folder and return what it came to."""
    return finished(start_yauap(*arguments, data_dir=data_dir, settings=settings))


def together(commands: Iterable[Sequence[Argument]], data_dir: Path, **settings: str) -> list[Run]:
    """Run several commands at the same time."""
    started = [start_yauap(*c, data_dir=data_dir, settings=settings) for c in commands]
    return [finished(process) for process in started]
