"""Every response has exactly the fields of the contract, and its offsets say the truth.

The tables of the contract are written out here once more, field by field: a field that is missing,
of another type or not in the contract fails the test.
"""

import re
from itertools import pairwise
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tests.service.conftest import BeforeDocuments, Json, Service

Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
TextLanguage = Literal["ba", "ru", "mixed", "other"]
Count = Annotated[int, Field(ge=0)]
Milliseconds = Annotated[float, Field(ge=0)]


class Exactly(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Highlight(Exactly):
    start: Count
    end: Count


class Scores(Exactly):
    dense: float
    lexical: float


class Hit(Exactly):
    document_id: str
    document_version: Annotated[int, Field(ge=1)]
    chunk_id: str
    title: str | None
    url: str | None
    language: TextLanguage
    published_at: Time | None
    start: Count
    end: Count
    quote: str
    score: float
    scores: Scores
    highlights: list[Highlight]


class Citation(Exactly):
    number: Annotated[int, Field(ge=1)]
    document_id: str
    document_version: Annotated[int, Field(ge=1)]
    title: str | None
    url: str | None
    language: TextLanguage
    published_at: Time | None
    start: Count
    end: Count
    quote: Annotated[str, Field(min_length=1, max_length=500)]
    before: Annotated[str, Field(max_length=300)]
    after: Annotated[str, Field(max_length=300)]


class AnswerSpan(Exactly):
    start: Count
    end: Count
    citations: list[int]


class Generator(Exactly):
    kind: Literal["extractive", "generative"]
    model: str | None
    degraded: bool


class AskTimings(Exactly):
    retrieve: Milliseconds
    answer: Milliseconds
    total: Milliseconds


class Answer(Exactly):
    id: Annotated[str, Field(min_length=1)]
    question: str
    language: Literal["ba", "ru"]
    answered: bool
    answer: Annotated[str, Field(min_length=1)]
    answer_spans: list[AnswerSpan]
    confidence: Annotated[float, Field(ge=0, le=1)]
    reason: Literal["no_evidence", "low_confidence", "empty_index", "small_talk"] | None
    citations: list[Citation]
    related: list[Hit]
    sources: list[Hit]
    generator: Generator
    index_version: str
    timings_ms: AskTimings


class SearchTimings(Exactly):
    retrieve: Milliseconds
    total: Milliseconds


class Results(Exactly):
    results: list[Hit]
    language: TextLanguage
    index_version: str
    timings_ms: SearchTimings


class ListedDocument(Exactly):
    id: str
    title: str | None
    language: TextLanguage
    version: Annotated[int, Field(ge=1)]
    characters: Count
    chunks: Count
    url: str | None
    published_at: Time | None
    source: str | None
    updated_at: Time
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Document(ListedDocument):
    metadata: dict[str, str | int | float | bool]
    translation_of: str | None


class DocumentPage(Exactly):
    items: list[ListedDocument]
    next_cursor: str | None


class JobDocuments(Exactly):
    total: Count
    done: Count
    added: Count
    updated: Count
    unchanged: Count
    failed: Count


class JobError(Exactly):
    index: Count
    document: str | None
    reason: str


class Job(Exactly):
    id: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    documents: JobDocuments
    errors: list[JobError]
    index_version: str | None
    created_at: Time
    finished_at: Time | None


class Accepted(Exactly):
    job: Job


class Model(Exactly):
    name: str
    revision: str


class Counts(Exactly):
    documents: Count
    chunks: Count
    by_language: dict[TextLanguage, Count]
    by_source: dict[str, Count]


class Limits(Exactly):
    question_characters: int
    history_turns: int
    documents_per_request: int
    body_bytes: int
    document_bytes: int


class Information(Exactly):
    version: str
    embedding_model: Model
    index_version: str
    counts: Counts
    limits: Limits


class Status(Exactly):
    status: Literal["ok", "ready"]


class Meta(Exactly):
    id: str
    language: Literal["ba", "ru"]
    index_version: str


class Delta(Exactly):
    text: str


def checked(shape: Any, value: Any) -> Any:
    """Return ``value`` as ``shape``, which it fits exactly."""
    return TypeAdapter(shape).validate_json(TypeAdapter(Any).dump_json(value))


def require_true_offsets(service: Service, passage: Json) -> str:
    """Check that a citation or a hit stands where it says, and return its document's text."""
    text = service.text(passage["document_id"], passage["document_version"])
    assert text[passage["start"] : passage["end"]] == passage["quote"]
    return text


CAMPUSES = "Сколько студенческих городков должно появиться в России к 2036 году?"
CHAIRMAN = "Кто возглавляет правление Клуба молодых промышленников?"
MODERATOR = "Түңәрәк өҫтәлдең модераторы кем булды?"
CENTRE = "Кластерлы үҫеш үҙәге ҡайһы йылда булдырылды?"
CENTRE_IN_RUSSIAN = "Когда создан Центр кластерного развития Башкортостана?"
CAMPUS_IN_BASHKIR = "Өфөлә кампустың беренсе сираты ҡасан асылды?"
PRODUCTION_IN_RUSSIAN = "Каков был объём инновационной продукции Башкортостана за прошлый год?"
MODERATOR_IN_RUSSIAN_LETTERS = "Тунэрэк остэлдэ модератор кем булган?"
WEATHER = "Какая завтра погода в Уфе?"
DOLLAR = "Хәҙер доллар курсы күпме?"

ROUND_TABLE, INNOVATION, CLUSTER = (
    f"00{number}_{name}.txt"
    for number, name in enumerate(("f00c0aadca1db42a", "b684a5fe1f11274f", "cef33e01a01188d3"))
)

# A question, the language of its answer, and the document and the words that it is cited from.
ANSWERED = [
    pytest.param(CAMPUSES, "ru", CLUSTER, "40", id="ru-number"),
    pytest.param(CHAIRMAN, "ru", CLUSTER, "Антон Ковалев", id="ru-person"),
    pytest.param(MODERATOR, "ba", ROUND_TABLE, "Сергей Борисов", id="ba-person"),
    pytest.param(CENTRE, "ba", INNOVATION, "2011", id="ba-year"),
    pytest.param(CENTRE_IN_RUSSIAN, "ru", INNOVATION, "2011", id="ru-of-ba-year"),
    pytest.param(CAMPUS_IN_BASHKIR, "ba", CLUSTER, "феврале 2024", id="ba-of-ru-month"),
    pytest.param(
        PRODUCTION_IN_RUSSIAN, "ru", INNOVATION, "44 миллиард һумдан ашыу", id="ru-of-ba-sum"
    ),
    pytest.param(
        MODERATOR_IN_RUSSIAN_LETTERS, "ba", ROUND_TABLE, "Сергей Борисов", id="ba-typed-in-ru"
    ),
]
REFUSED = [
    pytest.param(WEATHER, "ru", "документах", id="ru"),
    pytest.param(DOLLAR, "ba", "Документтарҙа", id="ba"),
]
SMALL_TALK = [
    pytest.param("Здравствуйте!", "ru", "Здравствуйте", id="ru"),
    pytest.param("Рәхмәт!", "ba", "Рәхим итегеҙ", id="ba"),
]


@pytest.mark.parametrize(("question", "language", "document", "fact"), ANSWERED)
def test_an_answer_is_cited_to_the_letter(
    service: Service, question: str, language: str, document: str, fact: str
) -> None:
    body = service.ask(question)
    answer = checked(Answer, body)
    assert (answer.answered, answer.reason, answer.question) == (True, None, question)
    assert answer.language == language
    assert answer.related == []
    assert answer.index_version == service.client.get("/v1/info").json()["index_version"]
    for citation in body["citations"]:
        text = require_true_offsets(service, citation)
        start, end = citation["start"], citation["end"]
        assert citation["before"] == text[max(0, start - 300) : start]
        assert citation["after"] == text[end : end + 300]
    for hit in body["sources"]:
        require_true_offsets(service, hit)
    assert any(c.document_id == document and fact in c.quote for c in answer.citations)
    require_markers(answer)


def require_markers(answer: Answer) -> None:
    """Check that markers, the parts of the answer and the citations belong together."""
    numbers = [citation.number for citation in answer.citations]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert [int(n) for n in re.findall(r"\[(\d+)\]", answer.answer)] == numbers
    assert sorted({n for span in answer.answer_spans for n in span.citations}) == numbers
    for span in answer.answer_spans:
        part = answer.answer[span.start : span.end]
        for citation in answer.citations:
            if citation.number in span.citations:
                assert f"[{citation.number}]" in part
                assert citation.quote in part
    for one, other in pairwise(answer.answer_spans):
        assert one.end <= other.start


@pytest.mark.parametrize(("question", "language", "words"), REFUSED)
def test_a_refusal_says_so_and_shows_what_is_near(
    service: Service, question: str, language: str, words: str
) -> None:
    body = service.ask(question)
    answer = checked(Answer, body)
    assert (answer.answered, answer.language) == (False, language)
    assert answer.reason in ("no_evidence", "low_confidence")
    assert words in answer.answer
    assert (answer.citations, answer.answer_spans) == ([], [])
    assert 1 <= len(answer.related) <= len(answer.sources)
    for hit in body["related"]:
        require_true_offsets(service, hit)


@pytest.mark.parametrize(("words", "language", "reply"), SMALL_TALK)
def test_a_greeting_is_greeted(service: Service, words: str, language: str, reply: str) -> None:
    answer = checked(Answer, service.ask(words))
    assert (answer.answered, answer.reason) == (False, "small_talk")
    assert answer.language == language
    assert reply in answer.answer
    assert (answer.citations, answer.related, answer.sources) == ([], [], [])


def test_the_language_of_the_answer_can_be_chosen(service: Service) -> None:
    assert service.ask(WEATHER, language="ba")["language"] == "ba"
    assert service.ask(DOLLAR, language="ru")["language"] == "ru"
    assert service.ask("What is the weather tomorrow?")["language"] == "ru"


def test_a_follow_up_stands_in_the_answer_as_a_whole_question(service: Service) -> None:
    turns = [
        {"role": "user", "content": CENTRE},
        {"role": "assistant", "content": "2011 йылда Кластерлы үҫеш үҙәге булдырылды."},
    ]
    understood = service.ask("Ә ҡайҙа?", history=turns)["question"]
    assert "Кластерлы үҫеш үҙәге" in understood
    assert "ҡайҙа" in understood


def test_at_most_top_k_passages_are_considered(service: Service) -> None:
    assert len(service.ask("Кто выступил на заседании?", top_k=3)["sources"]) == 3


def test_without_a_language_model_the_extractive_answer_stands_in(service: Service) -> None:
    for mode, degraded in (("auto", False), ("extractive", False), ("generative", True)):
        generator = service.ask(CHAIRMAN, mode=mode)["generator"]
        assert generator == {"kind": "extractive", "model": None, "degraded": degraded}


def test_every_answer_has_an_id_of_its_own(service: Service) -> None:
    assert len({service.ask("Рәхмәт!")["id"] for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "question",
    [CAMPUSES, MODERATOR, CENTRE_IN_RUSSIAN, WEATHER, DOLLAR, "Рәхмәт!"],
    ids=["ru", "ba", "ru-of-ba", "ru-refused", "ba-refused", "ba-thanks"],
)
def test_events_come_in_the_order_of_the_contract(service: Service, question: str) -> None:
    body = {"question": question, "stream": True}
    require_order_of_events(service.stream(body), service.ask(question))


def test_events_of_an_empty_index_come_in_the_order_of_the_contract(
    before_documents: BeforeDocuments,
) -> None:
    require_order_of_events(before_documents.events, before_documents.answers["ru"])


def require_order_of_events(events: list[tuple[str, Any]], answer: Json) -> None:
    names = [name for name, _ in events]
    assert names[:2] == ["meta", "sources"]
    assert names[-1] == "final"
    assert set(names[2:-1]) <= {"citation", "delta"}
    meta = checked(Meta, events[0][1])
    sources = events[1][1]
    checked(list[Hit], sources)
    final = events[-1][1]
    checked(Answer, final)
    assert (meta.id, meta.language) == (final["id"], final["language"])
    assert meta.index_version == final["index_version"]
    assert sources == final["sources"]
    assert final["answer"] == answer["answer"]
    citations: list[Json] = []
    text = ""
    for name, data in events[2:-1]:
        if name == "citation":
            checked(Citation, data)
            citations.append(data)
            assert f"[{data['number']}]" not in text
        else:
            text += checked(Delta, data).text
            shown = {int(number) for number in re.findall(r"\[(\d+)\]", text)}
            assert shown <= {citation["number"] for citation in citations}
    assert text == final["answer"]
    assert citations == final["citations"]


def test_a_stream_is_neither_kept_nor_buffered(service: Service) -> None:
    by_header = service.stream({"question": "Рәхмәт!"}, Accept="text/event-stream")
    assert by_header[-1][0] == "final"
    body = {"question": "Рәхмәт!", "stream": True}
    headers = service.client.post("/v1/ask", json=body).headers
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize(
    ("query", "language"),
    [("Рөстәм Хәмитов нимә тине?", "ba"), ("студенческие городки к 2036 году", "ru")],
)
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_results_stand_where_they_say_best_first(
    service: Service, query: str, language: str, mode: str
) -> None:
    body = service.search(query, mode=mode)
    results = checked(Results, body)
    assert results.language == language
    assert 1 <= len(results.results) <= 10
    scores = [hit.score for hit in results.results]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.chunk_id for hit in results.results}) == len(results.results)
    for hit in body["results"]:
        text = require_true_offsets(service, hit)
        for highlight in hit["highlights"]:
            assert hit["start"] <= highlight["start"] < highlight["end"] <= hit["end"]
            assert text[highlight["start"] : highlight["end"]].isalnum()
    if mode != "dense":
        assert body["results"][0]["highlights"]


def test_offsets_count_code_points(fresh: Service) -> None:
    # Letters beyond the first plane, combining marks, a mark at the start, both line ends.
    text = (
        "🐝🐝 𝔸𝔹 е̂\r\n\ufefft\u200d Ҡорсаңғы ауылында 𐌰 умарта музейы 2033 йылда асылды.\u2028🏔️ тау"
    )
    job = fresh.add({"id": "planes", "text": text})
    assert job["documents"]["added"] == 1
    assert fresh.text("planes") == text
    hit = next(
        hit
        for hit in fresh.search("Ҡорсаңғы умарта музейы")["results"]
        if hit["document_id"] == "planes"
    )
    require_true_offsets(fresh, hit)
    assert hit["highlights"]
    answer = fresh.ask("Ҡорсаңғы ауылында умарта музейы ҡайһы йылда асылды?")
    cited = [c for c in answer["citations"] if c["document_id"] == "planes"]
    assert cited
    for citation in cited:
        require_true_offsets(fresh, citation)


def test_information_has_exactly_its_fields(service: Service) -> None:
    told = checked(Information, service.client.get("/v1/info").json())
    listed = service.client.get("/v1/documents").json()["items"]
    assert told.counts.documents == len(listed) == sum(told.counts.by_language.values())
    assert told.counts.chunks == sum(item["chunks"] for item in listed)
    assert told.limits.question_characters == 2000


def test_health_and_readiness_have_exactly_their_field(service: Service) -> None:
    assert checked(Status, service.client.get("/healthz").json()).status == "ok"
    assert checked(Status, service.readiness().json()).status == "ready"


def test_the_description_of_the_interface_names_what_there_is(service: Service) -> None:
    described = service.client.get("/openapi.json").json()
    assert {
        "/v1/ask",
        "/v1/search",
        "/v1/documents",
        "/v1/documents/{document_id}",
        "/v1/documents/{document_id}/text",
        "/v1/jobs/{job_id}",
        "/v1/info",
        "/healthz",
        "/readyz",
    } <= set(described["paths"])
    schemas = described["components"]["schemas"]
    for name, shape in (("AnswerOut", Answer), ("HitOut", Hit), ("CitationOut", Citation)):
        assert set(schemas[name]["properties"]) == set(shape.model_fields)
