"""How requests arrive under load, and what a process is said to have used."""

import asyncio
import math
import os
import subprocess
import sys
import time

from eval.bench.arrivals import Answered, at_a_rate, milliseconds, one_after_another, search
from eval.bench.process import Process


def test_at_a_rate_nobody_waits_for_the_one_before() -> None:
    async def slow() -> int:
        await asyncio.sleep(0.5)
        return 200

    started = time.monotonic()
    answered = asyncio.run(at_a_rate(slow, 50, 0.4))
    assert len(answered) == 20
    assert time.monotonic() - started < 20 * 0.5
    assert all(one.seconds >= 0.45 for one in answered)


def test_one_after_another_waits_for_the_one_before() -> None:
    at_once, most = 0, 0

    async def counted() -> int:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return 200

    answered = asyncio.run(one_after_another(counted, 3, 0.3))
    assert most == 3
    assert {one.status for one in answered} == {200}


def test_where_nobody_answers_there_is_no_status() -> None:
    assert asyncio.run(search(9, "мёд")) == 0


def test_latencies_are_quantiles() -> None:
    answered = [Answered(200, n / 1000) for n in range(101)]
    assert (milliseconds(answered, 0.5), milliseconds(answered, 0.99)) == (50.0, 99.0)
    assert math.isnan(milliseconds([], 0.5))


def test_a_process_is_measured() -> None:
    own = Process(os.getpid())
    before = own.cpu_seconds()
    begun = time.process_time()
    while time.process_time() - begun < 0.3:
        pass
    assert own.cpu_seconds() - before >= 0.2
    assert 10 < own.own_megabytes() < own.resident_megabytes() <= own.peak_megabytes() < 100_000


def test_a_process_that_has_ended_has_no_memory() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    ended = Process(process.pid)

    assert (ended.resident_megabytes(), ended.own_megabytes()) == (0, 0)
    process.wait()
