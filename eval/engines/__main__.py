"""``python -m eval.engines CORPORA``: compare the engines, print tables, keep the figures.

Needs the packages tantivy and bm25s; an engine that is not installed is left out.
"""

import argparse
import json
import platform
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from eval.corpora import LANGUAGES, read_articles
from eval.engines.corpus import analysed_chunks, query_terms, read_press
from eval.engines.quality import HeadlineTask, compared
from eval.engines.searching import measure_searching
from eval.engines.selection import BASE, engine_class, versions
from eval.engines.speed import SEED, measure_opening, measure_writing
from eval.engines.table import print_report
from eval.headlines import read_benchmark
from eval.provenance import commit, now
from index.text.analysis import ANALYSER_VERSION

_ROOT = Path(__file__).parents[2]
_KEPT = _ROOT / "eval" / "reports" / "engines.json"
_QUERIES = 500  # headlines, half of them in each language


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashkir_corpus")
    parser.add_argument("--documents", type=int, help="of the press corpus; default: all 12,045")
    arguments = parser.parse_args()
    console = Console()
    installed = {name: version for name, version in versions().items() if version}
    report: dict[str, Any] = {
        "created_at": now(),
        "commit": commit(),
        "versions": {"python": platform.python_version(), **installed},
        "analyser": ANALYSER_VERSION,
        "times": "medians in turns within one run; believe the ratios to fts5, not the seconds",
    }
    with tempfile.TemporaryDirectory() as scratch:
        folders = {name: Path(scratch) / "speed" / name for name in installed}
        report |= _measure_speed(console, arguments.corpora, arguments.documents, folders)
        report |= _measure_quality(console, arguments.corpora, Path(scratch), list(installed))
    print_report(console, report)
    _KEPT.parent.mkdir(exist_ok=True)
    _KEPT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(_KEPT.relative_to(_ROOT)))


def _measure_speed(
    console: Console, corpora: Path, documents: int | None, folders: dict[str, Path]
) -> dict[str, Any]:
    with console.status("analysing …"):
        press = corpora / "bashkir_corpus" / "documents.jsonl.gz"
        chunks = analysed_chunks(read_press(press, documents))
        queries = _headline_queries(corpora / "bashinform" / "articles.train.jsonl")
    for folder in folders.values():
        folder.mkdir(parents=True)
    engines = {name: engine_class(name)(folder) for name, folder in folders.items()}
    with console.status("writing …"):
        speed = measure_writing(engines, folders, chunks)
    with console.status("opening …"):
        for name, figures in measure_opening(folders, queries).items():
            speed[name] |= figures
    with console.status("searching …"):
        for name, figures in measure_searching(engines, chunks, queries).items():
            speed[name] |= figures
    corpus = {
        "documents": len({chunk.document for chunk in chunks}),
        "chunks": len(chunks),
        "terms": sum(len(chunk.terms) for chunk in chunks),
        "queries": len(queries),
    }
    return {"corpus": corpus, "speed": speed}


def _headline_queries(articles: Path) -> list[list[str]]:
    read = list(read_articles(articles))
    drawn = np.random.default_rng(SEED).permutation(len(read)).tolist()
    asked = (query_terms(read[place].titles[name]) for place in drawn for name in LANGUAGES)
    return [terms for terms in asked if terms][:_QUERIES]


def _measure_quality(
    console: Console, corpora: Path, scratch: Path, names: list[str]
) -> dict[str, Any]:
    news = corpora / "bashinform"
    distractors = corpora / "distractors" / "distractors.jsonl"
    task = HeadlineTask(read_benchmark(news / "articles.dev.jsonl", distractors))
    scores = {}
    for name in names:
        with console.status(f"quality of {name} …"):
            folder = scratch / "quality" / name
            folder.mkdir(parents=True)
            engine = engine_class(name)(folder)
            engine.build(task.chunks)
            engine.open()
            scores[name] = task.scores(engine)
    quality = {name: compared(task, values, scores[BASE]) for name, values in scores.items()}
    if "bm25s" not in names:
        return {"quality": quality}
    from eval.engines.parameters import measure_parameters

    with console.status("k1 and b …"):
        parameters = measure_parameters(news / "articles.train.jsonl", task, scratch / "parameters")
    return {"quality": quality, "parameters": parameters}


if __name__ == "__main__":
    main()
