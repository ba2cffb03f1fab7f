"""Requests that come one after another, and requests that come whether the last is done or not."""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import numpy as np

Ask = Callable[[], Awaitable[int]]
_PATIENCE_SECONDS = 120


class Answered(NamedTuple):
    """One request: its status, 0 where none came, and its seconds since it was due."""

    status: int
    seconds: float


async def search(port: int, query: str) -> int:
    """Search a service of this machine and return the status, 0 where none came.

    By hand and on a connection of its own: the pools of clients take more time than the service.
    """
    body = json.dumps({"query": query}).encode()
    head = (
        f"POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + body)
            told = await reader.read()
            writer.close()
    except OSError:  # a timeout too
        return 0
    return int(told[9:12] or 0)


async def one_after_another(ask: Ask, at_once: int, seconds: float) -> list[Answered]:
    """Ask from ``at_once`` clients, each as soon as it is answered, for so many seconds."""
    end = time.perf_counter() + seconds
    answered: list[Answered] = []

    async def client() -> None:
        while (started := time.perf_counter()) < end:
            status = await ask()
            answered.append(Answered(status, time.perf_counter() - started))

    await asyncio.gather(*(client() for _ in range(at_once)))
    return answered


async def at_a_rate(ask: Ask, rate: float, seconds: float) -> list[Answered]:
    """Ask ``rate`` times a second, whatever comes back; each counts from when it was due."""
    started = time.perf_counter()
    asked: list[asyncio.Task[Answered]] = []

    async def due(moment: float) -> Answered:
        return Answered(await ask(), time.perf_counter() - moment)

    for number in itertools.takewhile(lambda n: n / rate < seconds, itertools.count()):
        moment = started + number / rate
        # One after the other: to make all tasks first would hold up the first of them.
        await asyncio.sleep(moment - time.perf_counter())
        asked.append(asyncio.create_task(due(moment)))
    return await asyncio.gather(*asked)


def milliseconds(answered: Sequence[Answered], share: float) -> float:
    """Return the latency that ``share`` of the requests stay within; not a number for none."""
    if not answered:
        return float("nan")
    return round(1000 * float(np.quantile([one.seconds for one in answered], share)), 1)
