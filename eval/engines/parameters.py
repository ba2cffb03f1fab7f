"""What other values of BM25's k1 and b would give; bm25s alone lets them be chosen."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from eval.corpora import LANGUAGES, read_articles, read_corpus
from eval.engines.bm25s_index import Bm25s
from eval.engines.quality import ByDirection, HeadlineTask, compared
from eval.engines.speed import SEED
from eval.headlines import Headline, HeadlineBenchmark

_K1S = (0.9, 1.1, 1.2, 1.4, 1.6)
_BS = (0.3, 0.45, 0.6, 0.75, 0.9)
_FIXED = (1.2, 0.75)  # of FTS5 and tantivy
_ARTICLES = 500  # whose headlines are asked, of the bodies of all


def measure_parameters(train: Path, judged: HeadlineTask, folder: Path) -> dict[str, Any]:
    """Choose k1 and b on the articles of ``train``, and compare them on ``judged``."""
    task = HeadlineTask(_drawn(train))
    grid = []
    for k1, b in product(_K1S, _BS):
        scores = _scores(task, folder, k1, b)
        means = {direction: round(float(values.mean()), 4) for direction, values in scores.items()}
        mean = round(float(np.mean(list(means.values()))), 4)
        grid.append({"k1": k1, "b": b, "mean": mean, **means})
    grid.sort(key=lambda row: -row["mean"])
    chosen = grid[0]["k1"], grid[0]["b"]
    fixed = _scores(judged, folder, *_FIXED)
    tuned = _scores(judged, folder, *chosen)
    return {
        "train_headlines": len(task.headlines),
        "train_grid": grid,
        "fixed": dict(zip(("k1", "b"), _FIXED, strict=True)),
        "chosen": dict(zip(("k1", "b"), chosen, strict=True)),
        "dev_fixed": compared(judged, fixed, fixed),
        "dev_chosen": compared(judged, tuned, fixed),
    }


def _drawn(train: Path) -> HeadlineBenchmark:
    articles = list(read_articles(train))
    drawn = np.random.default_rng(SEED).permutation(len(articles))[:_ARTICLES].tolist()
    headlines = [
        Headline(articles[place].id, language, articles[place].titles[language])
        for place in drawn
        for language in LANGUAGES
    ]
    return HeadlineBenchmark(headlines, read_corpus([train]))


def _scores(task: HeadlineTask, folder: Path, k1: float, b: float) -> ByDirection:
    engine = Bm25s(folder, k1, b)
    engine.build(task.chunks)
    engine.open()
    return task.scores(engine)
