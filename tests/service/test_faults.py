"""What is wrong is said of the field that is wrong, in words, with what is allowed."""

from typing import Any

import pytest

from index.messages import MESSAGE_LANGUAGES, message
from tests.service.serving import Serve

LONG = "ы" * 2001
TURNS = [{"role": "user", "content": "а"}] * 21


@pytest.mark.parametrize(
    ("path", "body", "field", "key", "limit"),
    [
        ("/v1/ask", {"question": ""}, "question", "too_short", 1),
        ("/v1/ask", {"question": LONG}, "question", "too_long", 2000),
        ("/v1/ask", {"question": "Бал?", "top_k": 51}, "top_k", "too_large", 50),
        ("/v1/ask", {"question": "Бал?", "top_k": 0}, "top_k", "too_small", 1),
        ("/v1/ask", {"question": "Бал?", "history": TURNS}, "history", "too_many", 20),
        ("/v1/documents", {"documents": []}, "documents", "too_few", 1),
        ("/v1/search", {"query": "бал", "filters": {"metadata": {"n": [None]}}},
         "filters.metadata.n.0", "invalid", ""),
        ("/v1/search", {"query": "бал", "filters": {"metadata": {"str": [LONG, 1]}}},
         "filters.metadata.str.0", "too_long", 2000),
        ("/v1/search", {"query": "бал", "filters": {"metadata": {LONG: ["x"]}}},
         f"filters.metadata.{LONG}"[:100], "too_long", 2000),
        ("/v1/search", {"query": "бал", "filters": {"published_at": {"gte": "soon"}}},
         "filters.published_at.gte", "invalid", ""),
        ("/v1/search?group_by=x", {"query": "бал"}, "group_by", "invalid", ""),
        ("/v1/search", [], "body", "invalid", ""),
        ("/v1/feedback", {"rating": 1}, "answer_id", "missing", ""),
    ],
)  # fmt: skip
def test_the_field_and_what_it_may_be_are_told(
    serve: Serve, path: str, body: Any, field: str, key: str, limit: int | str
) -> None:
    with serve() as client:
        for language in MESSAGE_LANGUAGES:
            answer = client.post(path, json=body, headers={"Accept-Language": language})
            assert answer.status_code == 422
            detail = message(f"field.{key}", language, field=field, limit=limit)
            assert answer.json()["errors"] == [{"field": field, "detail": detail}]


@pytest.mark.parametrize(
    ("message_in", "field"),
    [
        ({"role": "user", "content": 5}, "messages.0.content"),
        ({"role": "user", "content": [{"type": "text", "text": 5}]}, "messages.0.content.0.text"),
        ({"role": "user", "content": [{"type": "text"}]}, "messages.0.content.0.text"),
    ],
)
def test_a_chat_is_told_which_field_is_wrong(serve: Serve, message_in: Any, field: str) -> None:
    with serve() as client:
        answer = client.post("/v1/chat/completions", json={"messages": [message_in]})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == field


@pytest.mark.parametrize("body", [b"{", b"{'question': 1}", b"\xff", b"[" * 100_000])
def test_what_cannot_be_parsed_is_a_bad_request(serve: Serve, body: bytes) -> None:
    with serve() as client:
        for path in ("/v1/ask", "/v1/search", "/v1/documents", "/v1/chat/completions"):
            answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400


@pytest.mark.parametrize("unseen", ["\u200b", "\0", "\ufeff", "\u00ad \u200f\u202e", "\u0301"])
def test_what_nobody_can_see_is_no_question(serve: Serve, unseen: str) -> None:
    with serve() as client:
        for path, field in (("/v1/ask", "question"), ("/v1/search", "query")):
            answer = client.post(path, json={field: unseen})
            assert answer.status_code == 422
            detail = message("field.too_short", "en", field=field, limit=1)
            assert answer.json()["errors"] == [{"field": field, "detail": detail}]
        said = {"messages": [{"role": "user", "content": unseen}]}
        chat = client.post("/v1/chat/completions", json=said)
        assert chat.status_code == 400
        assert chat.json()["error"]["message"] == message("openai.question", "en")
        assert client.post("/v1/ask", json={"question": f"{unseen}?{unseen}"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/ask", {"question": "Бал?", "top_k": "8"}, "top_k"),
        ("/v1/ask", {"question": "Бал?", "top_k": True}, "top_k"),
        ("/v1/ask", {"question": "Бал?", "stream": "yes"}, "stream"),
        ("/v1/ask", {"question": "Бал?", "stream": 1}, "stream"),
        ("/v1/search", {"query": "бал", "top_k": "8"}, "top_k"),
        ("/v1/search", {"query": "бал", "top_k": 8.0}, "top_k"),
        ("/v1/feedback", {"answer_id": "a", "rating": True}, "rating"),
        ("/v1/feedback", {"answer_id": "a", "rating": "1"}, "rating"),
        ("/v1/admin/keys", {"name": "k", "scopes": ["admin"], "days": "1"}, "days"),
        ("/v1/chat/completions", {"messages": TURNS, "n": True}, "n"),
        ("/v1/chat/completions", {"messages": TURNS, "stream": "true"}, "stream"),
    ],
)
def test_a_number_is_a_number_and_true_is_true(
    serve: Serve, path: str, body: Any, field: str
) -> None:
    with serve() as client:
        answer = client.post(path, json=body)
        assert answer.status_code == (400 if "chat" in path else 422)
        detail = message("field.invalid", "en", field=field)
        assert detail in (
            answer.json().get("detail"),
            answer.json().get("error", {}).get("message"),
        )
