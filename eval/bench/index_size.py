"""``python -m eval.bench.index_size CORPORA``: indexes of 10 thousand to a million chunks.

Vectors of real chunks, and others drawn around them (``drawing.py``). Forms of FAISS beside each
other; then the index that is used, opened in a new process and asked by real headlines in one
thread; then a job of a thousand documents added to it. Believe ratios within one run.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from eval.bench import index_forms
from eval.bench.drawing import Drawn, Real, drawn, real_vectors
from eval.provenance import commit, now
from index.dense import build, kind_of, open_index, updated
from index.settings import IndexSettings

_ROOT = Path(__file__).parents[2]
_KEPT = _ROOT / "eval" / "reports" / "index_size.json"
_SIZES = (10_000, 100_000, 1_000_000)
_ADDED = 5_000  # chunks of a thousand documents
_ROWS = 50_000  # compared at a time


def main() -> None:
    """Measure, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--documents", type=int, help="of the corpus to embed; default: all 2,902")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES)
    arguments = parser.parse_args()
    console = Console()
    settings = IndexSettings()
    with console.status("embedding …"):
        data_dir = settings.data_dir.expanduser() / "bench" / "index"
        real = real_vectors(arguments.corpora, data_dir, arguments.documents)
    with console.status("drawing …"):
        all_ = drawn(real, max(arguments.sizes) + _ADDED)
    report: dict[str, Any] = {
        "created_at": now(),
        "commit": commit(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("faiss-cpu", "numpy")},
        "times": "medians within one run, one thread a query; believe the ratios, not the seconds",
        "vectors": all_.likeness | {"dimension": all_.vectors.shape[1]},
        "queries": len(real.queries),
        "sizes": {},
    }
    for size in arguments.sizes:
        console.print(f"{size} chunks")
        report["sizes"][size] = _measured(console, all_, real, size, settings.exact_chunks)
        console.print_json(data=report["sizes"][size])
    _KEPT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(_KEPT.relative_to(_ROOT)))


def _measured(console: Console, all_: Drawn, real: Real, size: int, exact: int) -> dict[str, Any]:
    vectors = np.ascontiguousarray(all_.vectors[:size])
    cases = _cases(all_.languages[:size])
    with console.status("comparing all …"):
        nearest = _nearest(vectors, real.queries, cases)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as scratch:
        with console.status("forms …"):
            forms = _forms(vectors, real.queries, nearest["all"], Path(scratch) / "form")
        folder = Path(scratch) / "index"
        folder.mkdir()
        with console.status("the index …"):
            figures = _ours(all_, real, size, exact, folder, cases, nearest)
        with console.status("a change …"):
            figures["change"] = _change(all_, size, exact, folder, Path(scratch) / "after")
    return {"forms": forms, "index": figures}


def _cases(languages: NDArray[np.str_]) -> dict[str, dict[str, Any]]:
    """Return what is asked: how many are wanted, among which ids, without which."""
    ids = np.arange(len(languages))
    some = np.random.default_rng(5).permutation(ids)
    bashkir = ids[languages == "ba"]
    return {
        "all": {"count": 10},
        "of a language": {"count": 10, "among": bashkir},
        "of a language, 100": {"count": 100, "among": bashkir},
        "of a language, 1 % deleted": {
            "count": 10, "among": bashkir, "without": some[: len(ids) // 100],
        },
        "one in 2": {"count": 10, "among": np.sort(some[: len(ids) // 2])},
        "one in 10": {"count": 10, "among": np.sort(some[: len(ids) // 10])},
        "one in 100": {"count": 10, "among": np.sort(some[: len(ids) // 100])},
    }  # fmt: skip


def _nearest(
    vectors: NDArray[np.float32], queries: NDArray[np.float32], cases: dict[str, dict[str, Any]]
) -> dict[str, list[NDArray[np.intp]]]:
    """Return the rows of the nearest vectors to each query in each case, told by numpy."""
    found: dict[str, list[NDArray[np.intp]]] = {name: [] for name in cases}
    allowed = {}
    for name, case in cases.items():
        allowed[name] = np.ones(len(vectors), bool)
        if "among" in case:
            allowed[name] = np.isin(np.arange(len(vectors)), case["among"])
        if "without" in case:
            allowed[name][case["without"]] = False
    for start in range(0, len(queries), 32):
        some = queries[start : start + 32]
        parts = [some @ vectors[at : at + _ROWS].T for at in range(0, len(vectors), _ROWS)]
        for scores in np.concatenate(parts, axis=1):
            for name, case in cases.items():
                left = np.where(allowed[name], scores, -2)
                found[name].append(np.argpartition(-left, case["count"])[: case["count"]])
    return found


def _forms(
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
    nearest: list[NDArray[np.intp]],
    file: Path,
) -> dict[str, Any]:
    figures = {}
    for form in index_forms.built(vectors):
        index_forms.use_threads(1)
        found, times = [], []
        for query in queries:
            start = time.perf_counter()
            found.append(index_forms.searched(form, vectors, query, 10))
            times.append(time.perf_counter() - start)
        figures[form.name] = {
            "build_s": round(form.seconds, 2),
            "disk_mb": round(index_forms.written(form, file) / 1e6, 1),
            "recall_at_10": _recall(found, nearest),
            "p50_ms": round(1000 * float(np.median(times)), 3),
            "p95_ms": round(1000 * float(np.quantile(times, 0.95)), 3),
        }
        file.unlink()
        index_forms.use_threads(os.cpu_count() or 1)
    return figures


def _ours(
    all_: Drawn,
    real: Real,
    size: int,
    exact: int,
    folder: Path,
    cases: dict[str, dict[str, Any]],
    nearest: dict[str, list[NDArray[np.intp]]],
) -> dict[str, Any]:
    start = time.perf_counter()
    index = build(np.arange(size), all_.vectors[:size], exact, all_.languages[:size].tolist())
    seconds = time.perf_counter() - start
    index.save(folder)
    asked = {f"{key}:{name}": value for name, case in cases.items() for key, value in case.items()}
    files = [file for file in folder.rglob("*") if file.is_file()]
    sizes = sum(file.stat().st_size for file in files)
    np.savez(folder / "asked.npz", kind=kind_of(index), queries=real.queries, **asked)
    done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
        [sys.executable, "-m", "eval.bench.opened_index", str(folder)],
        check=True, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    told = json.loads(done.stdout)
    found = np.load(folder / "found.npz")
    for name in cases:
        told[name]["recall"] = _recall(list(found[name]), nearest[name])
    return {
        "kind": kind_of(index),
        "build_s": round(seconds, 2),
        "disk_mb": round(sizes / 1e6, 1),
        **told,
    }


def _change(all_: Drawn, size: int, exact: int, folder: Path, after: Path) -> dict[str, Any]:
    """Return what it costs to add a thousand documents, and to hash all that there is."""
    before = {file.stat().st_ino for file in folder.rglob("*")}
    kind = kind_of(build(np.arange(0), all_.vectors[:0], exact)) if size <= exact else "inverted"
    after.mkdir()
    start = time.perf_counter()
    base = open_index(folder, "flat" if kind == "flat" else "inverted")
    new = slice(size, size + _ADDED)
    ids, groups = np.arange(new.start, new.stop), all_.languages[new].tolist()
    updated(base, range(100), ids, all_.vectors[new], exact, groups).save(after)
    seconds = time.perf_counter() - start
    files = [file for file in after.rglob("*") if file.is_file()]
    start = time.perf_counter()
    for file in files:
        with file.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")
    return {
        "chunks_added": len(ids),
        "seconds": round(seconds, 2),
        "written_mb": round(
            sum(f.stat().st_size for f in files if f.stat().st_ino not in before) / 1e6, 1
        ),
        "seconds_to_hash_all": round(time.perf_counter() - start, 2),
    }


def _recall(found: list[Any], nearest: list[NDArray[np.intp]]) -> float:
    shares = [np.isin(a, b).sum() / len(b) for a, b in zip(found, nearest, strict=True)]
    return round(float(np.mean(shares)), 4)


if __name__ == "__main__":
    main()
