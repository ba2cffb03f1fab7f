"""Work goes in turns: fair between callers, never more at a time than allowed, never late."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from service.admission import Admission
from service.deadline import Deadline
from service.refusal import Refusal


class Gate:
    """Work that ends when it is let go, and remembers who did it in which order."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.done: list[str] = []

    def work(self, name: str) -> Callable[[], str]:
        def wait() -> str:
            assert self.open.wait(20)
            self.done.append(name)
            return name

        return wait


def _heard_by_nobody(running: int, waiting: int) -> None:
    pass


def _still() -> float:
    return 0.0


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_turns_go_round_the_callers() -> None:
    async def scenario() -> list[str]:
        admission, gate = Admission(1, 6, _heard_by_nobody, _still), Gate()
        names = ["a0", "a1", "a2", "a3", "b1", "c1"]
        tasks = []
        for name in names:
            work = gate.work(name)
            tasks.append(asyncio.create_task(admission.run(name[0], work, Deadline(20))))
            await settle()
        assert (admission.running, admission.waiting) == (1, 5)
        gate.open.set()
        assert await asyncio.gather(*tasks) == names
        await settle()
        assert (admission.running, admission.waiting) == (0, 0)
        return gate.done

    assert asyncio.run(scenario()) == ["a0", "a1", "b1", "c1", "a2", "a3"]


def test_who_asks_too_much_gives_way_to_others() -> None:
    async def scenario() -> None:
        admission, gate = Admission(1, 3, _heard_by_nobody, _still), Gate()
        greedy = []
        for number in range(4):
            work = gate.work(f"a{number}")
            greedy.append(asyncio.create_task(admission.run("a", work, Deadline(20))))
            await settle()
        with pytest.raises(Refusal) as raised:  # no room for a fifth of its own
            await admission.run("a", gate.work("a4"), Deadline(20))
        assert raised.value.problem == "too-many-requests"
        assert int(raised.value.headers["Retry-After"]) >= 1
        other = asyncio.create_task(admission.run("b", gate.work("b"), Deadline(20)))
        await settle()
        gate.open.set()
        results = await asyncio.gather(*greedy, other, return_exceptions=True)
        assert [type(result) for result in results] == [str, str, str, Refusal, str]

    asyncio.run(scenario())


def test_who_waits_too_long_is_told_so_and_leaves_no_trace() -> None:
    async def scenario() -> None:
        admission, gate = Admission(1, 3, _heard_by_nobody, _still), Gate()
        first = asyncio.create_task(admission.run("a", gate.work("a"), Deadline(20)))
        await settle()
        with pytest.raises(Refusal) as raised:
            await admission.run("b", gate.work("b"), Deadline(0.01))
        assert raised.value.problem == "too-many-requests"
        leaving = asyncio.create_task(admission.run("c", gate.work("c"), Deadline(20)))
        await settle()
        leaving.cancel()
        await settle()
        assert (admission.running, admission.waiting) == (1, 0)
        gate.open.set()
        assert await first == "a"
        assert await admission.run("d", gate.work("d"), Deadline(20)) == "d"

    asyncio.run(scenario())


def test_work_that_takes_too_long_is_given_up_but_keeps_its_place_until_it_ends() -> None:
    async def scenario() -> None:
        admission, gate = Admission(1, 0, _heard_by_nobody), Gate()
        with pytest.raises(Refusal) as raised:
            await admission.run("a", gate.work("a"), Deadline(0.01))
        assert raised.value.problem == "timeout"
        assert admission.running == 1
        with pytest.raises(Refusal):
            await admission.run("b", gate.work("b"), Deadline(20))
        gate.open.set()
        while admission.running:
            await asyncio.sleep(0.01)
        assert await admission.run("b", gate.work("b"), Deadline(20)) == "b"

    asyncio.run(scenario())


def test_fewer_wait_where_the_crowd_lasts() -> None:
    async def scenario() -> None:
        moment = 0.0
        admission, gate = Admission(2, 3, _heard_by_nobody, lambda: moment), Gate()
        tasks = []

        def ask(name: str) -> None:
            tasks.append(asyncio.create_task(admission.run("a", gate.work(name), Deadline(20))))

        for name in ("first", "second", "third", "fourth"):
            ask(name)
        await settle()
        assert (admission.running, admission.waiting) == (2, 2)
        moment = 100.0  # much longer than work has taken so far
        with pytest.raises(Refusal):
            admission.require_room("a")
        ask("fifth")
        await settle()
        assert isinstance(tasks.pop().exception(), Refusal)
        gate.open.set()
        await asyncio.gather(*tasks)  # who was let in before is served
        await settle()
        assert admission.running == 0
        moment = 200.0  # and all is as it was
        gate.open.clear()
        for name in "abcde":
            ask(name)
        await settle()
        assert (admission.running, admission.waiting) == (2, 3)
        gate.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())


def test_one_of_each_caller_waits_where_most_are_turned_away() -> None:
    async def scenario() -> None:
        moment = 0.0
        admission, gate = Admission(2, 3, _heard_by_nobody, lambda: moment), Gate()

        async def ask(*callers: str) -> list[asyncio.Task[str]]:
            tasks = [
                asyncio.create_task(admission.run(caller, gate.work(caller), Deadline(20)))
                for caller in callers
            ]
            await settle()
            return tasks

        begun = await ask("a", "a")
        moment = 100.0
        flood = await ask(*"a" * 200)
        assert (admission.running, admission.waiting) == (2, 2)
        gate.open.set()
        told = await asyncio.gather(*begun, *flood, return_exceptions=True)
        assert told.count("a") == 4

        gate.open.clear()
        begun = await ask("a", "a")
        moment = 200.0
        late = await ask("a", "a", "b", "c")
        gate.open.set()
        told = await asyncio.gather(*begun, *late, return_exceptions=True)
        assert [one if isinstance(one, str) else type(one) for one in told] == [
            "a", "a", "a", Refusal, "b", Refusal,
        ]  # fmt: skip

    asyncio.run(scenario())


def test_the_thread_that_worked_last_works_next() -> None:
    async def scenario() -> None:
        admission = Admission(3, 0, _heard_by_nobody)
        used = {await admission.run("a", threading.get_ident, Deadline(20)) for _ in range(6)}
        assert len(used) == 1
        gate = Gate()
        held = [asyncio.create_task(admission.run(c, gate.work(c), Deadline(20))) for c in "abc"]
        await settle()
        assert admission.running == 3
        gate.open.set()
        await asyncio.gather(*held)
        assert sorted(gate.done) == ["a", "b", "c"]  # each had a thread of its own
        assert await admission.run("a", threading.get_ident, Deadline(20))

    asyncio.run(scenario())


def test_an_error_of_the_work_is_the_callers() -> None:
    def fail() -> None:
        raise KeyError("inside")

    async def scenario() -> None:
        admission = Admission(1, 0, _heard_by_nobody)
        for _ in range(3):
            with pytest.raises(KeyError, match="inside"):
                await admission.run("a", fail, Deadline(20))
            await settle()
        assert admission.running == 0

    asyncio.run(scenario())
