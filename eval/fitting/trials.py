"""``python -m eval.fitting.trials CORPORA``: what lost when the models of an answer were chosen.

How many sentences the model reads, chosen by the learned promise or by a sum made by hand, and how
strong the penalty on the confidence is, each on held-out folds. The promise itself was learned from
all of these questions; ``rag/promise.json`` says how it does on folds of its own.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.metrics import roc_auc_score

from eval.fitting.examples import Example, SentencesOf
from eval.fitting.material import Material
from eval.fitting.models import Fitted, figures, held_out, outcomes
from eval.provenance import commit, now
from eval.refusals import calibration_error
from index.embedding import open_embedder
from index.embedding.centring import load_centring
from rag.evidence import MOST_READ, Candidate, with_features
from rag.likely import WORD_FEATURES, load_promise, most_promising
from rag.pipeline import Pipeline
from rag.sentence_vectors import SentenceVectors
from rag.settings import AnswerSettings
from rag.types import Ask

_ROOT = Path(__file__).parents[2]
_READ = (32, 16, 12, 8)
_STRENGTHS = (0.03, 0.05, 0.1, 0.4)
_BY_HAND = {"coverage": 1.0, "near_coverage": 1.0, "expected_fact": 0.5, "document_rank": 0.5}
_KEPT_BYTES = 4_000_000_000  # sentences of all questions, read once
_ASKED = ("seeds", "news")


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform and xquad_ru")
    parser.add_argument("--data-dir", type=Path, default=_ROOT / ".data", help="where indexes lie")
    parser.add_argument("--out", type=Path, default=_ROOT / "eval/reports/answer_trials.json")
    given = parser.parse_args()
    console = Console()
    material = Material(given.corpora, given.data_dir)
    embedder = open_embedder(AnswerSettings())
    vectors = SentenceVectors(embedder, load_centring(embedder.spec), _KEPT_BYTES)
    by_hand = np.array([_BY_HAND.get(name, 0.0) for name in WORD_FEATURES])
    report: dict[str, Any] = {"created_at": now(), "commit": commit(), "read": {}, "strength": {}}
    for name, weights in {"learned": load_promise(), "by hand": by_hand}.items():
        for most in _READ:
            with console.status(f"{most} {name} …"):
                examples = material.examples(_reading(most, weights, vectors))
                report["read"][f"{most} {name}"] = told(held_out(examples))
                console.print(f"{most} {name}", report["read"][f"{most} {name}"])
            if name == "learned" and most == MOST_READ:
                report["strength"] = {str(s): told(held_out(examples, s)) for s in _STRENGTHS}
                console.print(report["strength"])
    given.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(given.out))


def _reading(most: int, weights: NDArray[np.float64], vectors: SentenceVectors) -> SentencesOf:
    def read(pipeline: Pipeline, ask: Ask) -> list[Candidate]:
        query, sentences = pipeline.sentences(ask)
        rows = most_promising(sentences, most, weights)
        return with_features(rows, query, vectors.of([row.text for row in rows]))

    return read


def told(pairs: Sequence[tuple[Example, Fitted]]) -> dict[str, Any]:
    """Return, by source, how often the first and the quoted answer; how well confidence tells.

    Confidence over the gold questions: AUC of answerable ones, and of those that would be answered
    right; calibration error.
    """
    ends = outcomes([(e, f) for e, f in pairs if e.source in _ASKED])
    answerable = [e.answerable for e, _ in pairs if e.source in _ASKED]
    report = {
        source: {"first": own["first_sentence"], "quoted": own["quoted"]}
        for source, own in figures(pairs, 0.0).items()
        if own["answerable"]
    }
    return {
        **report,
        "auc_answerable": round(float(roc_auc_score(answerable, ends.confidence)), 3),
        "auc_right": round(float(roc_auc_score(ends.right, ends.confidence)), 3),
        "calibration_error": round(calibration_error(ends) or 0.0, 3),
    }


if __name__ == "__main__":
    main()
