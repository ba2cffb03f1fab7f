"""The thread of the service that runs queued jobs, and compacts between them."""

import logging
import threading

from index.build import Indexer
from service.compaction import Compaction

_POLL_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Worker:
    """Runs the jobs of a data folder, also those that an earlier process left behind."""

    def __init__(self, indexer: Indexer, compaction: Compaction) -> None:
        self._indexer = indexer
        self._compaction = compaction
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to do."""
        self._wanted.set()

    def stop(self) -> None:
        """Take no new job. One that is under way goes on where it was at the next start."""
        self._stopping.set()
        self._wanted.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._indexer.run_next() or self._compaction.run_if_asked():
                    continue
            except Exception:
                _log.exception("the queue cannot be worked on")  # a full disk, a locked file
            self._wanted.wait(_POLL_SECONDS)
            self._wanted.clear()
