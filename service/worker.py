"""The thread of the service that runs queued jobs."""

import logging
import threading

from index.build import Indexer
from index.reader import Index

_POLL_SECONDS = 2.0
_MOST_SECONDS = 60.0  # between attempts where the disk does not take what is to be written
_log = logging.getLogger(__name__)


class Worker:
    """Runs the jobs of a data folder, also those that an earlier process left behind."""

    def __init__(self, indexer: Indexer, index: Index) -> None:
        self._indexer = indexer
        self._index = index
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Say that a job was queued."""
        self._wanted.set()

    def stop(self) -> None:
        """Take no new job. One that is under way goes on where it was at the next start."""
        self._stopping.set()
        self._wanted.set()

    def _run(self) -> None:
        pause = _POLL_SECONDS
        while not self._stopping.is_set():
            try:
                if self._indexer.run_next():
                    with self._index.view():  # opened here, so that no reader waits for it
                        continue
                pause = _POLL_SECONDS
            except Exception:
                _log.exception("the queue cannot be worked on")  # a full disk, a locked file
                pause = min(2 * pause, _MOST_SECONDS)
            self._wanted.wait(pause)
            self._wanted.clear()
