"""``python -m eval.bench.large_ingest CORPORA``: the Bashkir press through ``yauap ingest``.

Its tokens a second beside those of the bare engine, which encodes a sample of the same chunks
before, after and, while the ingest is held, in between; whether both cores are busy; whether memory
grows. Then large JSON lines are read and chunked without being embedded (``streaming.py``). All
12,045 documents take about an hour; ``--minutes`` takes as many as fit.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.bench.bare_engine import BareEngine
from eval.bench.press import Fields, drawn, press, write_lines
from eval.bench.watched_ingest import figures_of, watched
from eval.provenance import commit, now
from index.filters import Filters
from index.folder import DataFolder
from index.job_records import JobRecord
from index.settings import IndexSettings

_ROOT = Path(__file__).parents[2]
_ROUND_SECONDS = 20  # of the bare engine
_PAUSE_EVERY = 300  # seconds of embedding between two rounds of it


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    some = parser.add_mutually_exclusive_group()
    some.add_argument("--documents", type=int, help="so many, drawn at random; default: all")
    some.add_argument("--minutes", type=float, help="as many as fit in about so long")
    parser.add_argument("--megabytes", type=float, default=300, help="of the large JSON lines")
    parser.add_argument("--out", type=Path, default=_ROOT / "eval" / "reports" / "ingest.json")
    given = parser.parse_args()
    console = Console()
    report: dict[str, Any] = {
        "created_at": now(),
        "commit": commit(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("onnxruntime", "numpy", "faiss-cpu")},
        "processors": os.cpu_count(),
    }
    report["streaming"] = _streaming(console, given.corpora, given.megabytes)
    console.print_json(data=report["streaming"])
    report["ingest"] = _ingest(console, press(given.corpora), given.documents, given.minutes)
    console.print_json(data=report["ingest"])
    given.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(given.out))


def _streaming(console: Console, corpora: Path, megabytes: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch, console.status("large JSON lines …"):
        lines = Path(scratch) / "drawn.jsonl"
        write_lines(drawn(corpora), lines, megabytes * 1e6)
        command = [sys.executable, "-m", "eval.bench.streaming", str(lines), f"{scratch}/data"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - fixed
    return dict(json.loads(done.stdout))


def _ingest(
    console: Console, documents: list[Fields], count: int | None, minutes: float | None
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        data_dir = Path(scratch) / "data"
        settings = IndexSettings(data_dir=data_dir)
        folder = DataFolder(settings)
        with console.status("the bare engine …"):
            bare = BareEngine(folder.embedder, documents, settings.chunk_tokens, _ROUND_SECONDS)
            bare.measure()
            bare.measure()
        whole = len(documents)
        if minutes is not None:
            count = bare.documents_of(60 * minutes, documents)
        if count is not None:
            chosen = random.Random(1)  # noqa: S311 - not for secrets
            documents = chosen.sample(documents, min(count, whole))
        lines = Path(scratch) / "press.jsonl"
        write_lines(documents, lines, float("inf"))
        with _bar(console) as told:
            samples = watched(lines, data_dir, bare.measure, _PAUSE_EVERY, told)
        with console.status("the bare engine …"):
            bare.measure()
            bare.measure()
        with console.status("tokens …"):
            chunks, tokens = _counted(folder)
    figures = figures_of(samples, os.cpu_count() or 1)
    rate = tokens / figures["seconds"]
    return {
        "documents": len(documents),
        "of": whole,
        "chunks": chunks,
        "tokens": tokens,
        "tokens_per_second": round(rate),
        "bare_tokens_per_second": [round(one) for one in bare.tokens_per_second],
        "ratio": round(rate / bare.median(), 3),
        "wanted": "ratio ≥ 0.9, cpu_use near 1",
        **figures,
    }


def _counted(folder: DataFolder) -> tuple[int, int]:
    """Return how many chunks there are, and their tokens."""
    chunks = tokens = 0
    with folder.index.view() as view:
        for group in view.groups(Filters()):
            texts = [passage.text for passage in view.passages(group.ids)]
            chunks += len(texts)
            tokens += sum(folder.embedder.count_tokens(texts))
    return chunks, tokens


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[JobRecord], None]]:
    """Give what is told of a job, and draw it."""
    columns = (TextColumn("ingest"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)
        yield lambda job: progress.update(task, completed=job.ready, total=job.total)


if __name__ == "__main__":
    main()
