"""Clients that ask through a proxy without pause while something happens to who answers."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from tests.service.commands import wait_for
from tests.service.running import Service
from tests.service.seed_questions import CHAIRMAN

_AFTERWARDS = 3  # requests of each client after the kill
_ASKING = ("ask", "ask too")
_CUT = 0  # the status of an answer that broke off in the midst


@dataclass(frozen=True)
class Asked:
    """A request: when it began and ended, by the clock, and with what status."""

    what: str
    began: float
    ended: float
    status: int


def kill_under_load(through: httpx.Client, victim: Service) -> None:
    """Kill a service while clients ask; require that only its own questions fail by it."""
    asked: list[Asked] = []
    killed = threading.Event()

    def ask(client: httpx.Client, number: int) -> httpx.Response:
        question = {"question": f"{CHAIRMAN} {threading.get_ident()} {number}"}  # none is cached
        return client.post("/v1/ask", json=question)

    def search(client: httpx.Client, number: int) -> httpx.Response:
        return client.post("/v1/search", json={"query": f"письмо {number} из Зилаира"})

    def read(client: httpx.Client, number: int) -> httpx.Response:
        return client.get("/v1/documents", params={"limit": 500})

    def load(what: str, send: Callable[[httpx.Client, int], httpx.Response]) -> None:
        left, number = _AFTERWARDS, 0
        url, headers = through.base_url, through.headers
        with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client:
            while left:
                left -= killed.is_set()
                began = time.monotonic()
                try:
                    status = send(client, number).status_code
                except httpx.RemoteProtocolError:
                    status = _CUT
                asked.append(Asked(what, began, time.monotonic(), status))
                number += 1

    kinds = {**dict.fromkeys(_ASKING, ask), "search": search, "read": read}
    clients = [threading.Thread(target=load, args=kind) for kind in kinds.items()]
    for client in clients:
        client.start()
    try:
        wait_for(lambda: {each.what for each in list(asked)} == set(kinds), "a request of each")
        before = time.monotonic()
        victim.stop(signal.SIGKILL)
        after = time.monotonic()
    finally:
        killed.set()
        for client in clients:
            client.join()
    failed = [each for each in asked if each.status != 200]
    assert all(each.began < after and each.ended > before for each in failed), failed
    assert len({each.what for each in failed}) == len(failed), failed  # one of each client
    # A search or a reading that it had taken was done by another; a question cannot be.
    for each in failed:
        assert each.status == _CUT or (each.status == 502 and each.what in _ASKING), failed
