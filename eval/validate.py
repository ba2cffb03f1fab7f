"""Whether the gold sets of this project are what they say they are.

``gold/expected.toml`` says of each set which language pairs, kinds and flags it holds at least how
often. Evidence is looked up where the set's corpus is at hand.
"""

import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from eval.corpora import language_of
from eval.datasets import read_gold
from eval.errors import InvalidGold, Problem
from eval.evidence import Corpus
from eval.questions import Question
from eval.tasks import Options, prepare
from index.text.language import detect_language

GOLD_FOLDER = Path(__file__).parent / "gold"

_SURE = 0.8
_BASHKIR_LETTERS = frozenset("ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢ")


def validate(gold: Path, corpus: Corpus | None, expected: Path) -> dict[str, int]:
    """Check a gold file and return its counts.

    ``corpus`` None: the documents are not at hand, and evidence is left unchecked. Raises
    InvalidGold with every fault.
    """
    questions = read_gold([gold])
    problems = [problem for question in questions for problem in _faults(question)]
    counts = count(questions)
    with expected.open("rb") as file:
        least = tomllib.load(file)[gold.stem]
    problems += [
        Problem(gold.name, 0, f"{name}: {counts[name]} questions, expected at least {number}")
        for name, number in least.items()
        if counts[name] < number
    ]
    if corpus is not None:
        for question in questions:
            problems += _document_faults(question, corpus)
        try:
            prepare(questions, corpus, Options())
        except InvalidGold as error:
            problems += error.problems
    if problems:
        raise InvalidGold(problems)
    return dict(counts)


def count(questions: Sequence[Question]) -> Counter[str]:
    """Return how many questions each slice holds, by the names used in ``expected.toml``."""
    counts = Counter({"questions": len(questions)})
    for question in questions:
        counts["answerable" if question.answerable else "unanswerable"] += 1
        counts[question.language] += 1
        counts[f"kind {question.kind}"] += 1
        counts["hard"] += question.hard
        counts["noisy"] += question.noisy
        counts["follow-up"] += bool(question.history)
        if question.answerable:
            counts[f"{question.language}→{question.document_language}"] += 1
            counts[f"{question.language} about {question.document_id}"] += 1
    return counts


def _faults(question: Question) -> list[Problem]:
    faults = []
    guess = detect_language(question.text)
    if guess.language != question.language and guess.confidence > _SURE:
        faults.append(f"lang: the question reads as {guess.language}")
    if question.noisy and (question.language != "ba" or _BASHKIR_LETTERS & set(question.text)):
        faults.append("noisy: that is Bashkir typed without its own letters")
    if not question.answerable and question.near_document_id is None:
        faults.append("near_doc_id: an unanswerable question says which document tempts")
    return [Problem(question.file, question.line, fault) for fault in faults]


def _document_faults(question: Question, corpus: Corpus) -> list[Problem]:
    declared = {(item.document_id, item.language) for item in question.evidence}
    if question.document_id is not None and question.document_language is not None:
        declared.add((question.document_id, question.document_language))
    faults = [
        f"{document_id} is in {language_of(corpus[document_id])}, not in {language}"
        for document_id, language in sorted(declared)
        if document_id in corpus and language_of(corpus[document_id]) != language
    ]
    if question.answerable and question.document_id not in {
        item.document_id for item in question.evidence
    }:
        faults.append("evidence: no item is of the document that answers")
    return [Problem(question.file, question.line, fault) for fault in faults]
