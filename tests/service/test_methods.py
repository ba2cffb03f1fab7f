"""HEAD answers wherever GET does, and what an address does not take is told with what it takes."""

import httpx
import pytest

from index.messages import MESSAGE_LANGUAGES, message
from service.keys import Keys
from tests.service.commands import wait_for
from tests.service.serving import Serve
from tests.service.test_problems import require_problem

GETS = [
    "/", "/docs", "/docs/style.css", "/openapi.json", "/widget.js", "/web/widget/words.js",
    "/healthz", "/readyz", "/metrics", "/v1/info", "/v1/models", "/v1/models/yauap",
    "/v1/documents", "/v1/documents/open", "/v1/documents/open/text", "/v1/jobs",
    "/v1/admin/index", "/v1/admin/keys", "/v1/admin/feedback/export", "/console",
]  # fmt: skip


def test_head_tells_what_get_would(serve: Serve) -> None:
    with serve() as client:
        wait_for(lambda: client.get("/readyz").status_code == 200, "the model")
        job = client.get("/v1/jobs").json()["items"][0]["id"]
        for path in (*GETS, f"/v1/jobs/{job}", f"/v1/jobs/{job}/events", "/v1/documents/none"):
            asked, told = client.get(path), client.head(path)
            assert told.status_code == asked.status_code
            assert told.content == b""
            for name in ("content-type", "cache-control", "etag", "x-content-type-options"):
                assert told.headers.get(name) == asked.headers.get(name)
        assert client.head("/v1/ask").status_code == 405


def test_head_of_events_that_go_on_ends_at_once(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.worker.Worker.start", lambda self: None)
    monkeypatch.setattr("service.worker.Worker.stop", lambda self: None)
    with serve() as client:
        accepted = client.post("/v1/documents", json={"documents": [{"text": "Ждёт."}]})
        with httpx.Client(base_url=client.base_url, trust_env=False) as staying:
            told = staying.head(f"{accepted.headers['Location']}/events")
            assert told.headers["content-type"].startswith("text/event-stream")
            ended = "/v1/jobs/{job_id}/events"  # what is counted has ended
            wait_for(lambda: ended in client.get("/metrics").text, "the end of it", seconds=20)


def test_head_needs_the_key_that_get_needs(serve: Serve, keys: Keys) -> None:
    _, secret = keys.create("k", ["ask"])
    held = {"Authorization": f"Bearer {secret}"}
    with serve() as client:
        assert client.head("/v1/documents").status_code == 401
        assert client.head("/v1/documents", headers=held).status_code == 403
        assert client.head("/v1/models", headers=held).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/documents", {"GET", "HEAD", "POST"}),
        ("PATCH", "/v1/documents/f1", {"GET", "HEAD", "DELETE"}),
        ("PATCH", "/v1/documents/a%2Fb", {"GET", "HEAD", "DELETE"}),
        ("DELETE", "/v1/ask", {"POST"}),
        ("HEAD", "/v1/ask", {"POST"}),
        ("OPTIONS", "/v1/search", {"POST"}),
        ("DELETE", "/v1/admin/keys", {"GET", "HEAD", "POST"}),
        ("GET", "/v1/admin/keys/k", {"DELETE"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
        ("POST", "/web/page/page.js", {"GET", "HEAD"}),
        ("PUT", "/console/keys", {"GET", "HEAD", "POST"}),
    ],
)
def test_what_an_address_takes_is_told(
    serve: Serve, method: str, path: str, allowed: set[str]
) -> None:
    with serve() as client:
        told = client.request(method, path)
        if method != "HEAD":
            require_problem(told, "method-not-allowed")
        assert told.status_code == 405
        assert {*told.headers["allow"].split(", ")} == allowed


def test_no_answer_leads_elsewhere_with_the_question(serve: Serve) -> None:
    with serve() as client:
        for method, path in (
            ("POST", "/v1/ask/"),
            ("GET", "/v1/documents/"),
            ("GET", "/docs/"),
            ("GET", "/console/"),
        ):
            require_problem(client.request(method, path), "not-found")


def test_what_has_no_content_has_no_type(serve: Serve) -> None:
    with serve() as client:
        asked = client.post("/v1/ask", json={"question": "Бал?"}).json()
        key = client.post("/v1/admin/keys", json={"name": "k", "scopes": ["admin"]}).json()
        client.headers["Authorization"] = f"Bearer {key['secret']}"
        every = {"name": "all", "scopes": ["ask", "read", "ingest", "admin"]}
        secret = client.post("/v1/admin/keys", json=every).json()["secret"]
        client.headers["Authorization"] = f"Bearer {secret}"
        for told in (
            client.post("/v1/feedback", json={"answer_id": asked["id"], "rating": 1}),
            client.delete("/v1/documents/open"),
            client.delete(f"/v1/admin/keys/{key['key']['id']}"),
        ):
            assert (told.status_code, told.content) == (204, b"")
            assert "content-type" not in told.headers


def test_an_empty_cursor_is_none(serve: Serve) -> None:
    with serve() as client:
        job = client.get("/v1/jobs").json()["items"][0]["id"]
        for path in ("/v1/documents", "/v1/jobs", f"/v1/jobs/{job}/items", "/v1/admin/feedback"):
            assert client.get(f"{path}?cursor=").json() == client.get(path).json()


@pytest.mark.parametrize(
    "wanted",
    [
        {"Access-Control-Request-Method": "PATCH"},
        {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-other"},
    ],
)
def test_a_preflight_is_refused_with_a_problem(serve: Serve, wanted: dict[str, str]) -> None:
    page = {"Origin": "https://page.example"}
    with serve(cors_origins="https://page.example") as client:
        for language in MESSAGE_LANGUAGES:
            headers = {**page, **wanted, "Accept-Language": language}
            refused = client.options("/v1/ask", headers=headers)
            told = require_problem(refused, "bad-request")
            assert told["detail"] == message("http.preflight", language)
            assert refused.headers["access-control-allow-origin"] == page["Origin"]
        allowed = {**page, "Access-Control-Request-Method": "POST"}
        assert client.options("/v1/ask", headers=allowed).status_code == 200
