"""Traces reach a collector over HTTP, and say nothing of what was asked."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from service.settings import ServiceSettings
from tests.service.serving import Serve
from tests.service.test_limits import QUESTION


class Collector:
    """What an OpenTelemetry collector does with ``POST /v1/traces``: it takes them."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                assert self.headers["Content-Type"] == "application/x-protobuf"
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def spans(self) -> list[Span]:
        """All spans so far."""
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    with collector.server as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield collector
        server.shutdown()
        thread.join()


# The exporter leaves it to the collector of garbage to close its connections.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_requests_and_answers_are_spans_without_words(serve: Serve, collector: Collector) -> None:
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with serve(otlp_endpoint=collector.url) as client:
        own = {"traceparent": caller, "X-Request-ID": "abc-1"}
        assert client.post("/v1/ask?secret=5", json=QUESTION, headers=own).is_success
        client.post("/v1/ask", json={"question": 5})
        client.get("/v1/documents/горький")
        client.request("SECRET", "/v1/горький")
    spans = {span.name: span for span in collector.spans}  # sent when the service stopped
    answer = next(s for s in collector.spans if s.name == "answer")
    request = next(s for s in collector.spans if s.span_id == answer.parent_span_id)
    told = {item.key: item.value for item in request.attributes}
    assert request.name == "POST /v1/ask"
    assert request.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    assert told["http.response.status_code"].int_value == 200
    assert told["yauap.request_id"].string_value == "abc-1"
    outcome = {item.key: item.value for item in answer.attributes}
    assert outcome["yauap.outcome"].string_value == "answered"
    for stage in ("retrieve", "write"):
        assert spans[stage].parent_span_id == answer.span_id
        assert spans[stage].start_time_unix_nano <= spans[stage].end_time_unix_nano
    assert "GET /v1/documents/{document_id}" in spans
    whole = b"".join(collector.bodies).decode("utf-8", "replace").lower()
    for word in ("горький", "%d0", "secret", "мёд"):
        assert word not in whole


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_collector_that_is_away_holds_nothing_up(serve: Serve) -> None:
    with serve(otlp_endpoint="http://127.0.0.1:9") as client:
        assert client.post("/v1/ask", json=QUESTION).is_success


def test_an_endpoint_is_an_address() -> None:
    with pytest.raises(ValueError, match="it begins with http"):
        ServiceSettings(otlp_endpoint="127.0.0.1:4318")
