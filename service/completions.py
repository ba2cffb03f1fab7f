"""The shapes of OpenAI's chat completions, for clients that speak nothing else.

https://platform.openai.com/docs/api-reference/chat/object — the citations of an answer are its
``url_citation`` annotations, each with the object ``source`` that says where the quote stands.
"""

import re
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from index.errors import InvalidInput
from service.replay import replay
from service.schemas.asking import AnswerOut, AskIn, CitationOut
from service.schemas.requests import a_number

MODEL = "yauap"
_WEB = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_TURNS = 20
_TURN_CHARACTERS = 20_000

Content = Annotated[str, StringConstraints(max_length=1_000_000)]


class PartIn(BaseModel):
    """A part of a message; only texts are understood."""

    type: Literal["text"]
    text: Content


class MessageIn(BaseModel):
    """A message. What is not said by ``user`` or ``assistant`` plays no part in the answer."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content | Annotated[list[PartIn], Field(max_length=100)] | None = None

    @property
    def text(self) -> str:
        """Return its words."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptionsIn(BaseModel):
    """``include_usage``: a last chunk counts the tokens."""

    include_usage: StrictBool | None = None


class CompletionIn(BaseModel):
    """``POST /v1/chat/completions``; settings of a language model are passed over."""

    model: str = Field(default=MODEL, max_length=200, examples=[MODEL])
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=1000)] = Field(
        examples=[[{"role": "user", "content": "Кто возглавляет правление Клуба?"}]]
    )
    n: Annotated[Literal[1], BeforeValidator(a_number)] | None = None
    stream: StrictBool | None = None
    stream_options: StreamOptionsIn | None = None

    def to_ask(self) -> AskIn:
        """Return the last message as the question, with those before it as its history.

        Raises InvalidInput where the last message is no question of a user.
        """
        *earlier, last = self.messages
        turns = [
            {"role": message.role, "content": message.text[:_TURN_CHARACTERS]}
            for message in earlier
            if message.role in ("user", "assistant")
        ]
        try:
            if last.role == "user":
                return AskIn.model_validate({"question": last.text, "history": turns[-_TURNS:]})
        except ValidationError as error:
            raise InvalidInput("openai.question") from error
        raise InvalidInput("openai.question")


class SourceOut(BaseModel):
    """Where a quotation stands: code points ``start`` to ``end`` of the document's stored text."""

    document_id: str
    document_version: int
    start: int
    end: int
    quote: str


class UrlCitationOut(BaseModel):
    """Which part of the message stands on it, in code points."""

    start_index: int
    end_index: int
    title: str
    url: str


class AnnotationOut(BaseModel):
    """A citation."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitationOut
    source: SourceOut


class MessageOut(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[AnnotationOut]


class ChoiceOut(BaseModel):
    """The one answer there is."""

    index: Literal[0] = 0
    message: MessageOut
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class UsageOut(BaseModel):
    """Tokens of the embedding model."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionOut(BaseModel):
    """``POST /v1/chat/completions``; ``id`` is that of the answer, for feedback."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[ChoiceOut]
    usage: UsageOut


class ErrorDetailOut(BaseModel):
    """What is wrong; ``code`` is the name of the problem."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorOut(BaseModel):
    """An error as OpenAI's clients expect it."""

    error: ErrorDetailOut


class ModelOut(BaseModel):
    """A model of ``GET /v1/models``."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "yauap"


class ModelsOut(BaseModel):
    """``GET /v1/models``."""

    object: Literal["list"] = "list"
    data: list[ModelOut]


def completion(answer: AnswerOut, usage: UsageOut) -> CompletionOut:
    """Return an answer as a chat completion."""
    message = MessageOut(content=answer.answer, annotations=annotations(answer))
    return CompletionOut(
        id=answer.id, created=int(time.time()), choices=[ChoiceOut(message=message)], usage=usage
    )


def annotations(answer: AnswerOut) -> list[AnnotationOut]:
    """Return an annotation for each part of an answer and each citation that it stands on."""
    by_number = {citation.number: citation for citation in answer.citations}
    return [
        _annotation(by_number[number], part.start, part.end)
        for part in answer.answer_spans
        for number in part.citations
        if number in by_number
    ]


def chunks(answer: AnswerOut, usage: UsageOut | None) -> Iterator[dict[str, Any]]:
    """Yield an answer as ``chat.completion.chunk`` objects: words, annotations, end, usage."""
    frame = {
        "id": answer.id,
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": MODEL,
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**frame, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    for name, data in replay(answer):
        if name == "delta":
            yield chunk({"content": data["text"]})
    yield chunk({"annotations": [note.model_dump() for note in annotations(answer)]})
    yield chunk({}, "stop")
    if usage is not None:
        yield {**frame, "choices": [], "usage": usage.model_dump()}


def _annotation(citation: CitationOut, start: int, end: int) -> AnnotationOut:
    return AnnotationOut(
        url_citation=UrlCitationOut(
            start_index=start,
            end_index=end,
            title=citation.title or citation.document_id,
            url=_address(citation),
        ),
        source=SourceOut(
            document_id=citation.document_id,
            document_version=citation.document_version,
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
        ),
    )


def _address(citation: CitationOut) -> str:
    """Return where a document can be read: a client may make a link of it, so no other scheme."""
    try:
        # A browser overlooks what is not printed, and so does urlsplit.
        if citation.url and citation.url.isprintable() and _WEB.match(citation.url):
            urlsplit(citation.url)
            return citation.url
    except ValueError:  # not an address at all
        pass
    name = quote(citation.document_id, safe="")
    return f"/v1/documents/{name}/text?version={citation.document_version}"
