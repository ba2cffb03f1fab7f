"""Large bodies are parsed beside other work, and mean what small ones mean."""

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.messages import MESSAGE_LANGUAGES, message
from service.fair_json import TooManyValues, parsed
from tests.service.serving import Serve
from tests.service.test_problems import require_problem

JSON = {"Content-Type": "application/json"}
LARGE = 70_000  # bytes; such a body is parsed in a thread

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values, st.sampled_from(["utf-8", "utf-16", "utf-32-le"]), st.booleans())
def test_it_means_what_it_means_elsewhere(value: Any, encoding: str, plain: bool) -> None:
    body = json.dumps(value, ensure_ascii=plain).encode(encoding, "surrogatepass")
    assert repr(parsed(body)) == repr(json.loads(body))


@given(
    st.text(st.sampled_from('{}[]",:01e-\\utrn ')) | values.map(json.dumps).map(lambda s: s[:-1])
)
@example('{"a": "\\ud800"}')
@example('{"a": 1, "a": 2}')
@example("﻿{}")
def test_what_is_no_json_is_refused_at_the_same_place(text: str) -> None:
    def told(parse: Any) -> Any:
        try:
            return repr(parse(text.encode()))
        except json.JSONDecodeError as error:
            return error.msg, error.pos

    assert told(parsed) == told(json.loads)


def test_others_go_on_while_it_is_parsed() -> None:
    many = json.dumps([["a" * 100] * 20 for _ in range(20_000)]).encode()
    begun, ended, steps = threading.Event(), threading.Event(), 0

    def other() -> int:
        nonlocal steps
        assert begun.wait(20)
        while not ended.is_set():
            steps += 1
            ended.wait(0.0001)
        return steps

    with ThreadPoolExecutor(1) as executor:
        counted = executor.submit(other)
        begun.set()
        try:
            for _ in range(3):
                assert len(parsed(many)) == 20_000
        finally:
            ended.set()
        assert counted.result() > 10  # the scanner in C would let it step between them alone


@pytest.mark.parametrize(
    "body",
    [b"[" + b"1," * 1_000_000 + b"1]", b"[" + b"[]," * 1_000_000 + b"1]",
     json.dumps({str(n): 1 for n in range(2000)}).encode()],
)  # fmt: skip
def test_values_without_end_are_too_many(body: bytes) -> None:
    with pytest.raises(TooManyValues):
        parsed(body)


def test_what_is_sent_in_earnest_is_not_too_much() -> None:
    metadata = {f"field {n}": n for n in range(20)}
    given = [{"id": str(n), "text": "Бал тәмле.", "metadata": metadata} for n in range(10_000)]
    assert parsed(json.dumps({"documents": given}).encode()) == {"documents": given}
    filters = {"metadata": {f"field {n}": ["x"] * 1000 for n in range(20)}}
    assert parsed(json.dumps({"filters": filters}).encode()) == {"filters": filters}


def test_a_large_body_is_answered_as_a_small_one(serve: Serve) -> None:
    padding = b" " * LARGE
    with serve() as client:
        for path, body, status in (
            ("/v1/search", b'{"query": "bal"}', 200),
            ("/v1/search", b'{"query": 1}', 422),
            ("/v1/search", b'{"query": "bal"', 400),
            ("/v1/search", b"\xff", 400),
            ("/v1/documents", b'{"documents": 1}', 422),
            ("/v1/documents", b'{"documents": [{"id": "new", "text": "Bal."}]}', 202),
        ):
            answers = [client.post(path, content=sent, headers=JSON)
                       for sent in (body, padding + body)]  # fmt: skip
            assert [answer.status_code for answer in answers] == [status, status]
            if status >= 400:
                assert answers[0].json() == answers[1].json()
        many = b'{"documents": [' + b"{}," * 1_000_000 + b"{}]}"
        refused = client.post("/v1/documents", content=many, headers=JSON)
        assert refused.status_code == 413
        assert refused.json()["type"] == "urn:yauap:problem:too-large"


def test_others_are_answered_while_a_large_body_is_parsed(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, answered = threading.Event(), threading.Event()

    def held(body: bytes) -> Any:
        begun.set()
        assert answered.wait(20)
        return parsed(body)

    monkeypatch.setattr("service.bodies.parsed", held)
    body = json.dumps({"documents": [{"id": "large", "text": "Бал тәмле. " * 10_000}]})
    with serve() as client, ThreadPoolExecutor(1) as executor:

        def send() -> httpx.Response:
            return client.post("/v1/documents", content=body, headers=JSON)

        sent = executor.submit(send)
        assert begun.wait(20)
        assert client.get("/healthz").status_code == 200
        assert client.post("/v1/search", json={"query": "мёд"}).status_code == 200
        assert not sent.done()
        answered.set()
        assert sent.result(20).status_code == 202


def test_a_compressed_body_is_refused_with_what_to_do(serve: Serve) -> None:
    body = gzip.compress(b'{"query": "bal"}')
    with serve() as client:
        for path in ("/v1/search", "/v1/documents"):
            for language in MESSAGE_LANGUAGES:
                headers = {**JSON, "Content-Encoding": "GZip", "Accept-Language": language}
                told = client.post(path, content=body, headers=headers)
                detail = require_problem(told, "unsupported-media-type")["detail"]
                assert detail == message("http.encoded", language)
        plain = {**JSON, "Content-Encoding": "identity"}
        asked = client.post("/v1/search", content=b'{"query": "bal"}', headers=plain)
        assert asked.status_code == 200
