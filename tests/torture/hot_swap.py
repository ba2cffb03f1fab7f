"""Many clients ask without pause while snapshot after snapshot is published.

No request may fail, and no answer may hold what another snapshot says; each document says of which
generation it is. Memory must come back to where it was.
"""

import random
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from tests.torture.life import Fault
from tests.torture.victim import serving

_DOCUMENTS = 20
_WORDS = "мәктәп китапхана музей театр стадион күпер баҡса мост школа музей библиотека парк".split()
_QUESTIONS = tuple(f"{word} {other}?" for word in _WORDS for other in _WORDS[:5])
_WARM_UP = 5  # snapshots until libraries and allocator have what they need
_SAMPLES = 3
_MOST_GROWTH = 1.10


@dataclass
class _Seen:
    """What the clients were answered: generations by snapshot, and how many requests there were."""

    answers: int = 0
    generations: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, response: httpx.Response) -> None:
        """Note one response."""
        with self.changed:
            self.answers += 1
            if response.status_code != 200:
                self.faults.append(f"{response.status_code}: {response.text}")
            else:
                body = response.json()
                hits = [hit for name in ("results", "sources", "citations", "related")
                        for hit in body.get(name, ())]  # fmt: skip
                said = {hit["title"] for hit in hits}
                said |= {f"{hit['document_version'] - 1}" for hit in hits}
                self.generations.setdefault(body["index_version"], set()).update(said)
            self.changed.notify_all()

    def wait_for(self, answers: int) -> None:
        """Wait until there were so many answers. Raises Fault where one was wrong."""
        with self.changed:
            while self.answers < answers and not self.faults:
                self.changed.wait(60)
            if self.faults:
                raise Fault(str(self.faults[:3]))


def hot_swap(
    say: Callable[[str], None], requests: int = 6000, publications: int = 30, clients: int = 4
) -> dict[str, Any]:
    """Publish and ask at the same time; return the figures. Raises Fault.

    Memory is compared over more than ``_WARM_UP`` publications: the median of the last samples with
    that of those at the end of the warm-up.
    """
    chance = random.Random(1)  # chance, not a secret
    seen, stop = _Seen(), threading.Event()
    with (
        tempfile.TemporaryDirectory(prefix="yauap-torture-") as folder,
        serving(Path(folder)) as (url, process),
        httpx.Client(base_url=url, timeout=60) as publisher,
    ):
        published = {_publish(publisher, 0, chance): "0"}
        threads = [
            threading.Thread(target=_ask, args=(url, number, seen, stop))
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        try:
            share = requests // (publications + 2)
            seen.wait_for(share)
            memory = []
            for generation in range(1, publications + 1):
                published[_publish(publisher, generation, chance)] = str(generation)
                seen.wait_for((generation + 1) * share)
                memory.append(_resident(process))
                say(f"snapshot {generation}/{publications}, {seen.answers} answers, "
                    f"{memory[-1] / 1e6:.0f} MB")  # fmt: skip
            seen.wait_for(requests)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    for name, generations in seen.generations.items():
        if generations - {published.get(name)}:
            raise Fault(f"{name}, generation {published.get(name)}, answered with {generations}")
    before = int(median(memory[: _WARM_UP + _SAMPLES][-_SAMPLES:]))
    after = int(median(memory[-_SAMPLES:]))
    if publications > _WARM_UP + _SAMPLES and after > _MOST_GROWTH * before:
        raise Fault(f"memory grew from {before} to {after} bytes")
    return {
        "snapshots": len(published),
        "snapshots_that_answered": len(seen.generations),
        "clients": clients,
        "requests": seen.answers,
        "failed": 0,
        "mixed": 0,
        "resident_bytes_before": before,
        "resident_bytes_most": max(memory),
        "resident_bytes_after": after,
    }


def _publish(client: httpx.Client, generation: int, chance: random.Random) -> str:
    """Replace all documents and return the snapshot's name; titles say the generation."""
    documents = [
        {
            "id": f"d{number}",
            "title": str(generation),
            "text": ". ".join(
                " ".join(chance.choices(_WORDS, k=8)).capitalize() for _ in range(12)
            ) + ".",
        }
        for number in range(_DOCUMENTS)
    ]  # fmt: skip
    response = client.post("/v1/documents", json={"documents": documents})
    job = response.raise_for_status().json()["job"]["id"]
    with client.stream("GET", f"/v1/jobs/{job}/events") as events:
        for _ in events.iter_lines():
            pass
    told = client.get(f"/v1/jobs/{job}").json()
    if told["state"] != "succeeded" or told["documents"]["failed"]:
        raise Fault(str(told))
    return str(told["index_version"])


def _ask(url: str, number: int, seen: _Seen, stop: threading.Event) -> None:
    chance = random.Random(number)  # chance, not a secret
    with httpx.Client(base_url=url, timeout=60) as client:
        while not stop.is_set():
            question = chance.choice(_QUESTIONS)
            path, key = chance.choice((("/v1/ask", "question"), ("/v1/search", "query")))
            try:
                seen.take(client.post(path, json={key: question}))
            except httpx.HTTPError as error:
                with seen.changed:
                    seen.faults.append(repr(error))
                    seen.changed.notify_all()
                return


def _resident(process: int) -> int:
    """Return how much memory a process has, in bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return 1024 * int(line.split()[1])
    raise Fault("the service is gone")
