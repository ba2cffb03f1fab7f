"""Reading gold questions from JSON lines.

Reading reports every fault of every file by line, so that nothing runs on half a set.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from eval.errors import InvalidGold, Problem
from eval.questions import (
    AnchoredEvidence,
    DocumentLanguage,
    Evidence,
    Kind,
    Question,
    QuestionLanguage,
    QuotedEvidence,
    Turn,
)
from index.text.spans import Span


def read_gold(paths: Iterable[Path]) -> list[Question]:
    """Read gold files, in order. Raises InvalidGold with every fault, by file and line."""
    questions: list[Question] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            # Not splitlines(): U+2028 and its like may stand inside a JSON string.
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else error.reason
            problems.append(Problem(path.name, 0, f"cannot be read as UTF-8 text: {why}"))
            continue
        if not any(map(str.strip, lines)):
            problems.append(Problem(path.name, 0, "holds no question"))
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                read = _Line.model_validate_json(line)
            except ValidationError as error:
                problems += [Problem(path.name, number, fault) for fault in _faults(error)]
            else:
                questions.append(read.as_question(path.name, number))
    problems += _repeated_ids(questions)
    if problems:
        raise InvalidGold(problems)
    return questions


def _faults(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False):
        where = ".".join(str(part) for part in detail["loc"] if part not in ("quoted", "anchored"))
        yield f"{where}: {detail['msg']}" if where else detail["msg"]


def _repeated_ids(questions: list[Question]) -> list[Problem]:
    counts = Counter(question.id for question in questions)
    return [
        Problem(question.file, question.line, f"id: {question.id!r} is not unique")
        for question in questions
        if counts[question.id] > 1
    ]


_Text = Annotated[str, StringConstraints(pattern=r"\S")]
_STRICT = ConfigDict(extra="forbid", strict=True)


class _Quoted(BaseModel):
    model_config = _STRICT

    doc_id: _Text
    lang: DocumentLanguage
    quote: _Text

    def evidence(self) -> Evidence:
        return QuotedEvidence(self.doc_id, self.lang, self.quote)


class _Anchored(BaseModel):
    model_config = _STRICT

    doc_id: _Text
    lang: DocumentLanguage
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

    def evidence(self) -> Evidence:
        return AnchoredEvidence(self.doc_id, self.lang, Span(self.start, self.end), self.sha256)


def _form(item: object) -> str:
    if isinstance(item, dict):
        return "quoted" if "quote" in item else "anchored"
    return "words"


_Item = Annotated[
    Annotated[_Text, Tag("words")]
    | Annotated[_Quoted, Tag("quoted")]
    | Annotated[_Anchored, Tag("anchored")],
    Discriminator(_form),
]


class _Turn(BaseModel):
    model_config = _STRICT

    role: Literal["user", "assistant"]
    content: str


class _Line(BaseModel):
    model_config = _STRICT

    id: _Text
    lang: QuestionLanguage
    question: _Text
    history: list[_Turn] | None = None
    answerable: bool
    doc_id: Annotated[_Text | None, Field(validate_default=True)] = None
    doc_lang: Annotated[DocumentLanguage | None, Field(validate_default=True)] = None
    evidence: Annotated[list[_Item], Field(validate_default=True)] = []
    answers: Annotated[list[_Text], Field(validate_default=True)] = []
    near_doc_id: _Text | None = None
    kind: Kind
    hard: bool
    noisy: bool

    @field_validator("doc_id", "doc_lang", "evidence", "answers")
    @classmethod
    def _given_where_answerable(cls, value: Any, info: ValidationInfo) -> Any:
        answerable = info.data.get("answerable")
        if answerable is True and not value:
            raise ValueError("an answerable question needs it")
        if answerable is False and value:
            raise ValueError("an unanswerable question has none")
        return value

    def as_question(self, file: str, line: int) -> Question:
        return Question(
            id=self.id,
            language=self.lang,
            text=self.question,
            history=tuple(Turn(turn.role, turn.content) for turn in self.history or ()),
            answerable=self.answerable,
            document_id=self.doc_id,
            document_language=self.doc_lang,
            evidence=tuple(self._evidence()),
            answers=tuple(self.answers),
            near_document_id=self.near_doc_id,
            kind=self.kind,
            hard=self.hard,
            noisy=self.noisy,
            file=file,
            line=line,
        )

    def _evidence(self) -> Iterator[Evidence]:
        for item in self.evidence:
            if isinstance(item, str):
                assert self.doc_id is not None
                assert self.doc_lang is not None
                yield QuotedEvidence(self.doc_id, self.doc_lang, item)
            else:
                yield item.evidence()
