"""Whatever is sent, the service answers with something sensible or says what is wrong."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.commands import BODY_BYTES
from tests.service.contract import Answer, Results, checked
from tests.service.running import Service
from tests.service.test_problems import require_problem

_JSON = {"Content-Type": "application/json"}


def send(service: Service, path: str, body: bytes, content_type: str | None) -> httpx.Response:
    headers = {} if content_type is None else {"Content-Type": content_type}
    return service.client.post(path, content=body, headers=headers)


def send_json(service: Service, path: str, value: Any) -> httpx.Response:
    """Send a value as JSON, lone surrogates and numbers that are none included."""
    return send(service, path, json.dumps(value).encode(), "application/json")


_QUESTIONS = {
    "emoji": "🐝🐝🐝?",
    "right-to-left": "من هو رئيس النادي؟ \u202e\u2067 кто",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> кто?",
    "latin": "Who is the moderator of the round table?",
    "transliterated": "Tunarak ostal moderatory kem buldy?",
    "nul-inside": "Кто\x00 модератор?",
    "combining": "а" + "\u0301" * 1500,
    "marks": "?!.,;:—«»()[]{}",
    "one-word-2000": "ы" * 2000,
    "words-2000": ("кто что где " * 200)[:2000],
    "controls": "\x1b[31mкрасный\x07\x08",
    "sql": "'; DROP TABLE documents; -- \" OR 1=1",
    "lexical-syntax": 'AND OR NOT NEAR( * " ^ : -',
    "line-ends": "Кто\r\nмодератор\u2028\u2029?",
}


@pytest.mark.parametrize("question", _QUESTIONS.values(), ids=_QUESTIONS)
def test_an_odd_question_gets_a_sensible_answer(service: Service, question: str) -> None:
    answer = checked(Answer, service.ask(question))
    assert "<script" not in answer.answer
    assert answer.answered is bool(answer.citations)
    checked(Results, service.search(question))


@pytest.mark.parametrize("question", ["marks", "emoji"])
def test_an_odd_question_may_follow_another_one(service: Service, question: str) -> None:
    history = [{"role": "user", "content": "Кто возглавляет правление Клуба?"}]
    checked(Answer, service.ask(_QUESTIONS[question], history=history))


def test_an_odd_question_is_streamed_too(service: Service) -> None:
    question = " ".join(_QUESTIONS.values())[:2000]
    events = service.stream({"question": question, "stream": True})
    assert events[-1][0] == "final"


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t\u00a0\u2003 ", id="blank"),
        pytest.param("\x00", id="nul"),
        pytest.param("\u200b \u2060\u00ad", id="unseen"),
        pytest.param("\ufeff\u200f\u202e", id="marks-of-direction"),
        pytest.param("\u0301\ufe0f", id="marks-of-no-letter"),
        pytest.param("ы" * 2001, id="2001"),
        pytest.param("word " * 200_000, id="megabyte"),
        pytest.param("кто \ud800?", id="lone-surrogate"),
        pytest.param("\udc1d\ud83d", id="swapped-surrogates"),
    ],
)
def test_a_question_that_is_none_is_refused(service: Service, question: str) -> None:
    for path, field in (("/v1/ask", "question"), ("/v1/search", "query")):
        problem = require_problem(send_json(service, path, {field: question}), "invalid-request")
        assert [error["field"] for error in problem["errors"]] == [field]
        assert len(json.dumps(problem)) < 2000  # what was given is not repeated


def test_a_question_is_counted_after_trimming(service: Service) -> None:
    padded = " " * 3000 + "Рәхмәт!" + "\n" * 3000
    assert service.ask(padded)["reason"] == "small_talk"


_FILTERS_BAD: list[Any] = [
    None, "ru", [], {"colour": []},
    {"language": "ru"}, {"language": ["en"]}, {"language": [1]}, {"language": None},
    {"language": ["ru"] * 1001},
    {"document_id": "a"}, {"document_id": [5]}, {"document_id": ["\ud800"]},
    {"document_id": ["a"] * 1001}, {"document_id": ["x" * 2001]},
    {"source": {}}, {"source": [None]}, {"source": ["\udfff"]},
    {"published_at": "2024"}, {"published_at": {"gt": "2024-01-01"}},
    {"published_at": {"gte": "yesterday"}}, {"published_at": {"lte": 2024}},
    {"published_at": {"gte": "0001-01-01T00:00:00+14:00"}},
    {"published_at": {"lte": "9999-12-31T23:59:59-14:00"}},
    {"metadata": []}, {"metadata": {"a": "b"}}, {"metadata": {"a": [None]}},
    {"metadata": {"a": [[]]}}, {"metadata": {"a": ["\ud800"]}}, {"metadata": {"\ud800": ["a"]}},
    {"metadata": {str(n): ["a"] for n in range(2000)}}, {"metadata": {"a": ["b"] * 1001}},
]  # fmt: skip
_TURN = {"role": "user", "content": "а"}
_BAD_FIELDS: dict[tuple[str, str], list[Any]] = {
    ("/v1/ask", "question"): [None, 5, 1.5, True, [], {}, ["кто"]],
    ("/v1/ask", "language"): [None, "en", "BA", 5, ["ba"], "\ud800"],
    ("/v1/ask", "mode"): [None, "fast", 1, []],
    ("/v1/ask", "top_k"): [None, 0, -1, 51, 1.5, "x", [], float("nan"), float("inf"), 10**400],
    ("/v1/ask", "filters"): _FILTERS_BAD,
    ("/v1/ask", "history"): [
        None,
        "а",
        {},
        [5],
        [{}],
        [{**_TURN, "role": "system"}],
        [{**_TURN, "content": 5}],
        [{**_TURN, "content": "\ud800"}],
        [{**_TURN, "content": "а" * 20_001}],
        [{**_TURN, "name": "а"}],
        [_TURN] * 21,
    ],
    ("/v1/ask", "stream"): [None, "maybe", 2, []],
    ("/v1/ask", "colour"): ["red", None],
    ("/v1/ask", "\ud800"): [1],
    ("/v1/search", "query"): [None, 5, True, [], {}],
    ("/v1/search", "top_k"): [None, 0, 201, 1.5, "x", {}],
    ("/v1/search", "mode"): [None, "exact", 1],
    ("/v1/search", "filters"): _FILTERS_BAD,
    ("/v1/search", "group_by"): ["document"],
    ("/v1/documents", "documents"): [None, 5, "а", {}, []],
    ("/v1/documents", "colour"): ["red"],
}
_WHOLE: dict[str, dict[str, Any]] = {
    "/v1/ask": {"question": "Кто?"},
    "/v1/search": {"query": "кто"},
    "/v1/documents": {"documents": [{"id": "never", "text": "Не войдёт."}]},
}


@pytest.mark.parametrize(("path", "field"), _BAD_FIELDS)
def test_a_field_of_a_wrong_type_is_named(service: Service, path: str, field: str) -> None:
    for value in _BAD_FIELDS[path, field]:
        response = send_json(service, path, {**_WHOLE[path], field: value})
        assert response.status_code == 422, (value, response.text)
        errors = require_problem(response, "invalid-request")["errors"]
        if field.isprintable():
            assert all(error["field"].split(".")[0] == field for error in errors), (value, errors)
    assert "never" not in service.ids()


def test_a_wrong_group_is_named(service: Service) -> None:
    response = service.client.post("/v1/search?group_by=chunk", json={"query": "кто"})
    problem = require_problem(response, "invalid-request")
    assert [error["field"] for error in problem["errors"]] == ["group_by"]


_BODIES = {
    "empty": b"",
    "blank": b"  \n",
    "open": b'{"question": "\xd0\xba',
    "trailing": b'{"question": "a"} {"question": "b"}',
    "comma": b'{"question": "a",}',
    "single-quotes": b"{'question': 'a'}",
    "bare-word": b"question",
    "null": b"null",
    "number": b"5",
    "string": b'"question"',
    "list": b"[]",
    "nul": b"\x00",
    "nul-inside": b'{"question": "a\x00b"}',
    "cp1251": '{"question": "Кто?"}'.encode("cp1251"),
    "half-a-letter": '{"question": "Кто?"}'.encode()[:-4] + b'"}',
    "overlong": b'{"question": "\xc0\xaf"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "deep-lists": b"[" * 200_000,
    "deep-objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep-question": b'{"question": ' + b"[" * 900 + b"]" * 900 + b"}",
    "huge-number": b'{"question": "a", "top_k": ' + b"9" * 100_000 + b"}",
    "huge-string": b'{"question": "' + b"a" * 1_900_000 + b'"}',
    "many-fields": json.dumps({str(n): n for n in range(20_000)}).encode(),
    "repeated-field": b'{"question": "a", "question": 5}',
}


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search", "/v1/documents"])
@pytest.mark.parametrize("body", _BODIES.values(), ids=_BODIES)
def test_a_body_that_is_none_is_refused(service: Service, path: str, body: bytes) -> None:
    response = send(service, path, body, "application/json")
    assert response.status_code in (400, 413, 422), response.text
    names = {400: "bad-request", 413: "too-large", 422: "invalid-request"}
    problem = require_problem(response, names[response.status_code])
    assert len(json.dumps(problem)) < 20_000


def test_a_deep_document_fails_alone(fresh: Service) -> None:
    deep = '{"text": "a", "metadata": ' + '{"a":' * 400 + "1" + "}" * 400 + "}"
    body = f'{{"documents": [{deep}, {{"id": "shallow", "text": "Мелко."}}]}}'
    response = send(fresh, "/v1/documents", body.encode(), "application/json")
    assert response.status_code == 202, response.text
    job = fresh.finished_job(response.json()["job"]["id"])
    assert (job["documents"]["failed"], job["documents"]["added"]) == (1, 1)


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search", "/v1/documents"])
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "text/html; charset=utf-8",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/jsonlines",
        "application/xml",
        "nonsense",
    ],
)
def test_a_body_of_another_type_is_refused(
    service: Service, path: str, content_type: str | None
) -> None:
    """Also so that a page of another site cannot post a plain form."""
    body = json.dumps(_WHOLE[path]).encode()
    response = send(service, path, body, content_type)
    require_problem(response, "unsupported-media-type")
    assert "never" not in service.ids()


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/ld+json"]
)
def test_json_by_its_other_names_is_read(service: Service, content_type: str) -> None:
    body = json.dumps({"question": "Рәхмәт!"}).encode()
    assert send(service, "/v1/ask", body, content_type).status_code == 200


def test_a_body_as_large_as_allowed_is_read(service: Service) -> None:
    body = json.dumps({"question": "Рәхмәт!"}).encode()
    padded = body + b" " * (BODY_BYTES - len(body))
    assert send(service, "/v1/ask", padded, "application/json").status_code == 200


_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=40)
)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=()), max_size=8), inner, max_size=4
        )
    ),
    max_leaves=12,
)
_filters = st.fixed_dictionaries(
    {},
    optional={
        "language": st.lists(st.sampled_from(["ba", "ru", "mixed", "other"])) | _values,
        "document_id": st.lists(st.text()) | _values,
        "source": st.lists(st.text()) | _values,
        "published_at": st.fixed_dictionaries(
            {}, optional={"gte": st.datetimes().map(str) | _values, "lte": _values}
        ),
        "metadata": st.dictionaries(st.text(), st.lists(_scalars)) | _values,
    },
)
_asked = st.fixed_dictionaries(
    {"question": st.text(st.characters(exclude_categories=())) | _values},
    optional={
        "language": st.sampled_from(["auto", "ba", "ru"]) | _values,
        "mode": st.sampled_from(["auto", "extractive", "generative"]) | _values,
        "top_k": st.integers(1, 50) | _values,
        "filters": _filters | _values,
        "history": st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant"]), "content": st.text()}
            )
        )
        | _values,
        "stream": st.booleans() | _values,
    },
)
_searched = st.fixed_dictionaries(
    {"query": st.text(st.characters(exclude_categories=())) | _values},
    optional={
        "top_k": st.integers(1, 200) | _values,
        "mode": st.sampled_from(["hybrid", "dense", "lexical"]) | _values,
        "filters": _filters | _values,
    },
)
_STRING_FIELDS = "id title language url published_at source translation_of colour".split()
_documents = st.fixed_dictionaries(
    {
        "documents": st.lists(
            st.fixed_dictionaries(
                {"text": st.text(st.characters(exclude_categories=())) | _values},
                optional=dict.fromkeys(_STRING_FIELDS, _values)
                | {"metadata": st.dictionaries(st.text(), _scalars) | _values},
            )
            | _values,
            max_size=4,
        )
        | _values
    }
)


def modestly(examples: int) -> settings:
    return settings(
        deadline=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def require_no_fault(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        names = {400: "bad-request", 422: "invalid-request"}
        require_problem(response, names[response.status_code])


@modestly(30)
@given(_asked | _values)
def test_any_json_asked_gets_an_answer(service: Service, body: Any) -> None:
    response = send_json(service, "/v1/ask", body)
    require_no_fault(response)
    assert "event: error" not in response.text


@modestly(30)
@given(_searched | _values)
def test_any_json_searched_gets_an_answer(service: Service, body: Any) -> None:
    require_no_fault(send_json(service, "/v1/search", body))


@modestly(20)
@given(_documents | _values)
def test_any_json_given_as_documents_gets_an_answer(fresh: Service, body: Any) -> None:
    response = send_json(fresh, "/v1/documents", body)
    require_no_fault(response)
    if response.status_code == 202:
        job = fresh.finished_job(response.json()["job"]["id"])
        assert job["state"] == "succeeded"
        assert job["documents"]["done"] == job["documents"]["total"]
        # What went in does no harm to those who read.
        fresh.search("кто", filters={"metadata": {"a": ["b"]}})
        for identifier in fresh.ids():
            assert fresh.document(identifier).status_code == 200


@modestly(15)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(service: Service, body: bytes) -> None:
    for path in ("/v1/ask", "/v1/search", "/v1/documents"):
        require_no_fault(send(service, path, body, "application/json"))


@modestly(10)
@given(st.text(min_size=1, max_size=60))
def test_any_id_asked_for_gets_an_answer(service: Service, identifier: str) -> None:
    for after in ("", "/text"):
        for method in ("GET", "DELETE"):
            response = service.document(identifier, method, after)
            assert response.status_code in (404, 405), response.text
            assert response.headers["content-type"] == "application/problem+json"
