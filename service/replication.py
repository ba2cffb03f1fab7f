"""The thread that keeps a data folder and its bucket alike, where one is set."""

import logging
import threading
from collections.abc import Callable

from filelock import FileLock, Timeout

from index.bucket import Bucket
from index.errors import YauapError
from index.folder import DataFolder
from index.replica import Follower, Sender
from service.console.sessions import CONSOLE_SECRET
from service.signing import signing_secret
from service.widget import WIDGET_SECRET

_POLL_SECONDS = 2.0
_MOST_SECONDS = 60.0  # between attempts where the bucket cannot be used
_STOP_SECONDS = 5.0
_log = logging.getLogger(__name__)


class Replication:
    """Sends what is published, or follows another; one process of those over a folder does it."""

    def __init__(self, folder: DataFolder) -> None:
        """Take what a followed bucket holds before anybody is answered."""
        self._step = _step(folder)
        self._lock = FileLock(folder.catalog.data_dir / ".replica.lock")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replication", daemon=True)
        if folder.settings.writer:
            self._try()
            self._lock.release()

    def start(self) -> None:
        """Begin, where a bucket is set."""
        if self._step is not None:
            self._thread.start()

    def stop(self) -> None:
        """End after the step that is under way, or in the midst of it: that loses nothing."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        pause = _POLL_SECONDS
        while not self._stopping.wait(pause):
            pause = _POLL_SECONDS if self._try() else min(2 * pause, _MOST_SECONDS)
        self._lock.release()

    def _try(self) -> bool:
        """Do one step, unless another process does; False where it fails."""
        try:
            if self._step is not None:
                if not self._lock.is_locked:
                    self._lock.acquire(timeout=0)
                self._step()
        except Timeout:
            return True
        except YauapError as error:
            _log.error("%s", error)
            return False
        except Exception:
            _log.exception("replication")
            return False
        return True


def _step(folder: DataFolder) -> Callable[[], None] | None:
    if not folder.settings.bucket:
        return None
    bucket = Bucket(folder.settings.bucket)
    if folder.settings.writer:
        return Follower(folder.catalog, folder.snapshots, bucket).step
    for name in (WIDGET_SECRET, CONSOLE_SECRET):  # a follower can make none
        signing_secret(folder.catalog, name)
    return Sender(folder.catalog, folder.snapshots, bucket).step
