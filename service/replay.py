"""A finished answer, told part by part: each citation before the words that carry its marker."""

from collections.abc import Iterator
from typing import Any

from service.schemas.asking import AnswerOut


def replay(answer: AnswerOut) -> Iterator[tuple[str, Any]]:
    """Yield ``citation`` and ``delta`` events; the deltas, joined, are the answer."""
    citations = {citation.number: citation for citation in answer.citations}
    shown = 0
    for part in answer.answer_spans:
        for number in part.citations:
            if number in citations:
                yield "citation", citations.pop(number).model_dump(mode="json")
        yield "delta", {"text": answer.answer[shown : part.end]}
        shown = part.end
    if shown < len(answer.answer):
        yield "delta", {"text": answer.answer[shown:]}
