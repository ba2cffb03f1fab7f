"""Limits: what is too many, too much or too late is refused, and the rest is served."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from rag.pipeline import Pipeline
from service.keys import Keys
from service.limits import Limits
from service.refusal import Refusal
from service.schemas.filters import FiltersIn
from service.settings import ServiceSettings
from tests.service.commands import wait_for
from tests.service.serving import Serve
from tests.service.test_keys import bearing
from tests.service.test_problems import require_problem

QUESTION = {"question": "Какой мёд горький?"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that reach the pipeline."""
    seen: list[str] = []
    whole = Pipeline.ask

    def ask(self: Pipeline, ask: Any, *observer: Any) -> Any:
        seen.append(ask.question)
        return whole(self, ask, *observer)

    monkeypatch.setattr(Pipeline, "ask", ask)
    return seen


def test_a_key_and_an_address_may_ask_so_often(serve: Serve, keys: Keys) -> None:
    first, second = (keys.create(name, ["read"])[1] for name in "ab")
    with serve(rate_per_key="3/hour", rate_per_address="8/hour") as client:
        statuses = [
            client.get("/v1/documents", headers=bearing(secret)).status_code
            for secret in [first] * 4 + [second] * 3
        ]
        assert statuses == [200] * 3 + [429] + [200] * 3
        response = client.get("/v1/documents", headers=bearing("wrong"))
        require_problem(response, "unauthorized")  # wrong keys count against the address
        refused = client.get("/v1/documents", headers=bearing(second))
        require_problem(refused, "too-many-requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert client.get("/healthz").status_code == 200


def test_more_than_can_be_worked_on_is_refused_at_once(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    whole = Pipeline.ask

    def ask(*arguments: Any) -> Any:
        assert go_on.wait(20)
        return whole(*arguments)

    monkeypatch.setattr(Pipeline, "ask", ask)
    with serve(max_concurrent=1, max_waiting=1) as client, ThreadPoolExecutor(12) as executor:

        def post(n: int) -> httpx.Response:
            path, body = numbered(n)
            return client.post(path, json=body, timeout=30)

        answers = [executor.submit(post, n) for n in range(12)]
        wait_for(lambda: sum(a.done() for a in answers) == 10, "all but two to be refused")
        for refused in [answer.result() for answer in answers if answer.done()]:
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/healthz").status_code == 200  # which needs no turn
        go_on.set()
        assert sorted(a.result().status_code for a in answers) == [200] * 2 + [429] * 10


def test_a_search_without_room_is_refused_before_its_body_is_read(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    whole = Pipeline.search

    def search(*arguments: Any) -> Any:
        if "мёд" in arguments:  # else the service warms up
            begun.set()
            assert go_on.wait(20)
        return whole(*arguments)

    monkeypatch.setattr(Pipeline, "search", search)
    with serve(max_concurrent=1, max_waiting=0) as client, ThreadPoolExecutor(1) as executor:
        first = executor.submit(client.post, "/v1/search", json={"query": "мёд"})
        assert begun.wait(20)
        try:
            refused = client.post("/v1/search", content=b"no JSON")
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) >= 1
        finally:
            go_on.set()
        assert first.result().status_code == 200
        unread = client.post("/v1/search", content=b"no JSON")
        assert unread.status_code == 415


def numbered(n: int) -> tuple[str, dict[str, Any]]:
    """Return a question through one of the doors, streamed or not."""
    asked = f"Мёд номер {n}?"
    if n % 4 < 2:
        return "/v1/ask", {"question": asked, "stream": n % 2 == 0}
    message = {"role": "user", "content": asked}
    return "/v1/chat/completions", {"messages": [message], "stream": n % 2 == 0}


def test_what_takes_too_long_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = []

    def slow(*_: Any, **__: Any) -> Any:
        time.sleep(0.6)
        return []

    monkeypatch.setattr("rag.pipeline.retrieve", slow)
    monkeypatch.setattr("rag.pipeline.find_candidates", lambda *_: reached.append(1))
    with serve(request_timeout=0.2, max_concurrent=3) as client:  # none waits for another
        require_problem(client.post("/v1/ask", json=QUESTION), "timeout")
        require_problem(client.post("/v1/search", json={"query": "мёд"}), "timeout")
        text = client.post("/v1/ask", json={**QUESTION, "stream": True}).text
        assert "event: error" in text
        assert "urn:yauap:problem:timeout" in text
        time.sleep(0.8)
        assert reached == []  # the work has ended where it found that nobody waits


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions"])
def test_a_client_that_leaves_gives_up_its_turn_and_its_work(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    begun, go_on, reached = threading.Event(), threading.Event(), list[int]()

    def slow(*_: Any, **__: Any) -> Any:
        begun.set()
        assert go_on.wait(20)
        return []

    monkeypatch.setattr("rag.pipeline.retrieve", slow)
    monkeypatch.setattr("rag.pipeline.find_candidates", lambda *_: reached.append(1))
    with serve(max_concurrent=1) as client:
        for _ in range(2):  # the second waits for the turn of the first
            body = {**QUESTION, "messages": [{"role": "user", "content": "Мёд?"}]}
            body.pop("question" if "chat" in path else "messages")
            with pytest.raises(httpx.ReadTimeout):
                client.post(path, json=body, timeout=httpx.Timeout(20, read=0.3))
            assert begun.wait(20)

        def counts() -> str:
            return client.get("/metrics").text

        wait_for(lambda: "yauap_questions_waiting 0.0" in counts(), "the turn to be given up")
        go_on.set()
        wait_for(lambda: "yauap_questions_running 0.0" in counts(), "the work to end")
        assert f'route="{path}",status="499"' in counts()
        assert reached == []


def test_an_address_may_ask_so_often_without_keys_too(serve: Serve) -> None:
    with serve(rate_per_address="3/hour") as client:
        statuses = [client.get("/v1/documents").status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert client.get("/").status_code == client.get("/healthz").status_code == 200


def test_addresses_of_one_ipv6_network_count_as_one() -> None:
    limits = Limits(ServiceSettings(rate_per_address="2/hour"))
    for address in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1", "::ffff:192.0.2.1"):
        limits.count_address(address)
    limits.count_address("192.0.2.1")
    for address in ("2001:db8::3", "192.0.2.1"):
        with pytest.raises(Refusal):
            limits.count_address(address)


def test_a_repeated_question_is_answered_from_memory(serve: Serve, asked: list[str]) -> None:
    with serve() as client:
        first, second = (client.post("/v1/ask", json=QUESTION).json() for _ in range(2))
        streamed = client.post("/v1/ask", json={**QUESTION, "stream": True}).text
        assert len(asked) == 1
        assert first.pop("id") != second.pop("id")
        assert (first.pop("timings_ms"), second.pop("timings_ms")["total"])[1] == 0
        assert first == second
        names = [line[7:] for line in streamed.splitlines() if line.startswith("event: ")]
        assert (names[:2], names[-1]) == (["meta", "sources"], "final")
        client.post("/v1/ask", json={**QUESTION, "top_k": 1})
        assert len(asked) == 2


def test_nothing_deleted_or_replaced_is_remembered(serve: Serve, asked: list[str]) -> None:
    with serve() as client:
        before = client.post("/v1/ask", json=QUESTION).json()
        assert "closed" in {hit["document_id"] for hit in before["sources"]}
        assert client.delete("/v1/documents/closed").status_code == 204
        after = client.post("/v1/ask", json=QUESTION)
        assert '"closed"' not in after.text
        job = client.post("/v1/documents", json={"documents": [{"id": "new", "text": "Мёд."}]})
        address = job.headers["location"]
        wait_for(lambda: client.get(address).json()["finished_at"], "the job")
        assert '"new"' in client.post("/v1/ask", json=QUESTION).text
        assert len(asked) == 3


def test_what_one_key_may_see_is_not_remembered_for_another(
    serve: Serve, keys: Keys, asked: list[str]
) -> None:
    whole = keys.create("all", ["ask"])[1]
    public = keys.create("guest", ["ask"], filters=FiltersIn(source=["public"]))[1]
    with serve() as client:
        for secret, sees in ((whole, True), (public, False), (whole, True)):
            answer = client.post("/v1/ask", json=QUESTION, headers=bearing(secret))
            assert ('"closed"' in answer.text) is sees
    assert len(asked) == 2


def test_without_memory_every_question_is_worked_on(serve: Serve, asked: list[str]) -> None:
    with serve(cache_bytes=0) as client:
        for _ in range(2):
            assert client.post("/v1/ask", json=QUESTION).status_code == 200
    assert len(asked) == 2


def test_only_named_origins_may_call(serve: Serve, keys: Keys) -> None:
    secret = keys.create("ours", ["ask"])[1]
    page = keys.create("page", ["publishable"], origins=["https://page.example"])[0]
    preflight = {"Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "authorization, content-type"}  # fmt: skip
    with serve(cors_origins="https://a.example, https://b.example") as client:

        def allowed(origin: str) -> bool:
            before = client.options("/v1/ask", headers={"Origin": origin, **preflight})
            headers = bearing(secret, Origin=origin)
            asked = client.post("/v1/ask", json=QUESTION, headers=headers)
            refused = client.post("/v1/ask", json=QUESTION, headers={"Origin": origin})
            told = {r.headers.get("access-control-allow-origin") for r in (before, asked, refused)}
            assert told in ({origin}, {None})
            assert (before.status_code == 200) is (told == {origin})
            assert "access-control-allow-credentials" not in asked.headers
            return told == {origin}

        assert allowed("https://b.example")
        assert allowed("https://page.example")
        for origin in ("https://c.example", "http://a.example", "null", "https://a.example.org"):
            assert not allowed(origin)
        keys.revoke(page.id)
        assert not allowed("https://page.example")


def test_a_configured_origin_may_call_a_service_without_keys(serve: Serve) -> None:
    with serve(cors_origins="https://a.example") as client:
        own = client.post("/v1/ask", json=QUESTION, headers={"Origin": "https://a.example"})
        assert own.headers["access-control-allow-origin"] == "https://a.example"
        other = client.post("/v1/ask", json=QUESTION, headers={"Origin": "https://c.example"})
        require_problem(other, "forbidden")


def test_a_refused_question_is_kept_for_the_editor_where_that_is_asked_for(serve: Serve) -> None:
    with serve(accepted_wrong=0, kept_refusals=2) as client:
        for number in range(3):
            client.post("/v1/ask", json={"question": f"Где зима {number}?"})
        client.post("/v1/ask", json={"question": "Рәхмәт!"})
        items = client.get("/v1/admin/refused").json()["items"]
        assert [item["question"] for item in items] == ["Где зима 2?", "Где зима 1?"]
    with serve(accepted_wrong=0) as client:  # no longer asked for: what was kept is gone
        client.post("/v1/ask", json={"question": "Где зима?"})
        assert client.get("/v1/admin/refused").json()["items"] == []


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search", "/v1/feedback", "/v1/chat/completions"])
def test_a_question_has_a_smaller_body_than_documents(serve: Serve, path: str) -> None:
    with serve() as client:
        body = b'{"question": "' + b"a" * 4_000_001 + b'"}'
        response = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 413
