"""Traces of requests and answers, sent to an OpenTelemetry collector where one is set.

https://opentelemetry.io/docs/specs/otlp — a span says which route, how long, and what came of it.
In none stands what was asked, answered or gone wrong in words, nor a path or a query string.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.semconv.attributes.http_attributes import (
    HTTP_REQUEST_METHOD,
    HTTP_RESPONSE_STATUS_CODE,
    HTTP_ROUTE,
)
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.schemas.asking import AnswerOut

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_SEND_SECONDS = 5


class Tracing:
    """The spans of one process; without an endpoint they cost and do nothing."""

    def __init__(self, endpoint: str) -> None:
        self._sending = _sending(endpoint) if endpoint else None
        provider = self._sending or trace.NoOpTracerProvider()
        self._tracer = provider.get_tracer("yauap", version("yauap"))
        self._parent = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """Give the span of a request, below the one of the caller's ``traceparent``."""
        if self._sending is None:
            yield trace.INVALID_SPAN
            return
        known = method if method in _METHODS else "_OTHER"
        with self._tracer.start_as_current_span(
            known,
            context=self._parent.extract(headers),
            kind=SpanKind.SERVER,
            attributes={HTTP_REQUEST_METHOD: known},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield span

    @contextmanager
    def answer(self) -> Iterator[Span]:
        """Give the span of the work on an answer."""
        with self._tracer.start_as_current_span(
            "answer", record_exception=False, set_status_on_exception=False
        ) as span:
            yield span

    def stages(self, span: Span, answer: AnswerOut) -> None:
        """Tell what came of the work on an answer, and how long its stages took."""
        span.set_attributes(
            {
                "yauap.language": answer.language,
                "yauap.outcome": answer.reason or "answered",
                "yauap.citations": len(answer.citations),
                "yauap.generator": answer.generator.kind,
                "yauap.degraded": answer.generator.degraded,
                "yauap.index_version": answer.index_version,
            }
        )
        end = time.time_ns()
        middle = end - round(answer.timings_ms.answer * 1e6)
        begin = middle - round(answer.timings_ms.retrieve * 1e6)
        for name, start, stop in (("retrieve", begin, middle), ("write", middle, end)):
            self._tracer.start_span(name, start_time=start).end(stop)

    def close(self) -> None:
        """Send what has not been sent yet."""
        if self._sending is not None:
            self._sending.shutdown()


def describe(span: Span, method: str, route: str, status: int, request_id: str) -> None:
    """Tell what a request was and what came of it."""
    if method in _METHODS:
        span.update_name(f"{method} {route}")
    span.set_attributes(
        {HTTP_ROUTE: route, HTTP_RESPONSE_STATUS_CODE: status, "yauap.request_id": request_id}
    )
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def _sending(endpoint: str) -> "TracerProvider":
    # Imported where it is wanted: it takes a fifth of a second.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = Resource.create({"service.name": "yauap", "service.version": version("yauap")})
    provider = TracerProvider(resource=named, shutdown_on_exit=False)
    address = endpoint.rstrip("/") + "/v1/traces"
    exporter = OTLPSpanExporter(endpoint=address, timeout=_SEND_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
