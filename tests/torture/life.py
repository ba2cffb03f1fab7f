"""What a data folder must hold after all that was done to it, whoever was killed over it."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.folder import DataFolder
from index.reader import IndexView
from index.snapshot import verify_data
from tests.fakes import FakeEmbedder, fake_folder
from tests.index.searching import dense, lexical
from tests.torture.victim import CHUNK_TOKENS

State = str | None  # the text of a document, None where there is none

_SENTENCES = ("Өфөлә яңы мәктәп асылды", "В городе открыли новый мост", "Ауылда китапхана төҙөлә")


_GONE = 150  # texts that are not there any more and are searched for


class Fault(AssertionError):
    """Something was lost, came back, or is half there."""


@dataclass
class Life:
    """Which states each document may be in, and which it must be in once no job is left.

    Every text holds a number that no other one holds, by which it is searched.
    """

    chance: random.Random
    now: dict[str, set[State]] = field(default_factory=dict)
    last: dict[str, set[State]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  # by text

    def text(self) -> str:
        """Return a text that was never there, of one chunk or of several."""
        number = str(100_000_000 + len(self.numbers))
        first, *others = self.chance.choices(_SENTENCES, k=self.chance.randint(1, 9))
        text = " ".join([f"{first} {number}.", *(f"{other}." for other in others)])
        self.numbers[text] = number
        return text

    def settled(self) -> dict[str, State]:
        """Return the documents of which it is certain how they are, and how."""
        return {
            name: next(iter(s))
            for name, s in self.last.items()
            if s == self.now[name] and len(s) == 1
        }

    def accepted(self, changes: Mapping[str, State]) -> None:
        """Note what was acknowledged: it must become so, and may be so already."""
        for name, state in changes.items():
            self.now[name] = self.now.get(name, {None}) | {state}
            self.last[name] = {state}

    def deleted(self, name: str) -> None:
        """Note a deletion that was acknowledged: from now on it is gone."""
        self.now[name] = self.last[name] = {None}

    def begun(self, changes: Mapping[str, State]) -> None:
        """Note what was begun and not acknowledged: it may have happened, or not."""
        for name, state in changes.items():
            self.now[name] = self.now.get(name, {None}) | {state}
            self.last[name] = self.last.get(name, {None}) | {state}

    def finished(self) -> None:
        """Note that no job is left: only what must be may be."""
        self.now = {name: set(states) for name, states in self.last.items()}

    def require(self, data_dir: Path, chunk_tokens: int = CHUNK_TOKENS) -> dict[str, State]:
        """Check the whole folder and return how its documents are. Raises Fault."""
        folder = fake_folder(data_dir, chunk_tokens=chunk_tokens)
        if faults := verify_data(folder.catalog, folder.snapshots):
            raise Fault(f"verify: {faults}")
        found = _documents(folder)
        for name in self.now.keys() | found.keys():
            if found.get(name) not in self.now.get(name, {None}):
                raise Fault(f"{name} is {found.get(name)!r}, may be {self.now.get(name)}")
        with folder.index.view() as view:
            for text, number in self._searched(found.values()):
                holders = [name for name, state in found.items() if state == text]
                _require_found(view, number, holders)
            _require_whole(view, found)
        return found

    def _searched(self, there: Iterable[State]) -> list[tuple[str, str]]:
        """Return texts with their numbers: all that are there, and some that are not."""
        texts = {text for text in there if text is not None}
        some = self.chance.sample(sorted(self.numbers), min(_GONE, len(self.numbers)))
        return [(text, self.numbers[text]) for text in sorted(texts.union(some))]

    def resume(self, data_dir: Path) -> None:
        """Let the jobs that are left go on to their end, and check again. Raises Fault."""
        folder = fake_folder(data_dir, chunk_tokens=CHUNK_TOKENS)
        while folder.indexer.run_next():
            pass
        if (job := folder.jobs.oldest_open()) is not None:
            raise Fault(f"a job does not go on: {job}")
        self.finished()
        found = self.require(data_dir)
        for name in self.last:
            self.last[name] = {found.get(name)}
        self.finished()
        for job in folder.jobs.page(None, 1000):
            if job.state != "succeeded" or job.failed:
                raise Fault(f"a job did not succeed: {job}")


def _documents(folder: DataFolder) -> dict[str, State]:
    records = folder.library.page(None, 10_000)
    return {record.id: folder.library.text(record.id) for record in records}


def _require_found(view: IndexView, number: str, holders: Iterable[str]) -> None:
    """Require that the words of a text find its document, and nothing once it is gone."""
    found = {passage.document_id for passage in view.passages(lexical(view, number))}
    if found != set(holders):
        raise Fault(f"{number} finds {found}, not {holders}")


def _require_whole(view: IndexView, found: Mapping[str, State]) -> None:
    """Require that the vectors hold each document from its beginning to its end, and no other."""
    (query,) = FakeEmbedder().embed_queries(["мәктәп"])
    ids = sorted(dense(view, query, 100_000))
    passages = view.passages(ids)
    if len(passages) != len(ids):
        raise Fault("the vectors hold chunks that no document has")
    covered: dict[str, str] = {}
    for passage in passages:
        covered[passage.document_id] = covered.get(passage.document_id, "") + passage.text
    texts = {name: "".join((text or "").split()) for name, text in found.items()}
    if {name: "".join(text.split()) for name, text in covered.items()} != texts:
        raise Fault("a document is not there from its beginning to its end")
