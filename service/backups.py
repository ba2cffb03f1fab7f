"""A backup of the data folder as the body of a response."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse

from index.backup import back_up
from index.catalog import now
from index.folder import DataFolder
from service.state import ServiceState

_PART_BYTES = 1 << 20


async def backup_response(state: ServiceState) -> StreamingResponse:
    """Return a fresh backup to be saved as a file; one is made at a time.

    Raises Unavailable where it cannot be written.
    """
    file = await run_sync(_backup, state.folder, limiter=state.backing_up)
    moment = now().replace(":", "").replace("-", "")
    return StreamingResponse(
        _parts(file),
        media_type="application/x-tar",
        headers={
            "Content-Length": str(os.fstat(file.fileno()).st_size),
            "Content-Disposition": f'attachment; filename="yauap-{moment}.tar"',
        },
    )


def _backup(folder: DataFolder) -> BinaryIO:
    """Return the file, open and already without a name: closed, it leaves nothing behind."""
    data_dir = folder.catalog.data_dir
    with TemporaryDirectory(dir=data_dir, prefix=".backup-") as aside:
        target = Path(aside) / "yauap.tar"
        back_up(folder.catalog, folder.snapshots, target)
        return target.open("rb")


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(_PART_BYTES):
            yield part
