"""``python -m eval.bench.peers CORPORA``: measure system by system, keep each, print the table.

What is kept of the same documents and queries stays in the report, so that a run that was cut short
goes on with ``--only`` those that are missing. The machine must do nothing else: the threads of
torch wait for each other, and a query takes many times as long where one of them is held up.
"""

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from eval.bench.peers.drawing import SEED, Drawn, draw
from eval.bench.peers.figures import differences, figures
from eval.bench.peers.protocol import Place
from eval.bench.peers.report import as_markdown, kept, write
from eval.bench.peers.selection import SYSTEMS, missing, versions
from eval.bench.peers.stage import Built, ask, build
from eval.headlines import read_benchmark
from eval.provenance import commit, now
from index.embedding.bundled import ADAPTED_SPEC, BASE_SPEC, bundled_folder
from index.settings import IndexSettings

_ROOT = Path(__file__).parents[3]


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform, distractors")
    parser.add_argument("--documents", type=int, default=1000, help="in the index; default: 1000")
    parser.add_argument(
        "--queries",
        type=int,
        default=120,
        help="articles whose headlines are asked, in both languages; default: 120",
    )
    parser.add_argument("--only", type=_names, default=list(SYSTEMS), help=", ".join(SYSTEMS))
    parser.add_argument("--out", type=Path, default=_ROOT / "eval" / "reports" / "peers.json")
    arguments = parser.parse_args()
    if absent := missing(arguments.only):
        parser.error(f"not installed: {', '.join(absent)}; pip install -e '.[peers]'")
    news = arguments.corpora / "bashinform" / "articles.dev.jsonl"
    benchmark = read_benchmark(news, arguments.corpora / "distractors" / "distractors.jsonl")
    drawn = draw(benchmark, arguments.documents, arguments.queries)
    report = kept(arguments.out, _setting(drawn))
    code = commit()  # before the report is written into the same tree
    console = Console(soft_wrap=True)
    if report["systems"]:
        console.print(f"kept of the same documents and queries: {', '.join(report['systems'])}")
    with tempfile.TemporaryDirectory() as scratch:
        built: dict[str, Built] = {}
        for name in arguments.only:
            row = _measured(console, name, Path(scratch), drawn, built)
            report["systems"][name] = {"commit": code, **row}
            report["differences"] = differences(drawn, report["systems"])
            write(report, arguments.out)
    console.print(as_markdown(report), markup=False)
    console.print(os.fspath(arguments.out))


def _names(given: str) -> list[str]:
    names = given.split(",")
    if unknown := [name for name in names if name not in SYSTEMS]:
        raise argparse.ArgumentTypeError(f"no such system: {', '.join(unknown)}")
    return names


def _setting(drawn: Drawn) -> dict[str, Any]:
    return {
        "corpus": drawn.corpus,
        "documents": len(drawn.texts),
        "headlines": len(drawn.headlines),
        "searches": len(drawn.searches),
        "seed": SEED,
        "threads": os.environ.get("OMP_NUM_THREADS") or str(os.cpu_count()),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _measured(
    console: Console, name: str, scratch: Path, drawn: Drawn, built: dict[str, Built]
) -> dict[str, Any]:
    """Return the figures of a system; an index that another one made before is not made again."""
    system = SYSTEMS[name]
    spec = ADAPTED_SPEC if system.adapted else BASE_SPEC
    model = bundled_folder(spec, IndexSettings().model_dir)
    place = Place(scratch / system.index, model)
    began = time.perf_counter()
    if system.index not in built:
        console.print(f"{name}: ingest of {len(drawn.texts)} documents …")
        place.index.mkdir()
        built[system.index] = build(name, place, drawn.texts)
    console.print(f"{name}: {len(drawn.searches)} searches …")
    asked = ask(name, place, drawn.queries)
    console.print(f"{name}: done in {time.perf_counter() - began:.0f} s")
    return {
        "title": system.title,
        "note": system.note,
        "model": spec.name,
        "prefixes": [spec.query_prefix, spec.passage_prefix],
        "created_at": now(),
        "versions": versions(name),
        **figures(drawn, built[system.index], asked, place.index),
    }


if __name__ == "__main__":
    main()
