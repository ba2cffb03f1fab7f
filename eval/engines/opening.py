"""``python -m eval.engines.opening ENGINE FOLDER``: open an index in a fresh process.

Reads queries, a JSON list of lists of terms, from standard input; prints an ``Opening`` as JSON.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from eval.bench.process import Process
from eval.engines.selection import engine_class


@dataclass(frozen=True, slots=True)
class Opening:
    """What it takes to have an index open; megabytes are growth of resident memory."""

    import_seconds: float
    import_megabytes: float
    open_seconds: float
    open_megabytes: float
    first_query_seconds: float
    queries_megabytes: float


def open_in_fresh_process(name: str, folder: Path, queries: list[list[str]]) -> Opening:
    """Measure opening and asking ``queries`` in a process of its own."""
    done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
        [sys.executable, "-m", "eval.engines.opening", name, str(folder)],
        input=json.dumps(queries),
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return Opening(**json.loads(done.stdout))


def _measure(name: str, folder: Path, queries: list[list[str]]) -> Opening:
    moments, sizes = [time.perf_counter()], [Process("self").resident_megabytes()]

    def mark() -> None:
        moments.append(time.perf_counter())
        sizes.append(Process("self").resident_megabytes())

    kind = engine_class(name)
    mark()
    engine = kind(folder)
    engine.open()
    mark()
    engine.search(queries[0], 10)
    first = time.perf_counter() - moments[-1]
    for query in queries:
        engine.search(query, 10)
    mark()
    seconds = [after - before for before, after in pairwise(moments)]
    grown = [round(after - before, 2) for before, after in pairwise(sizes)]
    return Opening(seconds[0], grown[0], seconds[1], grown[1], first, grown[2])


if __name__ == "__main__":
    measured = _measure(sys.argv[1], Path(sys.argv[2]), json.load(sys.stdin))
    sys.stdout.write(json.dumps(asdict(measured)))
