"""``python -m index.distributed.driver FD``: the process that drives Ray, and nothing else.

Where Ray loses a process of its own it may end the one that drives it, at once and without an
exception: that must be neither the service nor a command that writes. ``process.py`` is the other
side. Through the file descriptor come a task with a folder for Ray's files, groups of documents and
None; back go lists of what becomes of documents, then None, or the exception that there was.
"""

import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from index.distributed.cluster import connected
from index.distributed.process import Task
from index.distributed.stages import prepared_by_workers
from index.errors import YauapError
from index.preparing import Given

_SECONDS_TO_END = 10


def main() -> None:
    """Do one task."""
    number = int(sys.argv[1])
    os.set_inheritable(number, False)  # what Ray starts must not keep it open
    asker = Connection(number)
    with suppress(BrokenPipeError):  # nobody waits for more
        try:
            task, scratch = asker.recv()
            groups = list(iter(asker.recv, None))
            threading.Thread(target=_end_without, args=(asker, scratch), daemon=True).start()
            _do(task, scratch, groups, asker)
        except YauapError as error:
            asker.send(error)
        except Exception:  # Ray's own cannot all be sent
            asker.send(RuntimeError(traceback.format_exc()))
        else:
            asker.send(None)


def _do(task: Task, scratch: Path, groups: Sequence[Sequence[Given]], asker: Connection) -> None:
    try:
        with connected(task.workers, task.address, scratch):
            for prepared in prepared_by_workers(
                groups, task.workers, task.open_preparer, task.seconds_without_a_block
            ):
                asker.send(prepared)
    finally:  # whoever asked may have been killed
        shutil.rmtree(scratch, ignore_errors=True)


def _end_without(asker: Connection, scratch: Path) -> None:
    """Wait until nobody is at the other end any more, then end this process and Ray in order.

    Ray makes an exception of the signal, which is lost where it meets what passes over exceptions:
    then both are ended without order.
    """
    with suppress(EOFError, OSError):
        asker.recv()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_END)
    shutil.rmtree(scratch, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
