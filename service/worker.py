"""The thread of the service that runs queued jobs, and compacts between them."""

import logging
import threading

from index.build import Indexer
from index.job_records import JobRecord
from index.reader import Index
from service.compaction import Compaction

_POLL_SECONDS = 2.0
_MOST_SECONDS = 60.0  # between attempts where the disk does not take what is to be written
_STOP_SECONDS = 5.0
_log = logging.getLogger(__name__)


class _Stopped(BaseException):
    """No error of the job, so that the job does not fail by it."""


class Worker:
    """Runs the jobs of a data folder, also those that an earlier process left behind."""

    def __init__(self, indexer: Indexer, index: Index, compaction: Compaction) -> None:
        self._indexer = indexer
        self._index = index
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
        pause = _POLL_SECONDS
        while not self._stopping.is_set():
            try:
                if self._indexer.run_next(self._unless_stopping):
                    with self._index.view():  # opened here, so that no reader waits for it
                        continue
                if self._compaction.run_if_asked():
                    continue
                pause = _POLL_SECONDS
            except _Stopped:
                return
            except Exception:
                _log.exception("the queue cannot be worked on")  # a full disk, a locked file
                pause = min(2 * pause, _MOST_SECONDS)
            self._wanted.wait(pause)
            self._wanted.clear()
