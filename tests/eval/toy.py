"""A small world to judge in: towns, each with a document and two questions about it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.documents import Document
from index.text.sentences import sentence_spans
from index.text.spans import Span

Json = dict[str, Any]


def town_text(number: int) -> str:
    """A text of eight sentences and more than 500 characters; the third tells the inhabitants."""
    return (
        f"Город Озёрск-{number} стоит на берегу озера, и туда ведёт одна дорога через старый лес. "
        "Зимой её заметает снегом, и почту привозят только по средам и субботам. "
        f"В городе живут {number + 100} человек. "
        "Большинство из них работает на фабрике, где шьют рюкзаки и палатки для туристов. "
        "Весной озеро разливается, и нижние улицы на несколько дней становятся каналами. "
        "Летом сюда приезжают студенты, они собирают травы и записывают песни стариков. "
        "В музее хранят лодку, на которой когда-то приплыли первые жители этих мест. "
        "Осенью на площади открывается ярмарка мёда, варенья и вязаных носков."
    )


def towns(count: int) -> dict[str, Document]:
    """The corpus of the first towns."""
    return {
        f"town-{n}:ru": Document(id=f"town-{n}:ru", text=town_text(n), language="ru")
        for n in range(count)
    }


def evidence_span(number: int) -> Span:
    """Where a town's text tells its inhabitants."""
    return sentence_spans(town_text(number))[2]


def answerable(number: int, **changes: Any) -> Json:
    """A question that town ``number`` answers, as a line of gold."""
    quote = evidence_span(number).of(town_text(number))
    return {
        "id": f"yes-{number}",
        "lang": "ru",
        "question": f"Сколько человек живёт в городе Озёрск-{number}?",
        "answerable": True,
        "doc_id": f"town-{number}:ru",
        "doc_lang": "ru",
        "evidence": [{"doc_id": f"town-{number}:ru", "lang": "ru", "quote": quote}],
        "answers": [f"{number + 100} человек", str(number + 100)],
        "kind": "how_many",
        "hard": False,
        "noisy": False,
    } | changes


def unanswerable(number: int, **changes: Any) -> Json:
    """A question that town ``number`` seems to answer and does not."""
    return {
        "id": f"no-{number}",
        "lang": "ru",
        "question": f"Сколько школ в городе Озёрск-{number}?",
        "answerable": False,
        "evidence": [],
        "answers": [],
        "near_doc_id": f"town-{number}:ru",
        "kind": "how_many",
        "hard": False,
        "noisy": False,
    } | changes


def anchored(document: Document, span: Span) -> Json:
    """Evidence given by its place and hash."""
    digest = hashlib.sha256(span.of(document.text).encode()).hexdigest()
    place = {"start": span.start, "end": span.end, "sha256": digest}
    return {"doc_id": document.id, "lang": document.language, **place}


def write_lines(path: Path, lines: Sequence[Json]) -> Path:
    """Write JSON lines and return their file."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def write_gold(path: Path, count: int) -> Path:
    """Write two questions for each of the first towns."""
    lines = [make(n) for n in range(count) for make in (answerable, unanswerable)]
    return write_lines(path, lines)


def hit(document: Document, span: Span) -> Json:
    """A hit or a citation of the API."""
    return {
        "document_id": document.id,
        "start": span.start,
        "end": span.end,
        "quote": span.of(document.text),
    }


class TownSystem:
    """A System that finds the right town, quotes its evidence and refuses what has no answer.

    Its subclasses each do one thing badly.
    """

    def __init__(self, corpus: Mapping[str, Document]) -> None:
        self.corpus = corpus
        self.asked: list[Json] = []
        self.searched: list[Json] = []

    def ask(self, request: Json) -> Json:
        """Answer from the town that the question names."""
        self.asked.append(request)
        answered = self.answers(request["question"])
        cited = [self.cited(self._town(request["question"]))] if answered else []
        return {
            "question": request["question"],
            "answered": answered,
            "answer": self.words(cited[0]) if cited else "Такого в документах нет.",
            "language": "ru",
            "confidence": self.confidence(request["question"]),
            "reason": None if answered else "no_evidence",
            "citations": cited,
            "timings_ms": {"retrieve": 2.0, "answer": 1.0, "total": 3.0},
        }

    def search(self, request: Json) -> Json:
        """Find the sentence of every town, the right one first."""
        self.searched.append(request)
        right = self._town(request["query"])
        others = [document for document in self.corpus.values() if document.id != right.id]
        results = [self.found(document) for document in (right, *others)]
        return {"results": results[: request["top_k"]]}

    def info(self) -> Json:
        """Say that the index never changes."""
        return {"index_version": "v1", "embedding": {"model": "toy"}}

    def answers(self, question: str) -> bool:
        """Whether to answer."""
        return "человек" in question

    def confidence(self, question: str) -> float:
        """How sure to be."""
        return 0.9 if self.answers(question) else 0.1

    def cited(self, town: Document) -> Json:
        """What to cite."""
        return hit(town, sentence_spans(town.text)[2])

    def found(self, town: Document) -> Json:
        """What to find of a document."""
        return hit(town, sentence_spans(town.text)[:3][-1])

    def words(self, cited: Json) -> str:
        """What to say."""
        number = cited["quote"].split()[-2]
        return f"По документу, там {number} человек: «{cited['quote']}» [1]"

    def _town(self, question: str) -> Document:
        number = question.rpartition("-")[2].rstrip("?")
        return self.corpus[f"town-{number}:ru"]
