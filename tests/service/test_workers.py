"""Several processes serve one data folder: one of them writes, and all see the same."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.service.commands import wait_for
from tests.service.running import Service
from tests.service.seed_questions import CHAIRMAN


@pytest.fixture
def workers(filled_folder: Path) -> Iterator[Service]:
    service = Service(filled_folder, YAUAP_WORKERS="2")
    try:
        service.wait_until_ready()
        yield service
    finally:
        service.stop()


def processes(service: Service) -> set[int]:
    """Return the ids of the processes that serve."""
    listed = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
    return {
        int(pid) for pid in listed if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


def test_several_processes_are_one_service(workers: Service) -> None:
    def requests() -> float:
        families = text_string_to_metric_families(workers.client.get("/metrics").text)
        return sum(
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == "yauap_requests_total" and sample.labels["route"] == "/v1/ask"
        )

    answers = [workers.ask(CHAIRMAN) for _ in range(8)]  # a connection each, so either process
    assert len({answer["answer"] for answer in answers}) == 1
    assert [requests() for _ in range(4)] == [8] * 4  # whichever is asked
    for answer in answers:  # whichever gave the answer
        body = {"answer_id": answer["id"], "rating": 1}
        assert workers.client.post("/v1/feedback", json=body).status_code == 204
    jobs = [workers.add({"id": f"w/{n}", "text": f"Письмо {n} из Зилаира."}) for n in range(4)]
    assert [job["documents"]["added"] for job in jobs] == [1] * 4
    for _ in range(6):
        assert {"w/0", "w/1", "w/2", "w/3"} <= set(workers.found("письмо из Зилаира"))
    workers.document("w/0", "DELETE")
    for _ in range(6):
        assert workers.document("w/0").status_code == 410
        assert "w/0" not in workers.found("письмо из Зилаира")
    assert workers.stop(signal.SIGTERM) == 0
    assert "Traceback" not in workers.log


def test_a_process_that_dies_is_begun_anew(workers: Service) -> None:
    first = processes(workers)
    assert len(first) == 2
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(processes(workers) - first) == 2, "new ones")
    workers.wait_until_ready()
    assert workers.ask(CHAIRMAN)["answered"]
    assert workers.stop(signal.SIGTERM) == 0
