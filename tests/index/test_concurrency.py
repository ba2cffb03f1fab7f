"""Readers and writers at the same time."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.folder import DataFolder
from index.snapshot import verify_data
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.searching import ALL, dense, lexical

IDS = ("a", "b", "c")
PUBLICATIONS = 20


def generation(number: int) -> list[dict[str, str]]:
    """Documents that all say which generation they are of; longer ones now and then."""
    text = f"Уртаҡ һүҙ, быуын {number}. " * (1 + number % 3 * 4)
    return [{"id": identifier, "text": text, "title": str(number)} for identifier in IDS]


class Reader(threading.Thread):
    """Reads until it is stopped, and keeps which generations it saw and what was wrong."""

    def __init__(self, folder: DataFolder) -> None:
        super().__init__()
        self.seen: list[int] = []
        self.faults: list[str] = []
        self.started_reading = threading.Event()
        self.stopped = threading.Event()
        self._folder = folder
        (self._query,) = FakeEmbedder().embed_queries(["уртаҡ"])

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self._read()
            except Exception as error:
                self.faults.append(repr(error))
            self.started_reading.set()

    def _read(self) -> None:
        with self._folder.index.view() as view:
            near, holding = dense(view, self._query), lexical(view, "уртаҡ")
            passages = view.passages(near)
            in_groups = [int(i) for group in view.groups(ALL) for i in group.ids]
            titles = {passage.title for passage in passages}
            if sorted(near) != sorted(holding) or sorted(near) != sorted(in_groups):
                self.faults.append("the indexes hold different passages")
            if len(passages) != len(near):
                self.faults.append("a passage of the snapshot is not in the catalog")
            if len(titles) != 1 or {passage.document_id for passage in passages} != set(IDS):
                self.faults.append(f"generations {titles}")
            for passage in passages:
                version = passage.document_version
                if view.text(passage.document_id, version, passage.span) != passage.text:
                    self.faults.append("a text of another version")
                if f"быуын {passage.title}." not in passage.text:
                    self.faults.append("a title of another version")
            self.seen += [int(title) for title in titles if title]


@pytest.mark.parametrize("shared", [True, False], ids=["one opened index", "one for each"])
def test_readers_see_no_mixed_state_while_much_is_published(tmp_path: Path, shared: bool) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, *generation(0))
    readers = [Reader(folder if shared else fake_folder(tmp_path)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.started_reading.wait()

    for number in range(1, PUBLICATIONS + 1):
        assert ingest(folder, *generation(number)).updated == len(IDS)
    for reader in readers:
        reader.stopped.set()
    for reader in readers:
        reader.join()

    assert [fault for reader in readers for fault in reader.faults] == []
    assert all(reader.seen == sorted(reader.seen) for reader in readers)
    assert len({number for reader in readers for number in reader.seen}) > 2
    assert len(list((tmp_path / "snapshots").iterdir())) <= 2
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_jobs_of_many_threads_all_go_in(tmp_path: Path) -> None:
    def add(number: int) -> str:
        folder = fake_folder(tmp_path)
        return ingest(folder, {"id": str(number), "text": f"Текст {number}."}).state

    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(add, range(8)))

    folder = fake_folder(tmp_path)
    assert states == ["succeeded"] * 8
    assert [record.id for record in folder.library.page(None, 99)] == [str(n) for n in range(8)]
    assert verify_data(folder.catalog, folder.snapshots) == []


def _add(data_dir: Path, name: str) -> None:
    documents = ({"id": f"{name}{n}", "text": f"Текст {name} {n}."} for n in range(4))
    ingest(fake_folder(data_dir), *documents)


def test_jobs_of_two_processes_all_go_in(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_add, args=(tmp_path, name)) for name in "xy"]
    for child in children:
        child.start()
    for child in children:
        child.join()

    folder = fake_folder(tmp_path)
    assert [child.exitcode for child in children] == [0, 0]
    assert folder.library.census().documents == 8
    assert folder.jobs.oldest_open() is None
    assert verify_data(folder.catalog, folder.snapshots) == []
