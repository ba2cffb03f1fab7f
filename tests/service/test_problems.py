"""Errors are problem objects in the caller's language, and give nothing away."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from index.folder import DataFolder
from index.messages import MESSAGE_LANGUAGES, message
from service.app import create_app
from service.problems import PROBLEMS
from service.settings import ServiceSettings
from tests.fakes import FakeEmbedder, ingest
from tests.service.commands import BODY_BYTES, wait_for
from tests.service.running import Service
from tests.service.serving import served
from tests.service.stages import BeforeDocuments

_JSON = {"Content-Type": "application/json"}
_GIVEN_AWAY = re.compile(
    r"traceback|\.py\b|site-packages|catalog|sqlite|snapshots|/tmp|/root|/home|0x[0-9a-f]{6}",
    re.IGNORECASE,
)


def require_problem(response: httpx.Response, name: str) -> dict[str, Any]:
    """Check that a response is a problem of this name, and return it."""
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"urn:yauap:problem:{name}"
    assert problem["status"] == response.status_code == PROBLEMS[name]
    assert problem["title"] == HTTPStatus(response.status_code).phrase
    assert problem["detail"]
    assert problem["instance"] == response.request.url.raw_path.decode().partition("?")[0]
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    for error in problem.get("errors", []):
        assert set(error) == {"field", "detail"}
    assert not _GIVEN_AWAY.search(response.text)
    return problem


# A request that goes wrong, the name of its problem, and the sentence for it where it is known.
_WRONG = [
    ("GET", "/v1/documents?cursor=zz", {}, b"", "bad-request", ("input.cursor", {})),
    ("POST", "/v1/ask", _JSON, b'{"question": "\xef"}', "bad-request", ("http.bad_request", {})),
    ("GET", "/healthz", {"X-Forwarded-For": "8.8.8.8"}, b"", "forbidden", ("http.forbidden", {})),
    ("GET", "/v1/nothing", {}, b"", "not-found", ("http.not_found", {})),
    ("GET", "/web/nothing.js", {}, b"", "not-found", ("http.not_found", {})),
    ("GET", "/v1/documents/x%2Fy", {}, b"", "not-found", ("document.unknown", {"id": "x/y"})),
    ("GET", "/v1/jobs/none", {}, b"", "not-found", ("job.unknown", {"id": "none"})),
    ("DELETE", "/v1/ask", {}, b"", "method-not-allowed", ("http.method_not_allowed", {})),
    ("POST", "/v1/ask", _JSON, b" " * (BODY_BYTES + 1), "too-large", ("http.too_large", {})),
    (
        "POST",
        "/v1/ask",
        {"Content-Type": "text/plain"},
        b'{"question": "x"}',
        "unsupported-media-type",
        ("http.unsupported_media_type", {}),
    ),
    ("POST", "/v1/ask", _JSON, b"{}", "invalid-request", ("field.missing", {"field": "question"})),
    (
        "POST",
        "/v1/search",
        _JSON,
        b'{"query": "x", "colour": 1}',
        "invalid-request",
        ("field.unknown", {"field": "colour"}),
    ),
    ("POST", "/v1/documents", _JSON, b"{", "bad-request", ("field.json", {})),
    (
        "GET",
        "/v1/documents?limit=501",
        {},
        b"",
        "invalid-request",
        ("field.too_large", {"field": "limit", "limit": 500}),
    ),
]


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
@pytest.mark.parametrize(("method", "path", "headers", "body", "name", "detail"), _WRONG)
def test_problems_speak_the_language_of_the_caller(
    service: Service,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    name: str,
    detail: tuple[str, dict[str, str]],
    language: str,
) -> None:
    response = service.client.request(
        method, path, content=body, headers={**headers, "Accept-Language": f"{language}, *;q=0.1"}
    )
    problem = require_problem(response, name)
    assert language in MESSAGE_LANGUAGES
    said = {known: message(detail[0], known, **detail[1]) for known in MESSAGE_LANGUAGES}
    assert len(set(said.values())) == 3
    assert problem["detail"] == next(
        said[known] for known in MESSAGE_LANGUAGES if known == language
    )


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "документа"),
        ("en;q=0.5, ba;q=0.9", "документы"),
        ("tt, de", "document"),
        ("", "document"),
        ("ru;q=abc;;;,,", "document"),
        ("\xff\xfe", "document"),
    ],
)
def test_the_best_of_the_callers_languages_is_spoken(
    service: Service, header: str, word: str
) -> None:
    response = service.client.get(
        "/v1/documents/none", headers=[(b"Accept-Language", header.encode("latin-1"))]
    )
    assert word in require_problem(response, "not-found")["detail"].lower()


def test_a_deleted_document_is_gone_in_every_language(fresh: Service) -> None:
    fresh.add({"id": "gone", "text": "Скоро исчезнет."})
    fresh.document("gone", "DELETE")
    details = set()
    for language in MESSAGE_LANGUAGES:
        response = fresh.client.get("/v1/documents/gone", headers={"Accept-Language": language})
        details.add(require_problem(response, "gone")["detail"])
    assert details == {message("document.deleted", known, id="gone") for known in MESSAGE_LANGUAGES}


def test_an_empty_service_says_why_it_is_not_ready(before_documents: BeforeDocuments) -> None:
    for language, response in before_documents.unready.items():
        detail = require_problem(response, "unavailable")["detail"]
        assert detail == message("answer.empty_index", language)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The application over a folder with a document, as it is after a restart."""
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    settings = ServiceSettings(data_dir=tmp_path / "data")
    ingest(DataFolder(settings), {"id": "honey", "text": "Бал тәмле. Мёд сладкий."})
    return create_app(settings)


def test_an_unforeseen_error_gives_nothing_away(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret of /tmp/secret.py")

    monkeypatch.setattr("rag.pipeline.retrieve", fail)
    with served(app) as client:
        for path, body in (("/v1/ask", {"question": "Бал?"}), ("/v1/search", {"query": "бал"})):
            for language in MESSAGE_LANGUAGES:
                response = client.post(path, json=body, headers={"Accept-Language": language})
                problem = require_problem(response, "internal-error")
                assert response.headers["x-content-type-options"] == "nosniff"
                assert problem["detail"] == message("http.internal", language)
        streamed = client.post("/v1/ask", json={"question": "Бал?", "stream": True}).text
    assert "event: error" in streamed
    assert "urn:yauap:problem:internal-error" in streamed
    assert "event: final" not in streamed
    assert "secret" not in streamed
    assert "secret of /tmp/secret.py" in caplog.text  # the operator gets to know


def test_a_damaged_index_gives_no_path_away(
    app: FastAPI, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (manifest,) = (tmp_path / "data" / "snapshots").glob("*/manifest.json")
    manifest.write_text("{")
    with served(app) as client:
        wait_until_loaded(client)
        for response in (
            client.post("/v1/ask", json={"question": "Бал?"}),
            client.post("/v1/search", json={"query": "бал"}),
            client.get("/readyz"),
        ):
            problem = require_problem(response, "unavailable")
            assert problem["detail"] == message("http.unavailable", "en")
    assert "yauap index rebuild" in caplog.text


def test_an_index_built_in_another_way_is_refused_with_what_to_do(
    app: FastAPI, tmp_path: Path
) -> None:
    other = create_app(ServiceSettings(data_dir=tmp_path / "data", chunk_tokens=64))
    with served(other) as client:
        wait_until_loaded(client)
        for response in (
            client.post("/v1/ask", json={"question": "Бал?"}),
            client.post("/v1/search", json={"query": "бал"}),
            client.get("/readyz"),
            client.post("/v1/documents", json={"documents": [{"text": "Ике."}]}),
        ):
            problem = require_problem(response, "unavailable")
            assert "yauap index rebuild" in problem["detail"]
            assert "chunk_tokens: 192; now: 64" in problem["detail"]
        assert client.get("/healthz").status_code == 200
    with served(app) as client:
        wait_for(lambda: client.get("/readyz").status_code == 200, "the settings of before")


def wait_until_loaded(client: httpx.Client) -> None:
    loading = message("http.loading", "en")
    wait_for(lambda: client.get("/readyz").json()["detail"] != loading, "the model")


def test_the_registry_of_problems_is_closed() -> None:
    assert PROBLEMS == {
        "bad-request": 400,
        "unauthorized": 401,
        "forbidden": 403,
        "not-found": 404,
        "method-not-allowed": 405,
        "conflict": 409,
        "gone": 410,
        "too-large": 413,
        "unsupported-media-type": 415,
        "invalid-request": 422,
        "too-many-requests": 429,
        "internal-error": 500,
        "unavailable": 503,
        "timeout": 504,
    }
