"""A dozen kills and a few snapshots; ``make torture`` does it at length."""

import random

import pytest

from tests.torture.attacks import ATTACKS, Attack
from tests.torture.hot_swap import hot_swap
from tests.torture.life import Life
from tests.torture.steps import Moment

MOMENTS = [
    ("ingest", Moment("parser._started fork_exec", 1, "after")),
    ("ingest", Moment("embed_passages", 2, "before")),
    ("ingest", Moment("jobs.accept executemany", 1, "within")),
    ("ingest", Moment("versions.insert_chunks executemany", 2, "after")),
    ("ingest", Moment("segment.save tofile", 5, "within")),
    ("ingest", Moment("snapshot._seal rename", 1, "before")),
    ("ingest", Moment("snapshot._seal rename", 1, "after")),
    ("serve", Moment("publish._make_live execute", 2, "after")),
    ("rebuild", Moment("versions.insert_chunks executemany", 3, "after")),
    ("compact", Moment("catalog.vacuum execute", 1, "within")),
    ("purge", Moment("library.delete execute", 3, "before")),
    ("backup", Moment("backup._copied_catalog backup", 1, "after")),
    ("restore", Moment("backup.restore rename", 1, "after")),
]


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Attack:
    """A folder in which everything was done once without a kill."""
    begun = Attack(tmp_path_factory.mktemp("torture"), Life(random.Random(7)))
    for name in ("ingest", "backup"):
        assert not begun.strike(name).killed
    return begun


@pytest.mark.parametrize(("name", "moment"), MOMENTS, ids=lambda value: str(value))
def test_a_process_that_is_killed_loses_nothing(attack: Attack, name: str, moment: Moment) -> None:
    assert attack.strike(name, moment).killed


def test_what_is_not_killed_is_done(attack: Attack) -> None:
    assert set(ATTACKS) >= {name for name, _ in MOMENTS}
    for name in ("ingest", "purge", "rebuild", "compact", "backup", "restore"):
        assert not attack.strike(name).killed


def test_clients_see_one_snapshot_each_while_others_are_published() -> None:
    figures = hot_swap(lambda line: None, requests=240, publications=4)

    assert (figures["failed"], figures["mixed"], figures["snapshots"]) == (0, 0, 5)
    assert figures["snapshots_that_answered"] > 1
