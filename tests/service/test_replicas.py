"""Three services behind nginx: what one does all know, and one may die.

They share a data folder; or one writes, and the others follow it through a bucket.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from index.catalog import Catalog
from index.jobs import Jobs
from service.keys import Keys
from tests.buckets import SECRET, bucket_server
from tests.service.commands import wait_for
from tests.service.loading import kill_under_load
from tests.service.proxied import NGINX, proxied
from tests.service.running import Json, Service, copied_folder
from tests.service.seed_questions import CHAIRMAN
from tests.service.test_keys import bearing

pytestmark = pytest.mark.skipif(NGINX is None, reason="apt-get install nginx")

_REPLICAS = 3
_SECONDS = 30  # in which followers have what was published; on a free machine it is five
_LETTERS = [
    {"id": f"r/{n}", "text": f"Письмо номер {n} пришло из Зилаира. " + "Мёд бывает разный. " * 40}
    for n in range(80)
]


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
    with group_of([(folder, {})] * _REPLICAS, place) as group:
        yield group


@contextmanager
def group_of(members: Sequence[tuple[Path, dict[str, str]]], place: Path) -> Iterator[Group]:
    """Serve data folders with these settings, the first of them filled, behind nginx."""
    folder = members[0][0]
    _, key = Keys(Catalog(folder)).create("ours", ["admin", "ask", "ingest", "read"])
    settings = {"YAUAP_TRUSTED_PROXIES": "127.0.0.1", "YAUAP_RATE_PER_KEY": ""}
    services: list[Service] = []
    try:
        services += (Service(each, **settings, **own) for each, own in members)
        for service in services:
            service.client.headers.update(bearing(key))
            service.wait_until_ready()
        ports = [service.port for service in services]
        shared = len({each for each, _ in members}) == 1
        # Else changes are taken by the first alone, which answers questions too.
        with proxied(ports, place, None if shared else ports[0]) as through:
            through.headers.update(bearing(key))
            yield Group(services, through, folder)
    finally:
        for service in services:
            service.stop()


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


def test_followers_of_a_bucket_have_what_is_published_and_one_of_them_may_die(
    filled_folder: Path, tmp_path: Path
) -> None:
    with bucket_server(tmp_path / "bucket") as server:
        bucket = {"YAUAP_BUCKET": "s3://yauap", **server.variables}
        follows = {**bucket, "YAUAP_WRITER": "https://writer.example"}
        members = [(filled_folder, bucket), *((tmp_path / n, follows) for n in ("one", "two"))]
        with group_of(members, tmp_path) as group:
            writing, victim, other = group.services
            letter = {"id": "r/one", "text": "Письмо из Зилаира пришло вчера."}
            posted = group.through.post("/v1/documents", json={"documents": [letter]})
            assert posted.status_code == 202  # whichever nginx would have asked a question
            published = finished(group.through, posted.json()["job"]["id"])
            began = time.monotonic()
            wait_for(lambda: "r/one" in victim.found("письмо из Зилаира"), "the letter")
            wait_for(lambda: "r/one" in other.found("письмо из Зилаира"), "the letter")
            assert time.monotonic() - began < _SECONDS
            kill_under_load(group.through, victim)
            assert other.search("письмо из Зилаира")["index_version"] == published["index_version"]
            again = Service(victim.data_dir, **follows)
            again.client.headers.update(other.client.headers)
            group.services.append(again)  # to be stopped with the others
            again.wait_until_ready()
            assert "r/one" in again.found("письмо из Зилаира")
            for service in (writing, other, again):
                assert "Traceback" not in service.log
                assert SECRET not in service.log


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

    begun = queue.get(job).resumed_at
    kill_under_load(group.through, victim)

    told = finished(group.through, job)
    assert (told["state"], told["documents"]["added"]) == ("succeeded", len(_LETTERS))
    assert told["documents"]["failed"] == 0
    assert queue.get(job).resumed_at != begun  # another took it up
    others = [service for service in group.services if service is not victim]
    for service in others:
        assert {letter["id"] for letter in _LETTERS} <= set(service.ids())
        assert service.search("письмо из Зилаира")["index_version"] == told["index_version"]
        assert "Traceback" not in service.log
