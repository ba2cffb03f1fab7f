"""``python -m eval.bench.forms_ranked CORPORA``: what 8 bits change in the ranking of headlines.

The mixed corpus is embedded twice, by the bundled model as it is and with all its matrices in 32
bits, and searched with the same headlines; differences are of pairs. Times do not count here, so
other work on the machine does no harm.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from eval.bench.quantised import EXACT, converted
from eval.corpora import LANGUAGES, corpus_folder
from eval.fitting.indexing import index_corpus
from eval.headlines import HeadlineBenchmark, read_benchmark, relevant
from eval.provenance import commit, now
from eval.ranking import DEPTH, score_ranking
from eval.statistics import Bootstrap, Scores
from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.filters import Filters
from rag.factory import make_pipeline
from rag.retrieval import Mode
from rag.settings import AnswerSettings

_KEPT = Path(__file__).parents[2] / "eval" / "reports" / "forms_ranked.json"
_MEASURE = "ndcg@10"
_MODES: tuple[Mode, ...] = ("hybrid", "dense")

FormScores = Mapping[str, list[float]]
"""nDCG@10 of each headline, in order, by how it was searched: «hybrid ba→ru»."""


def main() -> None:
    """Measure, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    corpora = parser.parse_args().corpora
    console = Console()
    benchmark = read_benchmark(
        corpora / "bashinform" / "articles.dev.jsonl",
        corpora / "distractors" / "distractors.jsonl",
    )
    settings = AnswerSettings()
    folder = bundled_folder(ADAPTED_SPEC, settings.model_dir)
    ours = settings.model_copy(
        update={"data_dir": corpus_folder(settings.data_dir.expanduser(), benchmark.corpus)}
    )
    with console.status("ours …"):
        after = _scores(benchmark, ours)
    with console.status("32 bits …"), tempfile.TemporaryDirectory(dir=folder.parent) as models:
        converted(folder, Path(models) / folder.name, EXACT)
        (Path(models) / folder.name / "checksums.json").write_text("{}")
        exact = {"data_dir": ours.data_dir / "exact", "model_dir": Path(models)}
        before = _scores(benchmark, settings.model_copy(update=exact))
    figures = {name: compared(benchmark, name, before[name], after[name]) for name in after}
    console.print_json(data=figures)
    report = {"created_at": now(), "commit": commit(), "documents": len(benchmark.corpus)}
    kept = {**report, "measure": _MEASURE, "figures": figures}
    _KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def compared(
    benchmark: HeadlineBenchmark, name: str, before: list[float], after: list[float]
) -> dict[str, Any]:
    """Return both means and the difference of the pairs with its 95 % interval, by articles."""
    asked = name.partition(" ")[2].partition("→")[0]
    bootstrap = Bootstrap([h.article for h in benchmark.headlines if h.language == asked])
    exact, ours = (Scores(np.array(one), np.ones(len(one))) for one in (before, after))
    difference = bootstrap.difference(exact, ours, len(_MODES) * len(LANGUAGES) ** 2)
    return {
        "32 bits": round(exact.figure(), 4),
        "ours": round(ours.figure(), 4),
        "difference": {key: round(v, 4) for key, v in asdict(difference.difference).items()},
    }


def _scores(benchmark: HeadlineBenchmark, settings: AnswerSettings) -> FormScores:
    pipeline = make_pipeline(index_corpus(settings, [*benchmark.corpus.values()]), settings)
    scores: dict[str, list[float]] = {}
    for mode in _MODES:
        for language in LANGUAGES:
            for headline in benchmark.headlines:
                searched = pipeline.search(
                    headline.text, DEPTH, mode, Filters(language=(language,)), True
                )
                found = score_ranking(
                    [hit.passage.document_id for hit in searched.hits],
                    relevant(headline, (language,)),
                )
                name = f"{mode} {headline.language}→{language}"
                scores.setdefault(name, []).append(found[_MEASURE])
    return scores


if __name__ == "__main__":
    main()
