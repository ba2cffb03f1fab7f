"""The process that parses what is not plain text, from the side of who needs it.

A file that is hostile or broken may hang its parser, fill its memory or end it. So it is sent to a
process of its own (``worker.py``), which knows nothing but these bytes and is killed when it takes
too long; the next file has a new one. Both sides write JSON lines: nothing that comes back is code.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from types import TracebackType
from typing import BinaryIO

from index.errors import InvalidDocument
from index.readers.limits import NO_MEMORY, Limits
from index.readers.source import Fields, File, Unreadable
from index.text.normalise import stored_text

# What a library that is led astray by a file does to its process.
_CRASHES = tuple(-n for n in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE))
_ENDED = "document.parser"
_STARTING_SECONDS = 30  # until the libraries are there, before the first file is begun
_Reading = Generator[Fields | Unreadable, None, tuple[int, str | None, InvalidDocument | None]]


class Parser:
    """Reads files in another process, which is started with the first one and kept."""

    def __init__(self, limits: Limits, columns: Mapping[str, str]) -> None:
        self._limits = limits
        self._settings = json.dumps({"limits": asdict(limits), "columns": dict(columns)})
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Parser":
        """Start nothing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End the process."""
        self._end()

    def read(self, file: File) -> Iterator[Fields | Unreadable]:
        """Yield the documents of a file, or why there are none.

        Where the process ends or is killed over one file of an archive, that one alone fails, and
        another process goes on behind it. Raises InvalidDocument for a file that is too large, and
        OSError where it cannot be read.
        """
        done = 0
        while True:
            kept = self._process is not None
            with file.open() as stream:
                begun, part, why = yield from self._read_from(file, stream, done)
            if why is None:
                return
            if kept and begun == done and why.key == _ENDED:
                continue  # it had been ended before this file came
            yield Unreadable(part or stored_text(file.name), why)
            if begun == done:  # nothing was begun that could be passed over
                return
            done = begun

    def _read_from(self, file: File, stream: BinaryIO, done: int) -> _Reading:
        """Read what follows the first ``done`` parts.

        Returns the number and the name of the last part begun, and what ended the process over it.
        """
        size = stream.seek(0, os.SEEK_END)
        if size > self._limits.file_bytes:
            raise InvalidDocument("document.file_too_large", limit=self._limits.file_bytes)
        stream.seek(0)
        if self._process is not None and self._process.poll() is not None:
            self._end()  # ended by somebody else between two files
        seconds = self._limits.parse_seconds + (_STARTING_SECONDS if self._process is None else 0)
        process = self._process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        begun, part = done, None
        with _Watch(process, seconds) as watch:
            with suppress(BrokenPipeError):
                request = {"name": file.name, "size": size, "after": done}
                process.stdin.write(json.dumps(request).encode() + b"\n")
                shutil.copyfileobj(stream, process.stdin)
                process.stdin.flush()
            while (line := process.stdout.readline()).endswith(b"\n"):  # else it has ended
                told = json.loads(line)
                if "begun" in told:
                    begun, part = told["begun"], told["name"]
                    watch.begin(self._limits.parse_seconds)
                elif "ended" in told:
                    part = None
                elif "fields" in told:
                    with watch.paused():
                        yield told["fields"]
                elif "unreadable" in told:
                    error = InvalidDocument(told["key"], **told["values"])
                    with watch.paused():
                        yield Unreadable(told["unreadable"], error)
                else:
                    return begun, part, None
        return begun, part, self._why_ended(process, watch.over)

    def _why_ended(self, process: "subprocess.Popen[bytes]", over: bool) -> InvalidDocument:
        status = None if over else process.wait()
        self._end()
        if over:
            return InvalidDocument("document.time", limit=f"{self._limits.parse_seconds:g}")
        if status == NO_MEMORY:
            return InvalidDocument("document.memory", limit=self._limits.parse_memory_bytes)
        if status in _CRASHES:
            return InvalidDocument("document.malformed")
        return InvalidDocument(_ENDED, status=status)

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 # this very Python, and limits as numbers
            [sys.executable, "-P", "-m", "index.readers.worker", self._settings],
            # Nothing that is secret is at hand there.
            env={k: v for k, v in os.environ.items() if not k.startswith(("YAUAP_", "RAY_"))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for the command, which ends this one itself
        )

    def _end(self) -> None:
        if self._process is not None:
            with suppress(BrokenPipeError), self._process as process:
                process.kill()
            self._process = None


class _Watch:
    """Kills a process that takes too long."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        self._process = process
        self.over = False
        self._start(seconds)

    def __enter__(self) -> "_Watch":
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()

    def begin(self, seconds: float) -> None:
        """Give what begins now so much time."""
        self._timer.cancel()
        self._start(seconds)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the time stand still that is taken by who uses what was read."""
        self._timer.cancel()
        left = self._until - time.monotonic()
        yield
        self._start(max(0.0, left))

    def _start(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True
        self._timer.start()

    def _kill(self) -> None:
        self.over = True
        self._process.send_signal(signal.SIGKILL)
