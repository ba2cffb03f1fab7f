"""Removing from disk what was deleted, when an operator asks for it: after the jobs at hand."""

import logging
import threading
from dataclasses import dataclass, replace
from typing import Literal

from index.build import Indexer
from index.catalog import now
from index.errors import YauapError

CompactionState = Literal["idle", "queued", "running", "succeeded", "failed"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CompactionRecord:
    """How the latest compaction of this process went; ``error`` where it failed."""

    state: CompactionState = "idle"
    finished_at: str | None = None
    error: YauapError | None = None


class Compaction:
    """Takes the wish from any thread; the worker's fulfils it."""

    def __init__(self, indexer: Indexer) -> None:
        self._indexer = indexer
        self._turn = threading.Lock()
        self.record = CompactionRecord()

    def ask(self) -> None:
        """Have it done; asked for once more while it waits, it is done once.

        Raises Conflict where another service writes.
        """
        self._indexer.require_writer()
        with self._turn:
            if self.record.state != "queued":
                self.record = replace(self.record, state="queued", error=None)

    def run_if_asked(self) -> bool:
        """Do it in this thread if it was asked for, and say whether it was."""
        with self._turn:
            if self.record.state != "queued":
                return False
            running = self.record = replace(self.record, state="running")
        error: YauapError | None = None
        try:
            self._indexer.compact()
        except YauapError as found:
            error = found
        except Exception:
            _log.exception("compaction")
            error = YauapError("job.internal")
        with self._turn:
            if self.record is running:  # else it was asked for again meanwhile
                state: CompactionState = "failed" if error else "succeeded"
                self.record = CompactionRecord(state, now(), error)
        return True
