"""``python -m eval.profiling CORPORA``: measure, keep, print the tables of docs/performance.md.

The mixed corpus is indexed first, in the folder that ``eval.bench.index_size`` uses too; what is
there already is not embedded again.
"""

import argparse
import json
import os
import platform
import random
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from eval.bench.press import press
from eval.fitting.indexing import index_corpus
from eval.headlines import read_benchmark
from eval.profiling import machine
from eval.profiling.anchors import ANSWER, QUERY
from eval.profiling.documents import stages_of_documents
from eval.profiling.questions import over_http, stages_of
from eval.profiling.tables import markdown
from eval.profiling.work import work_of
from eval.provenance import commit, now
from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.filters import Filters
from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.settings import AnswerSettings
from rag.types import Ask

_ROOT = Path(__file__).parents[2]
_KEPT = _ROOT / "eval" / "reports" / "profile.json"
_PASSAGES = 200  # of the index, encoded in batches
_SHORT = 20  # queries encoded one by one in each round


def main() -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--indexed", type=int, help="documents asked about; default: all 2,902")
    parser.add_argument("--documents", type=int, default=400, help="of the press, ingested")
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--data-dir", type=Path, help="instead of where the index is kept")
    parser.add_argument("--out", type=Path, default=_KEPT)
    given = parser.parse_args()
    console = Console()
    with console.status("machine …"):
        limits = machine.limits([1, os.cpu_count() or 1])
    with console.status("index …"):
        data_dir = given.data_dir or AnswerSettings().data_dir.expanduser() / "bench" / "index"
        benchmark = read_benchmark(
            given.corpora / "bashinform" / "articles.dev.jsonl",
            given.corpora / "distractors" / "distractors.jsonl",
        )
        folder = index_corpus(
            AnswerSettings(data_dir=data_dir), [*benchmark.corpus.values()][: given.indexed]
        )
        step = max(1, len(benchmark.headlines) // given.queries)
        queries = [headline.text for headline in benchmark.headlines[::step]][: given.queries]
    report: dict[str, Any] = {
        "created_at": now(),
        "commit": commit(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("onnxruntime", "numpy", "faiss-cpu")},
        "machine": limits,
        **_of_questions(console, folder, queries, machine.best(limits)),
    }
    with console.status("documents …"):
        documents = press(given.corpora)
        chosen = random.Random(2)  # noqa: S311 - not for secrets
        some = chosen.sample(documents, min(given.documents, len(documents)))
        report["documents"] = stages_of_documents(some)
    given.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(markdown(report), markup=False, highlight=False, soft_wrap=True)
    console.print(str(given.out))


def _of_questions(
    console: Console, folder: DataFolder, queries: list[str], limit: tuple[float, float]
) -> dict[str, Any]:
    settings = AnswerSettings(data_dir=folder.settings.data_dir)
    pipeline = make_pipeline(folder, settings)
    with console.status("model …"):
        with folder.index.view() as view:
            ids = [int(one) for group in view.groups(Filters()) for one in group.ids]
            chosen = random.Random(3)  # noqa: S311 - not for secrets
            some = chosen.sample(ids, min(_PASSAGES, len(ids)))
            passages = [passage.text for passage in view.passages(some)]
        work = work_of(bundled_folder(ADAPTED_SPEC, settings.model_dir))
        reached = machine.reached(folder.embedder, work, limit, passages, queries[:_SHORT])
    with console.status("questions …"):
        # Looked up at each call: a bound method would go past the stopwatch.
        search = stages_of(lambda text: pipeline.search(text), queries, QUERY, folder.embedder)
        fresh = make_pipeline(folder, settings)  # which remembers no sentence
        asked = stages_of(lambda text: fresh.ask(Ask(text)), queries, ANSWER, folder.embedder)
        http = over_http(settings.data_dir.expanduser(), queries)
    return {
        "chunks": len(ids),
        "model": {"flops": asdict(work), "reached": reached},
        "search": search,
        "answer": asked,
        "http": http,
    }


if __name__ == "__main__":
    main()
