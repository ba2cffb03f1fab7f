"""Replicas that share no folder: what is published goes to a bucket, and followers take it.

The bucket holds backups, each named by a number and its SHA-256, and ``latest.json``, written last,
which names the newest: whatever is cut short, followers find a whole one. The last two are kept, so
that who has just begun to fetch one can go on.
"""

import hashlib
import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from index.backup import aside, back_up, unpack
from index.bucket import Bucket
from index.catalog import Catalog, get_state
from index.durability import sync
from index.errors import Damaged
from index.snapshot import Snapshots

_LATEST = "latest.json"
_ARCHIVE = re.compile(r"(\d{8})-([0-9a-f]{64})\.tar", re.ASCII)
_SNAPSHOT = re.compile(r"\d{6,}-[0-9a-f]{24}", re.ASCII)
_MOST_BYTES = 1000  # of latest.json
_ASIDE = ".replica"  # folder in a data folder in which archives are made and unpacked
_TAKEN = "followed"  # file that names the archive which a follower has


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest archive of a bucket, and the moment of the catalog that it holds."""

    archive: str
    moment: str

    @property
    def number(self) -> int:
        """Which archive it is, from 1."""
        return int(self.archive[:8])

    @property
    def sha256(self) -> str:
        """What the archive must hash to."""
        return self.archive[9:-4]


class Sender:
    """Sends the state of a data folder to a bucket whenever it has changed."""

    def __init__(self, catalog: Catalog, snapshots: Snapshots, bucket: Bucket) -> None:
        self._catalog = catalog
        self._snapshots = snapshots
        self._bucket = bucket
        self._sent: str | None = None

    def step(self) -> None:
        """Send what is published, unless the bucket has it. Raises Unavailable and Damaged."""
        moment = _moment(self._catalog)
        if moment == self._sent:
            return
        before = _latest(self._bucket)
        if before is None or before.moment != moment:
            self._send(moment, before)
        self._sent = moment

    def _send(self, moment: str, before: Latest | None) -> None:
        with aside(self._catalog.data_dir / _ASIDE) as folder:
            file = folder / "archive.tar"
            back_up(self._catalog, self._snapshots, file)
            number = 1 if before is None else before.number + 1
            latest = Latest(f"{number:08d}-{_sha256(file)}.tar", moment)
            self._bucket.put(latest.archive, file)
        self._bucket.put(_LATEST, json.dumps(asdict(latest)).encode())
        kept = {latest.archive, before.archive if before else ""}
        self._bucket.remove(
            name for name in self._bucket.names() if _ARCHIVE.fullmatch(name) and name not in kept
        )


class Follower:
    """Makes a data folder what the bucket says; nothing else may write into its catalog."""

    def __init__(self, catalog: Catalog, snapshots: Snapshots, bucket: Bucket) -> None:
        self._catalog = catalog
        self._snapshots = snapshots
        self._bucket = bucket
        self._taken = catalog.data_dir / _TAKEN

    def step(self) -> None:
        """Take the newest archive, unless it is here already; else all stays as it is.

        Raises Unavailable, Damaged where what came is not what was sent, SnapshotMismatch where it
        was built in another way than is set here, and Conflict where a newer version has made it.
        """
        latest = _latest(self._bucket)
        if latest is None or (self._taken.is_file() and self._taken.read_text() == latest.archive):
            return
        with aside(self._catalog.data_dir / _ASIDE) as folder:
            archive, unpacked = folder / "archive.tar", folder / "data"
            self._bucket.fetch(latest.archive, archive)
            if _sha256(archive) != latest.sha256:
                raise Damaged("bucket.damaged", name=latest.archive)
            unpack(archive, unpacked)
            archive.unlink()
            self._adopt(unpacked)
        self._taken.write_text(latest.archive)

    def _adopt(self, unpacked: Path) -> None:
        Catalog(unpacked)  # brings an older one up, and refuses a newer one
        with closing(sqlite3.connect(unpacked / Catalog.FILE)) as connection:
            name = get_state(connection, "published")
        if name is not None:
            self._install(name, unpacked / "snapshots" / name)
        with self._catalog.reading() as connection:
            before = get_state(connection, "published")
        self._catalog.replace(unpacked / Catalog.FILE)
        # The one before stays for readers that have its name and not yet its files.
        self._snapshots.remove_all_but(kept for kept in (name, before) if kept is not None)

    def _install(self, name: str, folder: Path) -> None:
        """Put a snapshot where nothing names it yet, and require that it can be searched."""
        if not _SNAPSHOT.fullmatch(name):
            raise Damaged("bucket.damaged", name="published")
        target = self._snapshots.folder(name)
        if target.exists() and self._snapshots.verify(name):
            shutil.rmtree(target)
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            folder.rename(target)
            for path in (*target.rglob("*"), target, target.parent):
                sync(path)
        if faults := self._snapshots.verify(name):
            raise Damaged("bucket.damaged", name=faults[0])
        self._snapshots.require_compatible(name)


def _latest(bucket: Bucket) -> Latest | None:
    """Return what the bucket names as newest. Raises Damaged where it cannot be understood."""
    content = bucket.read(_LATEST, _MOST_BYTES)
    if content is None:
        return None
    try:
        found = json.loads(content)
        if _ARCHIVE.fullmatch(found["archive"]):
            return Latest(found["archive"], str(found["moment"]))
    except (ValueError, KeyError, TypeError):
        pass
    raise Damaged("bucket.damaged", name=_LATEST)


def _moment(catalog: Catalog) -> str:
    """Return a hash of what changes with every publication, deletion, key and revocation."""
    with catalog.reading() as connection:
        told = [
            [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
            for table in ("state", "keys")
        ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
