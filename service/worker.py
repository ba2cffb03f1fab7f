"""The thread of the service that runs queued jobs, and compacts between them."""

import logging
import threading

from index.build import Indexer
from index.jobs import JobRecord
from service.compaction import Compaction

_POLL_SECONDS = 2.0
_STOP_SECONDS = 5.0
_log = logging.getLogger(__name__)


class _Stopped(BaseException):
    """No error of the job, so that the job does not fail by it."""


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
        """Take no new job, and leave one that is under way after the documents in hand.

        It goes on where it was at the next start, or in another process over the folder.
        """
        self._stopping.set()
        self._wanted.set()
        self._thread.join(_STOP_SECONDS)  # else it is cut off, which loses no more

    def _unless_stopping(self, job: JobRecord) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._indexer.run_next(self._unless_stopping) or self._compaction.run_if_asked():
                    continue
            except _Stopped:
                return
            except Exception:
                _log.exception("the queue cannot be worked on")  # a full disk, a locked file
            self._wanted.wait(_POLL_SECONDS)
            self._wanted.clear()
