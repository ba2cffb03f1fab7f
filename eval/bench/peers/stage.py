"""``python -m eval.bench.peers.stage``: build an index, or ask one, in a process of its own.

Reads a ``Task`` as JSON from standard input and writes what it measured into the task's file, for
libraries print whatever they like. Imports nothing but what is measured.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.bench.peers.protocol import Place, Text
from eval.bench.peers.selection import searcher
from eval.bench.process import Process

_QUIET = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "PYTHONWARNINGS": "ignore"}


class StageFailed(RuntimeError):
    """A system's process ended without figures; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Built:
    """Seconds from texts to a saved index, the model loaded before; peak of resident memory."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What each query found and how long it took.

    ``start_seconds``: from the start of the process until the first query was answered.
    """

    found: list[list[str]]
    milliseconds: list[float]
    start_seconds: float
    megabytes: float


def build(name: str, place: Place, texts: Sequence[Text]) -> Built:
    """Build an index in a fresh process. Raises StageFailed."""
    given = {"place": _paths(place), "texts": [asdict(text) for text in texts]}
    return Built(**_run(name, given, place.index.with_suffix(".built.json")))


def ask(name: str, place: Place, queries: Sequence[tuple[str, str]]) -> Asked:
    """Open an index in a fresh process and ask (query, language) one by one. Raises StageFailed."""
    given = {"place": _paths(place), "queries": queries}
    return Asked(**_run(name, given, place.index.with_suffix(".asked.json")))


def _paths(place: Place) -> dict[str, str]:
    return {"index": str(place.index), "model": str(place.model)}


def _run(name: str, given: Mapping[str, Any], out: Path) -> dict[str, Any]:
    threads = os.environ.get("OMP_NUM_THREADS") or str(os.cpu_count())
    task = {"name": name, "out": str(out), **given}
    # The monotonic clock is one for all processes of the system.
    task["started"] = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "eval.bench.peers.stage"],
        input=json.dumps(task),
        env={**os.environ, **_QUIET, "OMP_NUM_THREADS": threads},
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise StageFailed(f"{name}: {done.stderr[-2000:]}")
    measured: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return measured


def build_here(name: str, place: Place, texts: Sequence[Text]) -> Built:
    """Build an index in this process."""
    system = searcher(name, place)
    system.load()
    started = time.perf_counter()
    system.build(texts)
    return Built(time.perf_counter() - started, Process("self").peak_megabytes())


def ask_here(name: str, place: Place, queries: Sequence[Sequence[str]], started: float) -> Asked:
    """Open an index in this process, which began at ``started``, and ask (query, language)."""
    system = searcher(name, place)
    system.open()
    system.search(*queries[0])
    ready = time.monotonic() - started
    found, milliseconds = [], []
    for query, language in queries:
        before = time.perf_counter()
        found.append(system.search(query, language))
        milliseconds.append(1000 * (time.perf_counter() - before))
    return Asked(found, milliseconds, ready, Process("self").peak_megabytes())


def _main() -> None:
    task = json.load(sys.stdin)
    place = Place(Path(task["place"]["index"]), Path(task["place"]["model"]))
    if "texts" in task:
        texts = [Text(**fields) for fields in task["texts"]]
        measured: Built | Asked = build_here(task["name"], place, texts)
    else:
        measured = ask_here(task["name"], place, task["queries"], task["started"])
    Path(task["out"]).write_text(json.dumps(asdict(measured)), encoding="utf-8")


if __name__ == "__main__":
    _main()
