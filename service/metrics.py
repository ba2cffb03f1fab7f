"""What the service counts, in the text format of Prometheus.

Where several processes serve, each writes its counts into files of one folder, named by
``PROMETHEUS_MULTIPROC_DIR``, and whichever is asked adds them up.
"""

import os
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from index.reader import Index
from service.schemas.asking import AnswerOut

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The counts of one service."""

    def __init__(self, index: Index) -> None:
        self._index = index
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
        self._running = Gauge(
            "yauap_questions_running", "Questions worked on.",
            registry=registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._waiting = Gauge(
            "yauap_questions_waiting", "Questions that wait.",
            registry=registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._age = Gauge(
            "yauap_index_age_seconds", "Since the last publication; 0: none.",
            registry=registry, multiprocess_mode="mostrecent",
        )  # fmt: skip

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

    def queue(self, running: int, waiting: int) -> None:
        """Note how many questions are worked on and how many wait."""
        self._running.set(running)
        self._waiting.set(waiting)

    def as_text(self) -> bytes:
        """Return all counts."""
        self._age.set(_age(self._index))
        if _FOLDER not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call] # it has no types
        return generate_latest(together)

    def close(self) -> None:
        """Count no longer among the processes that work."""
        if _FOLDER in os.environ:
            mark_process_dead(os.getpid())  # type: ignore[no-untyped-call] # nor has it


def _age(index: Index) -> float:
    published = index.published_at()
    if published is None:
        return 0.0
    return (datetime.now(UTC) - datetime.fromisoformat(published)).total_seconds()
