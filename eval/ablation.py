"""``python -m eval.ablation CORPORA``: what each part of retrieval is worth, and what it costs.

On the headline → body benchmark each part is left out once, fusion is learned anew on folds split
by article, and the figures are compared query by query with those of all parts together.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console

from eval.corpora import LANGUAGES, corpus_folder
from eval.fitting.fusion import Ranking, fit_fusion, folds
from eval.fitting.fusion_figures import fused, ndcg, without
from eval.fitting.indexing import index_corpus
from eval.fitting.rankings import Sought, headlines, rank_with
from eval.headlines import HeadlineBenchmark, read_benchmark
from eval.provenance import commit, now
from eval.statistics import Bootstrap, Difference, Interval, Scores
from index.embedding.protocol import FloatMatrix
from index.filters import Filters
from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.fusion import FUSED
from rag.lexicon import Lexicon, load_lexicon
from rag.query import QueryReader
from rag.settings import AnswerSettings

_ROOT = Path(__file__).parents[1]
_FOLDS, _SEED = 5, 0
_TIMED, _CANDIDATES = 200, 100

Found = Sequence[tuple[Sought, Ranking]]


@dataclass(frozen=True, slots=True)
class Part:
    """nDCG@10 by direction with a part left out, and how that differs from all parts."""

    left_out: str
    figures: dict[str, Interval]
    differences: dict[str, Difference]


def main() -> None:
    """Measure and keep the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform, distractors")
    parser.add_argument("--data-dir", type=Path, default=_ROOT / ".data")
    parser.add_argument("--out", type=Path, default=_ROOT / "eval" / "reports" / "ablation.json")
    arguments = parser.parse_args()
    console = Console()
    benchmark = read_benchmark(
        arguments.corpora / "bashinform" / "articles.dev.jsonl",
        arguments.corpora / "distractors" / "distractors.jsonl",
    )
    settings = AnswerSettings(data_dir=corpus_folder(arguments.data_dir, benchmark.corpus))
    with console.status("searching …"):
        data = index_corpus(settings, benchmark.corpus.values())
        parts = list(_parts(benchmark, data, settings))
        times = _times(data, benchmark)
    report: dict[str, Any] = {
        "created_at": now(),
        "commit": commit(),
        "parts": [asdict(part) for part in parts],
        "milliseconds_of_a_query": times,
    }
    arguments.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for part in parts:
        cells = (f"{name} {figure.value:.3f}" for name, figure in part.figures.items())
        console.print(f"without {part.left_out}:", *cells)
    console.print_json(data=times)


def _parts(
    benchmark: HeadlineBenchmark, data: DataFolder, settings: AnswerSettings
) -> Iterator[Part]:
    sought = list(headlines(benchmark))
    whole = list(rank_with(make_pipeline(data, settings), data, sought))
    plain = make_pipeline(data, settings, Lexicon((), ""))
    variants: dict[str, Found] = {
        "nothing": whole,
        **{name: [(s, without(r, at)) for s, r in whole] for at, name in enumerate(FUSED)},
        "lexicon": list(rank_with(plain, data, sought)),
        "centring": list(_uncentred(whole, data)),
    }
    bootstrap = Bootstrap([one.group for one in sought])
    base = _scores(whole)
    for name, found in variants.items():
        scores = base if found is whole else _scores(found)
        yield Part(
            name,
            {direction: bootstrap.interval(one) for direction, one in scores.items()},
            {
                direction: bootstrap.difference(base[direction], one, len(scores))
                for direction, one in scores.items()
                if found is not whole
            },
        )


def _uncentred(found: Found, data: DataFolder) -> Iterator[tuple[Sought, Ranking]]:
    """Yield the same candidates with the cosines that the model itself gives."""
    queries = data.embedder.embed_queries([sought.text for sought, _ in found])
    with data.catalog.reading() as connection:
        rows = list(connection.execute("SELECT id, document_id, vector FROM chunks ORDER BY id"))
    vectors = {int(row["id"]): np.frombuffer(row["vector"], "<f4") for row in rows}
    leads: dict[int, FloatMatrix] = {}
    first: dict[str, FloatMatrix] = {}
    for row in rows:
        leads[row["id"]] = first.setdefault(row["document_id"], vectors[row["id"]])
    for (sought, ranking), query in zip(found, queries, strict=True):
        features = ranking.features.copy()
        for name, of in (("dense", vectors), ("lead", leads)):
            features[:, FUSED.index(name)] = [of[int(i)] @ query for i in ranking.ids]
        yield sought, replace(ranking, features=features)


def _scores(found: Found) -> dict[str, Scores]:
    """Return nDCG@10 of every query by direction; fusion is learned on the other folds."""
    rankings = [ranking for _, ranking in found]
    fold = folds(rankings, _FOLDS, _SEED)
    learned = {
        number: fit_fusion([r for r in rankings if fold[r.group] != number])
        for number in range(_FOLDS)
    }
    scores: dict[str, Scores] = {}
    for source in dict.fromkeys(sought.source for sought, _ in found):
        for target in (*LANGUAGES, "any"):
            parts, weights = np.zeros(len(found)), np.zeros(len(found))
            for at, (sought, ranking) in enumerate(found):
                if sought.source == source:
                    fusion = fused(ranking, learned[fold[ranking.group]])
                    parts[at], weights[at] = _ndcg_in(ranking, fusion, target), 1.0
            scores[f"{source.removeprefix('headlines ')}→{target}"] = Scores(parts, weights)
    return scores


def _ndcg_in(ranking: Ranking, fusion: np.ndarray[Any, Any], target: str) -> float:
    if target == "any":
        return ndcg(ranking, fusion)
    rows = ranking.bashkir == (target == "ba")
    right = ranking.right.intersection(ranking.targets[rows].tolist())
    return ndcg(replace(ranking, targets=ranking.targets[rows], right=right), fusion[rows])


def _times(data: DataFolder, benchmark: HeadlineBenchmark) -> dict[str, float]:
    """Return the median CPU time of each part of a query without filters, in milliseconds."""
    reader = QueryReader(data.embedder, data.centring, load_lexicon())
    whole = make_pipeline(data, AnswerSettings())
    plain_whole = make_pipeline(data, AnswerSettings(), Lexicon((), ""))
    without_lexicon = QueryReader(data.embedder, data.centring, Lexicon((), ""))
    clock = _Clock()
    for headline in benchmark.headlines[:_TIMED]:
        with clock("the whole search"):
            whole.search(headline.text)
        with clock("the whole search without lexicon"):
            plain_whole.search(headline.text)
        with data.index.view() as view:
            with clock("embedding"):
                data.embedder.embed_queries([headline.text])
            with clock("embedding, analysis, lexicon and spelling"):
                query = reader.read(headline.text, view)
            plain = without_lexicon.read(headline.text, view)
            asked, own = ([word.alternatives for word in q.words] for q in (query, plain))
            for group in view.groups(Filters()):
                with clock(f"nearest passages, {group.language}"):
                    view.dense(query.vector, _CANDIDATES, group)
                with clock(f"passages by words without lexicon, {group.language}"):
                    view.lexical(own, _CANDIDATES, group)
                with clock(f"passages by words, {group.language}"):
                    ids = view.lexical(asked, _CANDIDATES, group)
                with clock(f"scores of candidates, {group.language}"):
                    view.lexical_scores(asked, ids)
    return clock.medians()


class _Clock:
    """CPU times of pieces of work, by name."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.process_time()
        yield
        self._taken.setdefault(name, []).append(1000 * (time.process_time() - started))

    def medians(self) -> dict[str, float]:
        return {name: round(median(values), 3) for name, values in self._taken.items()}


if __name__ == "__main__":
    main()
