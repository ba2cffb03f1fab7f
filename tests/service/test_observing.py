"""What the operator sees: metrics, the log, readiness; never a question unless asked for."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from index.messages import MESSAGE_LANGUAGES, message
from service.keys import Keys
from service.observing import log_as_json
from tests.fakes import FakeEmbedder
from tests.service.commands import wait_for
from tests.service.serving import Serve
from tests.service.test_keys import bearing
from tests.service.test_limits import QUESTION
from tests.service.test_problems import require_problem

Log = Callable[[], list[dict[str, Any]]]


def samples(client: httpx.Client, **headers: str) -> dict[tuple[str, str], float]:
    text = client.get("/metrics", headers=headers).text
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_count_what_happened(serve: Serve) -> None:
    with serve() as client:
        for _ in range(2):
            client.post("/v1/ask", json={**QUESTION, "mode": "extractive"})
        client.post("/v1/ask", json={**QUESTION, "mode": "generative"})
        client.post("/v1/ask", json={})
        client.get("/v1/documents/made-up/text")
        client.get("/made-up-by-a-client")
        found = samples(client)
        assert found["yauap_requests_total", "/v1/ask,200"] == 3
        assert found["yauap_requests_total", "/v1/ask,422"] == 1
        assert found["yauap_requests_total", "/v1/documents/{document_id}/text,404"] == 1
        assert "made-up" not in client.get("/metrics").text
        assert found["yauap_answers_total", "ru,answered"] == 3
        assert found["yauap_cached_answers_total", ""] == 1
        assert found["yauap_degraded_answers_total", ""] == 1
        assert found["yauap_stage_seconds_count", "retrieve"] == 2
        assert found["yauap_questions_running", ""] == found["yauap_questions_waiting", ""] == 0
        assert found["yauap_index_age_seconds", ""] > 0


def test_metrics_are_for_the_admin(serve: Serve, keys: Keys) -> None:
    ask, admin = (keys.create(scope, [scope])[1] for scope in ("ask", "admin"))
    with serve() as client:
        require_problem(client.get("/metrics"), "unauthorized")
        require_problem(client.get("/metrics", headers=bearing(ask)), "forbidden")
        assert ("yauap_questions_running", "") in samples(client, **bearing(admin))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Log]:
    """Give what returns the lines of the log so far."""
    before, written = logging.getLogger().handlers[:], io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    log_as_json(getattr(request, "param", False))
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.basicConfig(level=logging.WARNING, handlers=before, force=True)


def test_a_request_is_a_line_with_its_id_and_without_its_question(serve: Serve, log: Log) -> None:
    with serve() as client:
        own = client.post("/v1/ask?secret=5", json=QUESTION, headers={"X-Request-ID": "abc-1.2"})
        made = client.post("/v1/ask", json=QUESTION, headers={"X-Request-ID": "a\tb" + "c" * 99})
    assert own.headers["x-request-id"] == "abc-1.2"
    assert made.headers["x-request-id"].isalnum()
    lines = [line for line in log() if line["message"] == "request"]
    assert [line["request_id"] for line in lines[-2:]] == [
        response.headers["x-request-id"] for response in (own, made)
    ]
    line = lines[-2]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/ask", 200)
    assert line["ms"] > 0
    assert "горький" not in json.dumps(lines, ensure_ascii=False)
    assert "secret" not in json.dumps(lines)


def test_questions_stand_in_the_log_where_that_is_asked_for(serve: Serve, log: Log) -> None:
    with serve(log_questions=True) as client:
        client.post("/v1/ask", json={"question": 'Мёд?\n{"message": "forged"}\u2028\x9b31m'})
    (line,) = [line for line in log() if line["message"] == "answer"]
    assert line["question"].startswith("Мёд?")
    assert line["request_id"]


@pytest.mark.parametrize(("log", "asked_for"), [(False, False), (True, True)], indirect=["log"])
def test_an_unforeseen_error_does_not_repeat_the_question(
    serve: Serve, log: Log, monkeypatch: pytest.MonkeyPatch, asked_for: bool
) -> None:
    def fail(query: str, *_: Any, **__: Any) -> Any:
        try:
            raise OSError("the disk of this machine")
        except OSError as error:
            raise ValueError(f"no such word: {query}") from error

    monkeypatch.setattr("rag.pipeline.Pipeline.ask", lambda self, ask, events: fail(ask.question))
    with serve() as client:
        require_problem(client.post("/v1/ask", json=QUESTION), "internal-error")
    (line,) = [line for line in log() if line["message"] == "unforeseen"]
    assert "ValueError" in line["exc_info"]
    assert "the disk of this machine" in line["exc_info"]
    assert ("горький" in line["exc_info"]) is asked_for


def test_readiness_says_that_the_model_cannot_be_loaded(
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: Any) -> Any:
        raise OSError("no such weights in /secret/place")

    monkeypatch.setattr(FakeEmbedder, "embed_queries", fail)
    with serve() as client:
        expected = message("http.no_model", "en")
        wait_for(lambda: client.get("/readyz").json()["detail"] == expected, "the failure")
        for language in MESSAGE_LANGUAGES:
            response = client.get("/readyz", headers={"Accept-Language": language})
            problem = require_problem(response, "unavailable")
            assert problem["detail"] == message("http.no_model", language)
        assert client.get("/healthz").status_code == 200
    assert "/secret/place" in caplog.text
