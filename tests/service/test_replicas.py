"""Three services over one data folder behind nginx: what one does all know, and one may die."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from index.catalog import Catalog
from index.jobs import Jobs
from service.keys import Keys
from tests.service.commands import wait_for
from tests.service.proxied import NGINX, proxied
from tests.service.running import Json, Service, copied_folder
from tests.service.seed_questions import CHAIRMAN
from tests.service.test_keys import bearing

pytestmark = pytest.mark.skipif(NGINX is None, reason="apt-get install nginx")

_REPLICAS = 3
_AFTERWARDS = 3  # requests of each client after the kill
_LETTERS = [
    {"id": f"r/{n}", "text": f"Письмо номер {n} пришло из Зилаира. " + "Мёд бывает разный. " * 40}
    for n in range(80)
]


@dataclass(frozen=True)
class Asked:
    """A request under load: when it began and ended, by the clock, and with what status."""

    what: str
    began: float
    ended: float
    status: int


@dataclass(frozen=True)
class Group:
    """The services, a client of nginx before them, and the folder that they share."""

    services: list[Service]
    through: httpx.Client
    folder: Path


@pytest.fixture(scope="module")
def group(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    place = tmp_path_factory.mktemp("replicas")
    folder = copied_folder(service.data_dir, place / "data")
    _, key = Keys(Catalog(folder)).create("ours", ["admin", "ask", "ingest", "read"])
    settings = {"YAUAP_TRUSTED_PROXIES": "127.0.0.1", "YAUAP_RATE_PER_KEY": ""}
    services: list[Service] = []
    try:
        services += (Service(folder, **settings) for _ in range(_REPLICAS))
        for each in services:
            each.client.headers.update(bearing(key))
            each.wait_until_ready()
        with proxied([each.port for each in services], place) as through:
            through.headers.update(bearing(key))
            yield Group(services, through, folder)
    finally:
        for each in services:
            each.stop()


def finished(client: httpx.Client, job: str) -> Json:
    """Return a job once it is finished, whichever service is asked."""

    def look() -> Json | None:
        told: Json = client.get(f"/v1/jobs/{job}").json()
        return told if told["finished_at"] else None

    return wait_for(look, f"job {job}")


def writer(group: Group) -> Service | None:
    """Return the service that holds the folder's lock, as the system lists locks."""
    inode = (group.folder / "writer.lock").stat().st_ino
    holders = {
        int(fields[-4])
        for fields in map(str.split, Path("/proc/locks").read_text().splitlines())
        if "->" not in fields and fields[-3].endswith(f":{inode}")
    }
    return next((service for service in group.services if service.pid in holders), None)


def test_what_one_replica_does_all_know_at_once(group: Group) -> None:
    letter = {"id": "r/one", "text": "Письмо из Зилаира пришло вчера."}
    posted = group.through.post("/v1/documents", json={"documents": [letter]})
    assert posted.status_code == 202
    published = finished(group.through, posted.json()["job"]["id"])["index_version"]
    for service in group.services:  # the very next request to each
        answer = service.search("письмо из Зилаира")
        assert answer["results"][0]["document_id"] == "r/one"
        assert answer["index_version"] == published
    assert group.through.delete("/v1/documents/r%2Fone").status_code == 204
    for service in group.services:
        assert "r/one" not in service.found("письмо из Зилаира")
    made = group.through.post("/v1/admin/keys", json={"name": "theirs", "scopes": ["ask"]}).json()
    theirs = bearing(made["secret"])
    path = f"/v1/admin/keys/{made['key']['id']}"
    for expected in (200, 401):
        for service in group.services:
            assert httpx.get(f"{service.url}/v1/info", headers=theirs).status_code == expected
        if expected == 200:
            assert group.through.delete(path).status_code == 204
    for service in group.services:  # who gave an answer does not matter for what is said of it
        given = {"answer_id": service.ask(CHAIRMAN)["id"], "rating": 1}
        assert group.through.post("/v1/feedback", json=given).status_code == 204


def test_a_replica_killed_under_load_costs_only_what_it_was_answering(group: Group) -> None:
    posted = group.through.post("/v1/documents", json={"documents": _LETTERS})
    job = posted.json()["job"]["id"]
    queue = Jobs(Catalog(group.folder))
    wait_for(lambda: queue.get(job).state == "running", "the job to be begun")
    victim = wait_for(lambda: writer(group), "the one that writes")

    asked: list[Asked] = []
    killed: list[float] = []

    def load(what: str, send: Callable[[httpx.Client, int], httpx.Response]) -> None:
        left, number = _AFTERWARDS, 0
        url, headers = group.through.base_url, group.through.headers
        with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client:
            while left:
                left -= bool(killed)
                began = time.monotonic()
                status = send(client, number).status_code
                asked.append(Asked(what, began, time.monotonic(), status))
                number += 1

    def ask(client: httpx.Client, number: int) -> httpx.Response:
        question = {"question": f"{CHAIRMAN} {threading.get_ident()} {number}"}  # none is cached
        return client.post("/v1/ask", json=question)

    def search(client: httpx.Client, number: int) -> httpx.Response:
        return client.post("/v1/search", json={"query": f"письмо {number} из Зилаира"})

    def read(client: httpx.Client, number: int) -> httpx.Response:
        return client.get("/v1/documents", params={"limit": 500})

    kinds = {"ask": ask, "ask too": ask, "search": search, "read": read}
    clients = [threading.Thread(target=load, args=kind) for kind in kinds.items()]
    for client in clients:
        client.start()
    wait_for(lambda: {each.what for each in list(asked)} == set(kinds), "requests of each kind")
    before = time.monotonic()
    victim.stop(signal.SIGKILL)
    killed.append(time.monotonic())
    assert queue.get(job).state == "running"  # it was not done, and nothing of it is lost
    for client in clients:
        client.join()

    # A search or a reading that it had begun was done by another; a question cannot be.
    failed = [each for each in asked if each.status != 200]
    assert all(each.status == 502 and each.what.startswith("ask") for each in failed), failed
    assert all(each.began < killed[0] and each.ended > before for each in failed), failed
    assert len(failed) <= 2  # so many questions were under way in all

    told = finished(group.through, job)
    assert (told["state"], told["documents"]["added"]) == ("succeeded", len(_LETTERS))
    assert told["documents"]["failed"] == 0
    others = [service for service in group.services if service is not victim]
    for service in others:
        assert {letter["id"] for letter in _LETTERS} <= set(service.ids())
        assert service.search("письмо из Зилаира")["index_version"] == told["index_version"]
        assert "Traceback" not in service.log
