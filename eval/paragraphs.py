"""Question → paragraph retrieval on XQuAD ru dev, through ``System.search``: a smoke test.

There are 120 paragraphs, and each question was written from its own: whatever finds less than nine
of ten at once is broken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from eval.corpora import fingerprint
from eval.evidence import Corpus
from eval.fitting.examples import Asked
from eval.provenance import commit, now
from eval.ranking import DEPTH, score_ranking
from eval.responses import read_hits
from eval.statistics import Bootstrap, Interval, Scores
from eval.system import System


@dataclass(frozen=True, slots=True)
class ParagraphReport:
    """The figures by measure, and what they are of."""

    created_at: str
    commit: str
    index: dict[str, Any]
    corpus: str
    questions: int
    figures: dict[str, Interval]


def find_paragraphs(
    system: System,
    corpus: Corpus,
    asked: Sequence[Asked],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ParagraphReport:
    """Search ``system``, which holds ``corpus``, for the paragraph of every question.

    Raises SystemFailed where the system gives no usable response.
    """
    scores = []
    for done, one in enumerate(asked):
        progress(done, len(asked))
        request = {"query": one.question, "top_k": DEPTH, "group_by": "document"}
        ranked = list(dict.fromkeys(hit.document_id for hit in read_hits(system.search(request))))
        scores.append(score_ranking(ranked, {place.document_id for place in one.gold}))
    progress(len(asked), len(asked))
    bootstrap = Bootstrap([one.group for one in asked])
    weights = np.ones(len(scores))
    figures = {
        name: bootstrap.interval(Scores(np.array([score[name] for score in scores]), weights))
        for name in scores[0]
    }
    return ParagraphReport(now(), commit(), system.info(), fingerprint(corpus), len(asked), figures)


def write_paragraph_report(report: ParagraphReport, path: Path) -> None:
    """Keep a report as JSON."""
    path.write_bytes(TypeAdapter(ParagraphReport).dump_json(report, indent=2) + b"\n")
