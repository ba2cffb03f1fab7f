"""Batches are taken, made and written side by side, and in their order."""

import threading
from collections.abc import Generator

import pytest

from index.overlapping import overlapped

_SECONDS = 20


class Shop:
    """Takes, makes and writes numbers, and notes what it does."""

    def __init__(self, count: int, fails: str = "") -> None:
        self.done: list[str] = []
        self.closed = False
        self._count = count
        self._fails = fails

    def batches(self) -> Generator[int, None, None]:
        try:
            for number in range(1, self._count + 1):
                self._do(f"take {number}")
                yield number
        finally:
            self.closed = True

    def make(self, batch: int, before: str | None) -> str:
        assert before == (f"made {batch - 1}" if batch > 1 else None)
        self._do(f"make {batch}")
        return f"made {batch}"

    def write(self, batch: int, made: str) -> None:
        assert made == f"made {batch}"
        self._do(f"write {batch}")

    def steps(self) -> Generator[int, None, None]:
        return overlapped(self.batches(), self.make, self.write)

    def of(self, step: str) -> list[str]:
        return [each for each in self.done if each.startswith(step)]

    def _do(self, what: str) -> None:
        if what == self._fails:
            raise KeyError(what)
        self.done.append(what)


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_all_are_taken_made_and_written_in_their_order(count: int) -> None:
    shop = Shop(count)

    assert list(shop.steps()) == list(range(1, count + 1))

    for step in ("take", "make", "write"):
        assert shop.of(step) == [f"{step} {number}" for number in range(1, count + 1)]
    assert shop.closed


def test_while_one_is_made_the_one_before_is_written_and_the_next_is_taken() -> None:
    written, taken = threading.Event(), threading.Event()

    def batches() -> Generator[int, None, None]:
        yield from (1, 2)
        taken.set()
        yield 3

    def make(batch: int, before: int | None) -> int:
        if batch == 2:  # holds until both have happened
            assert written.wait(_SECONDS)
            assert taken.wait(_SECONDS)
        return batch

    assert list(overlapped(batches(), make, lambda batch, made: written.set())) == [1, 2, 3]


@pytest.mark.parametrize(
    ("fails", "written"),
    [
        ("take 1", []),
        ("take 3", ["write 1", "write 2"]),
        ("make 3", ["write 1", "write 2"]),
        ("write 2", ["write 1"]),
    ],
)
def test_an_error_is_raised_and_nothing_behind_it_is_written(
    fails: str, written: list[str]
) -> None:
    shop = Shop(5, fails)

    with pytest.raises(KeyError, match=fails):
        list(shop.steps())

    assert shop.of("write") == written
    assert shop.closed


def test_who_stops_early_leaves_nothing_running() -> None:
    shop = Shop(100)
    before = threading.active_count()
    steps = shop.steps()

    assert next(steps) == 1
    steps.close()

    assert shop.closed
    assert threading.active_count() == before
    assert len(shop.of("write")) == 1
