"""The gold questions of the seeds come to the same over files and over Milvus."""

from pathlib import Path

import pytest

from eval.corpora import read_corpus
from eval.datasets import read_gold
from eval.stores import compared
from index.embedding import Embedder

_ROOT = Path(__file__).parents[2]


def test_seed_questions_come_to_the_same(
    tmp_path: Path, real_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: real_embedder)
    questions = read_gold([_ROOT / "eval" / "gold" / "seeds.jsonl"])[::10]  # of all: the command
    documents = read_corpus([_ROOT / "seeds"]).values()

    figures = compared(tmp_path / "data", documents, questions, str(tmp_path / "milvus.db"))

    assert figures["asked"] == 2 * len(questions) == 30
    assert figures["kind_in_files"] == "flat"
    assert figures["largest_difference_of_a_cosine"] == 0
    for name in ("same_nearest", "same_best", "same_answer"):
        assert figures[name] == figures["asked"], name
