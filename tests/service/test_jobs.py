"""Jobs are listed, followed and cancelled, and say what became of each document."""

import json

from tests.service.contract import ItemPage, Job, JobPage, Progress, checked
from tests.service.running import Json, Service
from tests.service.test_problems import require_problem


def test_jobs_are_listed_the_newest_first(fresh: Service) -> None:
    made = [fresh.add({"id": f"job/{n}", "text": f"Задание {n}."})["id"] for n in range(3)]

    listed: list[str] = []
    cursor = None
    while len(listed) < 3:
        page = fresh.client.get("/v1/jobs", params=_at(cursor, 2)).json()
        checked(JobPage, page)
        assert len(page["items"]) == 2
        listed += [job["id"] for job in page["items"]]
        cursor = page["next_cursor"]

    assert listed[:3] == made[::-1]


def _at(cursor: str | None, limit: int) -> dict[str, str]:
    return {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})


def test_items_say_what_became_of_each_document(fresh: Service) -> None:
    fresh.add({"id": "same", "text": "То же."})
    job = fresh.add(
        {"id": "same", "text": "То же."}, {"id": "new", "text": "Новое."}, {"id": "no", "text": 5}
    )

    pages: list[Json] = []
    cursor = None
    while not pages or cursor is not None:
        answer = fresh.client.get(f"/v1/jobs/{job['id']}/items", params=_at(cursor, 1))
        checked(ItemPage, answer.json())
        pages += answer.json()["items"]
        cursor = answer.json()["next_cursor"]

    reason = job["errors"][0]["reason"]
    assert pages == [
        {"index": 0, "id": "same", "state": "unchanged"},
        {"index": 1, "id": "new", "state": "added"},
        {"index": 2, "id": "no", "state": "failed", "reason": reason},
    ]


def test_progress_is_streamed_until_the_end(fresh: Service) -> None:
    documents = [{"id": f"many/{n}", "text": f"Документ о мостах, {n}."} for n in range(200)]
    job = fresh.post(*documents).json()["job"]["id"]

    with fresh.client.stream("GET", f"/v1/jobs/{job}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-cache"
        lines = [line for line in response.iter_lines() if line.startswith(("event", "data"))]
    events = [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in zip(lines[::2], lines[1::2], strict=True)
    ]

    assert [name for name, _ in events] == ["progress"] * (len(events) - 1) + ["final"]
    for _, data in events[:-1]:
        checked(Progress, data)
    ready = [data["ready"] for _, data in events[:-1]]
    assert ready == sorted(ready)
    checked(Job, events[-1][1])
    assert events[-1][1] == fresh.client.get(f"/v1/jobs/{job}").json()
    assert events[-1][1]["state"] == "succeeded"


def test_a_cancelled_job_brings_nothing(fresh: Service) -> None:
    before = fresh.ids()
    documents = [{"id": f"never/{n}", "text": f"Отменённый документ, {n}."} for n in range(400)]
    job = fresh.post(*documents).json()["job"]["id"]

    for _ in range(2):  # cancelled again it is what it is
        cancelled = fresh.client.post(f"/v1/jobs/{job}/cancel")
        assert cancelled.status_code == 200, cancelled.text
        checked(Job, cancelled.json())
        assert cancelled.json()["state"] == "cancelled"

    fresh.add({"id": "after", "text": "Следующий документ."})  # the queue goes on behind it
    assert fresh.client.get(f"/v1/jobs/{job}").json()["state"] == "cancelled"
    assert set(fresh.ids()) == {*before, "after"}
    assert [i for i in fresh.found("отменённый документ", top_k=50) if i.startswith("never")] == []


def test_a_finished_job_cannot_be_cancelled(fresh: Service) -> None:
    job = fresh.add({"id": "done", "text": "Готово."})["id"]

    require_problem(fresh.client.post(f"/v1/jobs/{job}/cancel"), "conflict")


def test_an_unknown_job_is_not_found(service: Service) -> None:
    for path in ("", "/items", "/events"):
        require_problem(service.client.get(f"/v1/jobs/never{path}"), "not-found")
    require_problem(service.client.post("/v1/jobs/never/cancel"), "not-found")


def test_a_cursor_that_was_not_given_out_is_refused(service: Service) -> None:
    for cursor in ("x", "zz", "31ff", "617a"):
        response = service.client.get("/v1/jobs", params={"cursor": cursor})
        require_problem(response, "bad-request")
