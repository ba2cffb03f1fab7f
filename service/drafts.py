"""Drafts of gold questions, to be looked through by a person before they count."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from rag.questions import question_kind
from service.schemas.feedback import RefusedOut


def draft(identifier: str, language: str, question: str, answerable: bool) -> dict[str, Any]:
    """Return a gold question without evidence."""
    kind = question_kind(question)
    return {
        "id": identifier,
        "lang": language,
        "question": question,
        "answerable": answerable,
        "kind": "what" if kind == "unknown" else kind,
        "hard": False,
        "noisy": False,
    }


def refused_drafts(refused: Iterable[RefusedOut]) -> Iterator[dict[str, Any]]:
    """Yield refused questions as ones that no document answers, each question once."""
    for question, language in dict.fromkeys((one.question, one.language) for one in refused):
        digest = hashlib.sha256(f"{language} {question}".encode()).hexdigest()
        yield draft(f"refused-{digest[:16]}", language, question, answerable=False)
