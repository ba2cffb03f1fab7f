"""Examples to learn from: the sentences considered for a question, and which of them answer."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.corpora import article_of, read_corpus
from eval.datasets import read_gold
from eval.evidence import Corpus, GoldSpan, meets
from eval.fitting.indexing import index_corpus
from eval.tasks import Options, prepare
from index.documents import Document
from index.filters import Filters
from index.text.spans import Span
from rag.evidence import Candidate
from rag.factory import make_pipeline
from rag.likely import Likely
from rag.pipeline import Pipeline
from rag.settings import AnswerSettings
from rag.types import Ask, Turn

SentencesOf = Callable[[Pipeline, Ask], Sequence[Candidate] | Sequence[Likely]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for learning, and where its evidence stands.

    Questions of one ``group``, an article or a sentence, are never split between folds.
    """

    question: str
    gold: Sequence[GoldSpan]
    group: str
    filters: Filters = field(default_factory=Filters)
    history: Sequence[Turn] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one question: features (n, f), whether each answers (n,)."""

    source: str
    group: str
    answerable: bool
    features: NDArray[np.float64]
    answers: NDArray[np.bool_]


def collect(
    source: str, folder: Path, corpus: Corpus, asked: Sequence[Asked], sentences_of: SentencesOf
) -> list[Example]:
    """Ask every question of an index over ``corpus`` and label the sentences that come of it."""
    settings = AnswerSettings(data_dir=folder)
    data = index_corpus(settings, corpus.values())
    pipeline = make_pipeline(data, settings)
    examples = []
    for one in asked:
        ask = Ask(one.question, history=one.history, filters=one.filters)
        found = sentences_of(pipeline, ask)
        answers = [
            any(
                sentence.hit.passage.document_id == gold.document_id
                and meets(sentence.span, gold.span)
                for gold in one.gold
            )
            for sentence in found
        ]
        if found:
            features = np.stack([sentence.features for sentence in found])
            examples.append(
                Example(source, one.group, bool(one.gold), features, np.array(answers, bool))
            )
    return examples


def gold_questions(
    gold: Path, corpus_paths: Sequence[Path], by_sentence: bool
) -> tuple[Corpus, list[Asked]]:
    """Return the corpus and the questions of a gold set, each in its language slice."""
    corpus = read_corpus(corpus_paths)
    options = Options(filter_language=not by_sentence)
    asked = []
    for task in prepare(read_gold([gold]), corpus, options):
        question = task.question
        document = question.document_id or question.near_document_id or question.id
        first = task.gold[0].span.start if task.gold else question.id
        group = f"{document}/{first}" if by_sentence else article_of(document)
        filters = Filters(language=tuple(task.filters.get("language", ())))
        history = [Turn(turn.role, turn.content) for turn in question.history]
        asked.append(Asked(question.text, task.gold, group, filters, history))
    return corpus, asked


def xquad_questions(file: Path) -> tuple[Corpus, list[Asked]]:
    """Return paragraphs and questions of XQuAD (Artetxe et al., 2020, arXiv:1910.11856)."""
    documents: dict[str, Document] = {}
    asked = []
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        documents[row["doc_id"]] = Document(row["doc_id"], row["context"])
        gold = [
            GoldSpan(row["doc_id"], "ru", Span(a["start"], a["start"] + len(a["text"])))
            for a in row["answers"]
        ]
        asked.append(Asked(row["question"], gold, row["doc_id"].partition("#")[0]))
    return documents, asked


def off_topic(questions: Sequence[str], repeat: int) -> Iterator[Asked]:
    """Yield questions that nothing in the corpus is about."""
    for question in questions:
        for _ in range(repeat):
            yield Asked(question, (), f"off-topic/{question}")
