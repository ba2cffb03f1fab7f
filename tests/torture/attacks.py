"""What is done to the data folder while processes are killed: ways of adding, deleting, keeping."""

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from index.backup import restore
from tests.fakes import fake_folder
from tests.torture.life import Fault, Life, State
from tests.torture.steps import Moment
from tests.torture.victim import CHUNK_TOKENS, Outcome, answers, free_port, run

_DOCUMENTS = 24
_OTHER_TOKENS = 2 * CHUNK_TOKENS


class Attack:
    """One data folder, and processes over it that may be killed at any moment."""

    def __init__(self, folder: Path, life: Life) -> None:
        """Begin with an empty ``folder``, in which everything lies."""
        self.data_dir = folder / "data"
        self._given = folder / "given"
        self._given.mkdir()
        self._files: dict[str, State] = {}
        self._backup = folder / "backups" / "backup.tar"
        self._backup.parent.mkdir()
        self._restored = folder / "restored"
        self._log = folder / "log"
        self.life = life
        self._kept: dict[str, State] | None = None  # what a backup that is there must hold
        self.killed = 0

    def strike(
        self, name: str, moment: Moment | None = None, seconds: float | None = None
    ) -> Outcome:
        """Do one thing in a process that is killed, and require that nothing is lost by it.

        Raises Fault where something is.
        """
        outcome = ATTACKS[name](self, moment, seconds)
        self.life.require(self.data_dir)
        self.life.resume(self.data_dir)
        self.killed += outcome.killed
        return outcome

    def _run(self, *arguments: str | Path, **how: object) -> Outcome:
        given = [*arguments, "--data-dir", self.data_dir]
        return run(given, self._log, self.life.chance, **how)  # type: ignore[arg-type] # by name

    def ingest(self, moment: Moment | None, seconds: float | None) -> Outcome:
        """Add, replace and prune files, text and pages of the web, all as one job."""
        for number in self.life.chance.sample(range(_DOCUMENTS), 6):
            name = f"{number:02}.{'html' if number % 4 == 0 else 'txt'}"
            file, text = self._given / name, self.life.text()
            if file.exists() and self.life.chance.random() < 0.3:
                file.unlink()
                self._files[name] = None
            else:
                page = f"<html><body><p>{text}</p></body></html>"
                file.write_text(page if file.suffix == ".html" else text)
                self._files[name] = text
        self.life.begun(self._files)
        outcome = self._run("ingest", self._given, "--prune", moment=moment, seconds=seconds)
        if not outcome.killed:
            self.life.accepted(self._files)
        return outcome

    def serve(self, moment: Moment | None, seconds: float | None) -> Outcome:
        """Post and delete documents over HTTP; what was answered to holds."""
        port = free_port()
        arguments = ("serve", "--port", str(port))
        client = _Client(port, self.life)
        return self._run(*arguments, moment=moment, seconds=seconds, meanwhile=client.work)

    def rebuild(self, moment: Moment | None, seconds: float | None) -> Outcome:
        """Make the index anew in longer chunks; cut short, it goes on. Then back to what it was."""
        given = ("index", "rebuild")
        outcome = self._run(*given, moment=moment, seconds=seconds, chunk_tokens=_OTHER_TOKENS)
        for tokens in (_OTHER_TOKENS, CHUNK_TOKENS):
            folder = fake_folder(self.data_dir, chunk_tokens=tokens)
            if outcome.killed or tokens == CHUNK_TOKENS:
                folder.indexer.rebuild(lambda done, total: None)
            self.life.require(self.data_dir, tokens)
        return outcome

    def compact(self, moment: Moment | None, seconds: float | None) -> Outcome:
        """Delete some documents and remove them from the disk."""
        folder = fake_folder(self.data_dir, chunk_tokens=CHUNK_TOKENS)
        gone = self._some_there()
        for name in gone:
            folder.library.delete(name)
            self.life.deleted(name)
        outcome = self._run("index", "compact", moment=moment, seconds=seconds)
        if not outcome.killed:
            self._require_no_trace(gone.values())
        return outcome

    def purge(self, moment: Moment | None, seconds: float | None) -> Outcome:
        """Delete documents with every trace of their texts."""
        gone = self._some_there()
        if not gone:
            return self.ingest(moment, seconds)
        self.life.begun(dict.fromkeys(gone))
        arguments = ("documents", "delete", *gone, "--purge")
        outcome = self._run(*arguments, moment=moment, seconds=seconds)
        if not outcome.killed:
            self.life.accepted(dict.fromkeys(gone))
            self.life.finished()
            self._require_no_trace(gone.values())
        return outcome

    def backup(self, moment: Moment | None, seconds: float | None) -> Outcome:
        """Write a backup; the one that was there is whole until the new one is."""
        held = self.life.settled()
        before = self._kept
        outcome = self._run("index", "backup", self._backup, moment=moment, seconds=seconds)
        if outcome.killed:
            allowed = [state for state in (before, held) if state is not None]
            if not self._backup.exists():
                if before is not None:
                    raise Fault("the earlier backup is gone")
                return outcome
        else:
            allowed = [held]
            if others := [path.name for path in self._backup.parent.iterdir()
                          if path != self._backup]:  # fmt: skip
                raise Fault(f"left beside the backup: {others}")
        shutil.rmtree(self._restored, ignore_errors=True)
        restore(self._backup, self._restored)
        self._kept = self._require_restored(allowed)
        return outcome

    def restore(self, moment: Moment | None, seconds: float | None) -> Outcome:
        """Put a backup into an empty folder; cut short, it can be done again."""
        if self._kept is None:
            return self.backup(moment, seconds)
        shutil.rmtree(self._restored, ignore_errors=True)
        arguments: list[str | Path] = [
            "index",
            "restore",
            self._backup,
            "--data-dir",
            self._restored,
        ]
        outcome = run(arguments, self._log, self.life.chance, moment, seconds)
        if not (self._restored / "catalog.sqlite").exists():
            restore(self._backup, self._restored)
        self._require_restored([self._kept])
        if left := [path for path in self._restored.glob(".restore/**/*") if path.is_file()]:
            raise Fault(f"left by the restoration: {left}")
        return outcome

    def _require_restored(self, allowed: list[dict[str, State]]) -> dict[str, State]:
        faults = []
        for states in allowed:
            other = Life(self.life.chance, numbers=self.life.numbers)
            other.accepted(states)
            other.finished()
            try:
                other.require(self._restored)
            except Fault as fault:
                faults.append(str(fault))
            else:
                return states
        raise Fault(f"restored: {faults}")

    def _some_there(self) -> dict[str, str]:
        there = {name: text for name, text in self.life.settled().items() if text is not None}
        some = self.life.chance.sample(sorted(there), min(2, len(there)))
        return {name: there[name] for name in some}

    def _require_no_trace(self, texts: Iterable[str]) -> None:
        """Require that the numbers of these texts are left in no file."""
        gone = [self.life.numbers[text].encode() for text in texts]
        for file in self.data_dir.rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            if any(number in content for number in gone):
                raise Fault(f"a deleted text is left in {file.name}")


ATTACKS: Mapping[str, Callable[[Attack, Moment | None, float | None], Outcome]] = {
    "ingest": Attack.ingest,
    "serve": Attack.serve,
    "rebuild": Attack.rebuild,
    "compact": Attack.compact,
    "purge": Attack.purge,
    "backup": Attack.backup,
    "restore": Attack.restore,
}


class _Client:
    """Posts and deletes until the service is gone, or a few rounds are done."""

    _ROUNDS = 4

    def __init__(self, port: int, life: Life) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._life = life

    def work(self, alive: Callable[[], bool]) -> None:
        """Use the service while it is alive."""
        with httpx.Client(base_url=self._url, timeout=60) as client, suppress(httpx.TransportError):
            if not answers(client, alive):
                return
            for _ in range(self._ROUNDS):
                job = self._post(client)
                self._delete(client)
                self._wait(client, job)

    def _post(self, client: httpx.Client) -> str:
        life = self._life
        names = life.chance.sample(range(_DOCUMENTS), 3)
        changes: dict[str, State] = {f"posted{n:02}": life.text() for n in names}
        life.begun(changes)
        body = {"documents": [{"id": name, "text": text} for name, text in changes.items()]}
        response = client.post("/v1/documents", json=body)
        if response.status_code != 202:
            raise Fault(f"{response.status_code} {response.text}")
        life.accepted(changes)
        return str(response.json()["job"]["id"])

    def _delete(self, client: httpx.Client) -> None:
        name = self._life.chance.choice(sorted(self._life.last) or ["posted00"])
        self._life.begun({name: None})
        response = client.delete(f"/v1/documents/{name}")
        if response.status_code not in (204, 404, 410):
            raise Fault(f"{response.status_code} {response.text}")
        self._life.deleted(name)

    def _wait(self, client: httpx.Client, job: str) -> None:
        while (state := client.get(f"/v1/jobs/{job}").json()["state"]) in ("queued", "running"):
            time.sleep(0.01)
        if state != "succeeded":
            raise Fault(f"the job {job} {state}")
        self._life.finished()
