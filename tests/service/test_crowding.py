"""A crowd that lasts is told from a burst."""

from service.crowding import Crowding

_WORK = 0.05  # seconds


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_no_crowd_and_a_flood_is() -> None:
    clock = Clock()
    crowding = Crowding(clock)
    crowding.note(True, _WORK)
    assert not crowding.lasts(_WORK)
    clock.now += 3 * _WORK
    assert not crowding.lasts(_WORK)
    clock.now += 20 * _WORK
    assert crowding.lasts(_WORK)


def test_a_moment_without_work_does_not_end_a_flood() -> None:
    clock = Clock()
    crowding = Crowding(clock)
    for _ in range(20):
        crowding.note(True, _WORK)
        clock.now += 0.95 * _WORK
        crowding.note(False, _WORK)
        clock.now += 0.05 * _WORK
    assert crowding.lasts(_WORK)
    clock.now += 2 * _WORK
    assert not crowding.lasts(_WORK)


def test_work_that_takes_longer_makes_longer_bursts() -> None:
    clock = Clock()
    crowding = Crowding(clock)
    crowding.note(True, 100 * _WORK)
    clock.now += 20 * _WORK
    assert not crowding.lasts(100 * _WORK)
    clock.now += 2000 * _WORK
    assert crowding.lasts(100 * _WORK)


def test_it_overruns_where_most_are_turned_away() -> None:
    crowding = Crowding(Clock())
    for _ in range(200):  # every third
        for turned_away in (False, True, False):
            crowding.answer(turned_away)
        assert not crowding.overruns
    for _ in range(200):  # two of three
        for turned_away in (True, False, True):
            crowding.answer(turned_away)
    assert crowding.overruns
    for _ in range(100):
        crowding.answer(turned_away=False)
    assert not crowding.overruns
