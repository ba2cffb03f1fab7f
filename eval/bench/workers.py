"""``python -m eval.bench.workers CORPORA``: the Bashkir press ingested by two Ray workers, and one.

Each is a ``yauap ingest`` of its own into an empty folder, beside one without Ray, which uses all
cores itself. All three are taken in turn, round by round, so that what else the machine does falls
on all alike. Tokens are of the whole time, with start and publishing; characters of the time from
the first documents that were ready to the last. A job that one process does at once is
refused: no workers would be started for it.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import tempfile
import time
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from eval.bench.press import press, write_lines
from eval.bench.serving import yauap
from eval.provenance import commit, now
from index.catalog import Catalog
from index.embedding import open_embedder
from index.jobs import Jobs
from index.settings import IndexSettings
from index.staging import CHARACTERS_AT_A_TIME

_ROOT = Path(__file__).parents[2]
_WORKERS = (0, 1, 2)
_EVERY = 0.2  # seconds


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--documents", type=int, default=1000, help="drawn at random")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--note", default="", help="kept with the figures")
    parser.add_argument("--out", type=Path, default=_ROOT / "eval" / "reports" / "workers.json")
    given = parser.parse_args()
    console = Console()
    documents = random.Random(1).sample(press(given.corpora), given.documents)  # noqa: S311 - no secret
    if sum(len(one["text"]) for one in documents) <= CHARACTERS_AT_A_TIME:
        parser.error(f"--documents: {given.documents} are too few for workers to be started")
    embedder = open_embedder(IndexSettings())
    tokens = sum(sum(embedder.count_tokens([one["text"]])) for one in documents)
    taken: dict[int, list[dict[str, float]]] = {workers: [] for workers in _WORKERS}
    with tempfile.TemporaryDirectory() as scratch:
        lines = Path(scratch) / "press.jsonl"
        write_lines(documents, lines, float("inf"))
        for number in range(given.rounds):
            for workers in _WORKERS:
                with console.status(f"round {number + 1}, {workers} workers …"):
                    data_dir = Path(scratch) / f"{number}-{workers}"
                    taken[workers].append(measured(lines, data_dir, workers))
    report = {
        "created_at": now(),
        "commit": commit(),
        "note": given.note,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("ray", "pyarrow", "onnxruntime")},
        "processors": os.cpu_count(),
        "documents": len(documents),
        "tokens": tokens,
        **figures(taken, tokens),
    }
    console.print_json(data=report)
    given.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(given.out))


def measured(lines: Path, data_dir: Path, workers: int) -> dict[str, float]:
    """Ingest JSON lines; return the seconds it took, and the characters a second once started.

    Raises CalledProcessError where it fails.
    """
    jobs = Jobs(Catalog(data_dir))
    command = [yauap(), "ingest", str(lines), "--data-dir", str(data_dir)]
    environment = os.environ | {"YAUAP_RAY_WORKERS": str(workers)}
    ready: list[tuple[float, int]] = []
    started = time.perf_counter()
    with (lines.parent / "told.txt").open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, env=environment)  # noqa: S603 - no shell
        try:
            while process.poll() is None:
                for job in jobs.page(None, 1):
                    ready.append((time.perf_counter(), job.characters_ready))
                time.sleep(_EVERY)
        finally:
            process.kill()
            status = process.wait()
    seconds = time.perf_counter() - started
    if status:
        raise subprocess.CalledProcessError(
            status, command, stderr=(lines.parent / "told.txt").read_bytes()
        )
    return {"seconds": seconds, "characters_a_second": characters_a_second(ready)}


def characters_a_second(ready: list[tuple[float, int]]) -> float:
    """Return the rate from the first characters that were ready to the last; 0: all at once."""
    steps = [later for sooner, later in pairwise(ready) if later[1] > sooner[1]]
    if len(steps) < 2:
        return 0.0
    (begun, first), (ended, last) = steps[0], steps[-1]
    return (last - first) / (ended - begun)


def figures(taken: dict[int, list[dict[str, float]]], tokens: int) -> dict[str, Any]:
    """Return the medians by number of workers, and ratios as medians over rounds."""

    def faster(of: int, than: int) -> float:
        pairs = zip(taken[of], taken[than], strict=True)
        return round(median(b["seconds"] / a["seconds"] for a, b in pairs), 3)

    def once_started(of: int, than: int) -> float | None:
        what = "characters_a_second"
        pairs = [(a[what], b[what]) for a, b in zip(taken[of], taken[than], strict=True)]
        return round(median(a / b for a, b in pairs), 3) if all(b for _, b in pairs) else None

    return {
        "rounds": len(taken[0]),
        "by_workers": {
            ("without Ray" if not workers else str(workers)): {
                "seconds": [round(one["seconds"], 1) for one in rounds],
                "tokens_per_second": round(tokens / median(one["seconds"] for one in rounds)),
                "characters_per_second_once_started": round(
                    median(one["characters_a_second"] for one in rounds)
                ),
            }
            for workers, rounds in taken.items()
        },
        "two_against_one": faster(2, 1),
        "two_against_one_once_started": once_started(2, 1),
        "two_against_none": faster(2, 0),
        "two_against_none_once_started": once_started(2, 0),
    }


if __name__ == "__main__":
    main()
