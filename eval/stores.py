"""Whether questions are answered alike with the vectors in files and in Milvus.

    python -m eval.stores CORPORA [--milvus ADDRESS] [--out eval/reports/stores.json]

The gold questions are asked of an index in files; its vectors are carried into Milvus, and the
questions are asked again, each of all documents and of those in the language of its own. What is
compared is not what is right, but what is found, in which order, and what is said.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.corpora import document_fields, read_corpus
from eval.datasets import read_gold
from eval.provenance import commit, now
from eval.questions import Question
from index.documents import Document
from index.filters import Filters
from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.settings import AnswerSettings
from rag.types import Ask, Turn

_ROOT = Path(__file__).parents[1]
_NEAREST = 50  # passages, as many as are looked at of each language


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a question: the nearest passages, the best by all signs, and the answer."""

    nearest: tuple[int, ...]
    cosines: tuple[float, ...]
    best: tuple[tuple[int, float], ...]
    answer: tuple[Any, ...]


def main() -> int:
    """Ask both, compare, write the report."""
    parser = argparse.ArgumentParser(prog="python -m eval.stores")
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--milvus", help="address of a server; else Milvus Lite in this process")
    parser.add_argument("--out", type=Path, default=Path("eval/reports/stores.json"))
    options = parser.parse_args()
    articles = options.corpora / "bashinform" / "articles.dev.jsonl"
    corpora = {"seeds": _ROOT / "seeds", "news": articles}
    report: dict[str, Any] = {"commit": commit(), "made_at": now(), "sets": {}}
    for name, corpus in corpora.items():
        questions = read_gold([_ROOT / "eval" / "gold" / f"{name}.jsonl"])
        with tempfile.TemporaryDirectory() as aside:
            place = options.milvus or f"{aside}/milvus.db"
            documents = read_corpus([corpus]).values()
            report["sets"][name] = compared(Path(aside) / "data", documents, questions, place)
    options.out.write_text(json.dumps(report, indent=1) + "\n")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


def compared(
    data_dir: Path, documents: Iterable[Document], questions: list[Question], milvus: str
) -> dict[str, Any]:
    """Return how many questions came to the same in both, and how far the others are apart."""
    settings = AnswerSettings(data_dir=data_dir, vectors="faiss")
    folder = DataFolder(settings)
    job = folder.jobs.accept(map(document_fields, documents), settings.max_document_bytes)
    folder.indexer.run_until(job)
    in_files = told(folder, settings, questions)
    kind = folder.snapshots.kind(folder.index.version())

    settings = AnswerSettings(data_dir=data_dir, vectors=milvus)
    folder = DataFolder(settings)
    began = time.monotonic()
    folder.indexer.migrate()
    took = time.monotonic() - began
    in_milvus = told(folder, settings, questions)
    pairs = list(zip(in_files, in_milvus, strict=True))
    return {
        "kind_in_files": kind,
        "chunks": folder.library.census().chunks,
        "seconds_to_migrate": round(took, 1),
        "asked": len(pairs),
        "same_nearest": sum(one.nearest == other.nearest for one, other in pairs),
        "same_nearest_in_any_order": sum(
            set(one.nearest) == set(other.nearest) for one, other in pairs
        ),
        "largest_difference_of_a_cosine": max(
            abs(a - b)
            for one, other in pairs
            for a, b in zip(one.cosines, other.cosines, strict=True)
        ),
        "same_best": sum(one.best == other.best for one, other in pairs),
        "same_answer": sum(one.answer == other.answer for one, other in pairs),
    }


def told(folder: DataFolder, settings: AnswerSettings, questions: list[Question]) -> list[Told]:
    """Return what comes of each question, of all documents and of one language."""
    pipeline = make_pipeline(folder, settings)
    found = []
    for question in questions:
        for filters in (Filters(), Filters(language=(question.language,))):
            nearest = pipeline.search(question.text, _NEAREST, "dense", filters).hits
            best = pipeline.search(question.text, filters=filters).hits
            turns = tuple(Turn(turn.role, turn.content) for turn in question.history)
            answer = pipeline.ask(Ask(question.text, filters=filters, history=turns))
            quoted = tuple((one.document_id, one.span) for one in answer.citations)
            found.append(
                Told(
                    tuple(hit.passage.chunk_id for hit in nearest),
                    tuple(hit.dense for hit in nearest),
                    tuple((hit.passage.chunk_id, hit.score) for hit in best),
                    (answer.text, answer.reason, answer.confidence, quoted),
                )
            )
    return found


if __name__ == "__main__":
    raise SystemExit(main())
