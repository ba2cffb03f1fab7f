"""Gold questions made ready for a corpus: evidence found, requests written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.corpora import language_of
from eval.errors import InvalidGold, Problem
from eval.evidence import Corpus, GoldSpan, locate
from eval.questions import Question

# Passages enough that the first ten documents among them can be ranked.
_SEARCH_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Options:
    """How the questions are asked; None leaves the choice to the system.

    ``filter_language``: each is asked of the documents in its document's language alone, so that in
    a parallel corpus the twin cannot answer.
    """

    filter_language: bool = False
    mode: str | None = None
    top_k: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A question, where its evidence stands, and the filters it is asked with.

    ``document_language`` is that of the document that answers or tempts; ``none`` without one.
    """

    question: Question
    gold: Sequence[GoldSpan]
    document_language: str
    filters: dict[str, list[str]]

    def ask_request(self, options: Options) -> dict[str, Any]:
        """Return the request for ``POST /v1/ask``, in the language of the question by itself."""
        chosen = {"mode": options.mode, "top_k": options.top_k}
        return {
            "question": self.question.text,
            "history": [
                {"role": turn.role, "content": turn.content} for turn in self.question.history
            ],
            "filters": self.filters,
            **{name: value for name, value in chosen.items() if value is not None},
        }

    def search_request(self, understood: str) -> dict[str, Any]:
        """Return the request for ``POST /v1/search`` with the question as it was understood."""
        return {"query": understood, "top_k": _SEARCH_DEPTH, "filters": self.filters}


def prepare(questions: Sequence[Question], corpus: Corpus, options: Options) -> list[Task]:
    """Make questions ready. Raises InvalidGold with everything that the corpus does not hold."""
    tasks = []
    problems = []
    for question in questions:
        gold, missing = locate(question, corpus)
        faults = [problem.fault for problem in missing]
        about = question.document_id or question.near_document_id
        document = corpus.get(about or "")
        if about and document is None:
            faults.append(f"no document {about!r} in the corpus")
        language = question.document_language or (language_of(document) if document else "none")
        filters = {}
        if options.filter_language and document:
            filters = {"language": [language]}
            gold = [place for place in gold if place.language == language]
            if question.answerable and not gold and not faults:
                faults.append(f"no evidence in the document's language, {language}")
        problems += [Problem(question.file, question.line, fault) for fault in faults]
        tasks.append(Task(question, gold, language, filters))
    if problems:
        raise InvalidGold(problems)
    return tasks
