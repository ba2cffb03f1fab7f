"""``python -m eval.bench.opened_index FOLDER``: a saved index, opened and asked in a new process.

FOLDER holds the index and ``asked.npz``: what ``kind`` it is, ``queries`` (m, dimension) and, by
names, the ids among which and without which they are asked. Writes what was found to ``found.npz``
and prints how long it took and what of it is in memory.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.process import Process
from index.dense import known_kind, open_index


def main() -> None:
    """Measure, print JSON."""
    folder = Path(sys.argv[1])
    asked = np.load(folder / "asked.npz")
    cases = sorted({name.partition(":")[2] for name in asked.files if ":" in name})
    process = Process("self")
    before = process.resident_megabytes()
    start = time.perf_counter()
    index = open_index(folder, known_kind(str(asked["kind"])))
    report: dict[str, Any] = {"open_ms": _ms(time.perf_counter() - start)}
    found: dict[str, Any] = {}
    for case in cases:
        among = asked.get(f"among:{case}")
        without = asked.get(f"without:{case}", np.empty(0, np.int64)).tolist()
        count = int(asked[f"count:{case}"])
        times, rows = [], []
        for query in asked["queries"]:
            start = time.perf_counter()
            rows.append(index.search(query, count, among, without)[0])
            times.append(time.perf_counter() - start)
        found[case] = np.array(rows)
        report[case] = {"p50_ms": _ms(np.median(times)), "p95_ms": _ms(np.quantile(times, 0.95))}
    mapped = process.mapped_megabytes(folder)
    vectors = mapped.pop("vectors.npy", 0.0)
    report["resident_mb"] = round(process.resident_megabytes() - before - vectors, 1)
    report["of_vectors_mb"] = round(vectors, 1)
    np.savez(folder / "found.npz", **found)
    sys.stdout.write(json.dumps(report))


def _ms(seconds: float) -> float:
    return round(1000 * float(seconds), 3)


if __name__ == "__main__":
    main()
