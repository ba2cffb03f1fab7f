"""A disk that takes no more, and a folder that takes nothing, as a process sees them."""

import ctypes
import multiprocessing
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

_OVERRIDE = 1 << 1  # CAP_DAC_OVERRIDE, by which root writes whatever the modes of files say
_VERSION = 0x20080522


def full(room: int) -> None:
    """Let no file of this process grow beyond ``room`` bytes from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))


@contextmanager
def full_for(process: int, room: int) -> Iterator[None]:
    """Let no file of another process grow beyond ``room`` bytes meanwhile."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def as_anybody() -> None:
    """Let the modes of files count for this process also where it is root's."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then their upper halves
    if libc.capget(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    sets[0] &= ~_OVERRIDE
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write away from a folder and everything in it meanwhile."""
    below = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in below]
    for path, mode in zip(below, modes, strict=True):
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in zip(below, modes, strict=True):
            path.chmod(mode)


def elsewhere(work: Callable[..., None], *arguments: Any) -> str:
    """Do work in another process; return the error it ended with, "" where there was none."""
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=_told, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        return str(ours.recv())
    finally:
        process.join()


def _told(tell: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    try:
        work(*arguments)
    except Exception as error:
        tell.send(f"{type(error).__name__}: {error}")
    else:
        tell.send("")
