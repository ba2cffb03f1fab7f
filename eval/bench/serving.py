"""The service over HTTP: start-up, search latency and memory against the bare library."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from eval.bench.bare import BareModel, seconds_to_load
from eval.bench.corpus import QUERIES
from eval.bench.process import Process
from index.settings import IndexSettings

CACHES_OFF = {"YAUAP_CACHE_BYTES": "0", "YAUAP_RATE_PER_ADDRESS": ""}
_ROUNDS = 3
_SEARCHES = 20  # of each query


def measure_serving(seeds: Path) -> dict[str, dict[str, Any]]:
    """Return start-up, search latency and peak memory of a service over the seeds."""
    settings = IndexSettings()
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [yauap(), "ingest", str(seeds), "--data-dir", scratch], check=True, capture_output=True
        )
        ready, bare = [], []
        for _ in range(_ROUNDS):
            with running_service(Path(scratch)) as (_, _, seconds):
                ready.append(seconds)
            bare.append(seconds_to_load(settings))
        with running_service(Path(scratch)) as (url, process, _):
            search = _measure_search(url, BareModel(settings))
            memory = round(Process(process.pid).peak_megabytes())
    return {
        "ready": {
            "seconds": round(median(ready), 2),
            "bare_seconds": round(median(bare), 2),
            "ratio": round(median(r / b for r, b in zip(ready, bare, strict=True)), 3),
            "wanted": "≤ 1.5",
        },
        "search": search,
        "memory": {"peak_megabytes": memory},
    }


def _measure_search(url: str, model: BareModel) -> dict[str, Any]:
    ours, bare = [], []
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in range(_SEARCHES + 2):
            for query in QUERIES:
                started = time.perf_counter()
                client.post("/v1/search", json={"query": query}).raise_for_status()
                middle = time.perf_counter()
                model.encode([f"query: {query}"])
                if number >= 2:  # the first two rounds warm both up
                    ours.append(middle - started)
                    bare.append(time.perf_counter() - middle)
    return {
        "p50_ms": round(1000 * median(ours), 1),
        "bare_p50_ms": round(1000 * median(bare), 1),
        "ratio": round(median(ours) / median(bare), 3),
        "wanted": "≤ 1.4",
    }


@contextmanager
def running_service(
    data_dir: Path, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Give the url and the process of a service that is ready, and the seconds it took."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - fixed arguments, no shell
        [yauap(), "serve", "--port", str(port), "--data-dir", str(data_dir)],
        stderr=subprocess.DEVNULL,
        env={**os.environ, **settings},
    )
    try:
        while not _is_ready(url):
            if process.poll() is not None:
                raise RuntimeError("the service ended before it was ready")
            time.sleep(0.02)
        yield url, process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def yauap() -> str:
    """Return the path of the command."""
    return os.fspath(Path(sys.executable).parent / "yauap")
