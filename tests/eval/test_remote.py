import json
from collections.abc import Callable

import httpx
import pytest

from eval.errors import SystemFailed
from eval.remote import RemoteSystem

Handler = Callable[[httpx.Request], httpx.Response]


def remote(handler: Handler, key: str | None = None) -> RemoteSystem:
    return RemoteSystem("http://service/", key, httpx.MockTransport(handler))


def test_requests_go_where_the_api_says() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True})

    with remote(handler, "secret") as system:
        assert system.ask({"question": "Кем?"}) == {"ok": True}
        system.search({"query": "Кем?", "group_by": "document"})
        system.search({"query": "Кем?"})
        system.info()
    assert [f"{r.method} {r.url}" for r in seen] == [
        "POST http://service/v1/ask",
        "POST http://service/v1/search?group_by=document",
        "POST http://service/v1/search",
        "GET http://service/v1/info",
    ]
    assert json.loads(seen[0].content) == {"question": "Кем?"}
    assert json.loads(seen[1].content) == {"query": "Кем?"}
    assert all(request.headers["Authorization"] == "Bearer secret" for request in seen)


def test_a_busy_service_is_asked_again_when_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("eval.remote.time.sleep", waits.append)
    replies = iter(
        [
            httpx.Response(429, headers={"Retry-After": "3"}),
            httpx.Response(429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}),
            httpx.Response(200, json={"ok": True}),
        ]
    )
    assert remote(lambda request: next(replies)).info() == {"ok": True}
    assert waits == [3.0, 1.0]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(503, text="down"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["a list"]),
    ],
)
def test_no_usable_response_is_a_failure(response: httpx.Response) -> None:
    with pytest.raises(SystemFailed, match=r"GET /v1/info"):
        remote(lambda request: response).info()


def test_a_service_that_stays_busy_or_is_away_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eval.remote.time.sleep", lambda seconds: None)
    with pytest.raises(SystemFailed, match="429"):
        remote(lambda request: httpx.Response(429)).info()

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(SystemFailed, match="refused"):
        remote(refuse).info()
