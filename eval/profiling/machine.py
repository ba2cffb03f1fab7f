"""The limit of this machine, and how near to it the bundled model is encoded."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from eval.profiling.work import Work
from index.embedding.protocol import Embedder

_ROUNDS = 3
_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def limits(threads: Sequence[int]) -> dict[str, Any]:
    """Return what products and copies reach (``multiply.py``), by the number of threads."""
    found = {}
    for count in threads:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [sys.executable, "-m", "eval.profiling.multiply", str(count)],
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, **dict.fromkeys(_VARIABLES, str(count))},
        )
        found[str(count)] = json.loads(done.stdout)
    return {"processor": _processor(), "processors": os.cpu_count(), "by_threads": found}


def reached(
    embedder: Embedder,
    work: Work,
    limit: tuple[float, float],
    passages: Sequence[str],
    queries: Sequence[str],
) -> dict[str, Any]:
    """Return tokens and GFLOPs a second of passages in batches, and of queries one by one.

    ``limit`` is how many GFLOPs a second the machine does at best, in 32 and in 8 bits.
    """
    seconds, alone = [], []
    embedder.embed_passages(passages[:8])
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        embedder.embed_passages(passages)
        seconds.append(time.perf_counter() - started)
        for query in queries:
            started = time.perf_counter()
            embedder.embed_queries([query])
            alone.append(time.perf_counter() - started)
    spec = embedder.spec
    figures = {}
    for name, prefix, texts, taken in (
        ("batches", spec.passage_prefix, passages, median(seconds)),
        ("queries", spec.query_prefix, queries, median(alone) * len(queries)),
    ):
        # With its prefix and the two marks of the model, which are computed too.
        lengths = [count + 2 for count in embedder.count_tokens([prefix + one for one in texts])]
        gflops = sum(map(work.flops, lengths)) / 1e9
        figures[name] = {
            "texts": len(texts),
            "tokens_a_text": round(sum(lengths) / len(lengths), 1),
            "tokens_per_second": round(sum(lengths) / taken),
            "ms_a_text": round(1000 * taken / len(texts), 2),
            "gflops": round(gflops / taken, 1),
            "of_limit": round(sum(work.seconds(one, *limit) for one in lengths) / taken, 3),
        }
    return figures


def best(limits: Mapping[str, Any]) -> tuple[float, float]:
    """Return the fastest products of ``limits`` in float32 and in 8 bits, in GFLOP/s."""
    by_threads = limits["by_threads"].values()
    fp32, int8 = (
        max(float(of[name]) for of in by_threads for name in of if kind in name)
        for kind in ("fp32", "int8")
    )
    return fp32, int8


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
