"""What the service counts, in the text format of Prometheus."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from index.reader import Index
from service.admission import Admission
from service.schemas import AnswerOut

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Counter(
            "yauap_requests", "Requests by address and status.", ("route", "status"),
            registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "yauap_request_seconds", "From a request to the end of its answer.", ("route",),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._stages = Histogram(
            "yauap_stage_seconds", "Time of the stages of an answer.", ("stage",),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._answers = Counter(
            "yauap_answers", "Answers by language and by why they refuse (or answered).",
            ("language", "outcome"), registry=registry,
        )  # fmt: skip
        self._model_failures = Counter(
            "yauap_degraded_answers", "Answers that stand in for a language model that failed.",
            registry=registry,
        )  # fmt: skip
        self._cached = Counter(
            "yauap_cached_answers", "Answers given from memory.", registry=registry
        )

    def served(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, answer: AnswerOut, cached: bool) -> None:
        """Count an answer."""
        self._answers.labels(answer.language, answer.reason or "answered").inc()
        if cached:
            self._cached.inc()
            return
        self._stages.labels("retrieve").observe(answer.timings_ms.retrieve / 1000)
        self._stages.labels("answer").observe(answer.timings_ms.answer / 1000)
        if answer.generator.degraded:
            self._model_failures.inc()

    def watch(self, admission: Admission, index: Index) -> None:
        """Look at the queue and at the index whenever the counts are read."""
        for name, what, look in (
            ("yauap_questions_running", "Questions worked on.", lambda: admission.running),
            ("yauap_questions_waiting", "Questions that wait.", lambda: admission.waiting),
            ("yauap_index_age_seconds", "Since the last publication; 0: none.",
             lambda: _age(index)),
        ):  # fmt: skip
            Gauge(name, what, registry=self._registry).set_function(look)

    def as_text(self) -> bytes:
        """Return all counts."""
        return generate_latest(self._registry)


def _age(index: Index) -> float:
    published = index.published_at()
    if published is None:
        return 0.0
    return (datetime.now(UTC) - datetime.fromisoformat(published)).total_seconds()
