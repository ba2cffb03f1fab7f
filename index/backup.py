"""A data folder in one file, taken while it is served, and put back into an empty folder.

A backup is a tar archive of the catalog and of the snapshot that this very catalog names.
"""

import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from index.catalog import OWNER, Catalog, get_state
from index.durability import sync
from index.errors import CannotWrite, Conflict, Damaged, InvalidInput, Unavailable
from index.snapshot import Snapshots

RESTORING = ".restore"  # folder in a data folder into which a backup is unpacked
_LOCK = ".backup.lock"
_TRIES = 5


def back_up(catalog: Catalog, snapshots: Snapshots, target: Path) -> None:
    """Write a backup to ``target``, which is whole or is not there.

    Raises Unavailable where it cannot be written, and Damaged where the catalog cannot be read or
    its snapshot is gone.
    """
    try:
        # One backup of a folder at a time: what is found aside was left by one that was cut short.
        with (
            FileLock(catalog.data_dir / _LOCK),
            aside(target.with_name(f".{target.name}.writing")) as folder,
        ):
            for attempt in range(_TRIES):
                copy, archive = folder / f"{attempt}.sqlite", folder / f"{attempt}.tar"
                name = _copied_catalog(catalog, copy)
                try:
                    _write(archive, copy, None if name is None else snapshots.folder(name))
                    break
                except FileNotFoundError as error:
                    if attempt == _TRIES - 1:
                        raise Damaged("snapshot.missing", name=name) from error
                    # Published anew, twice, since the catalog was copied.
            archive.replace(target)
        sync(target.parent)
    except sqlite3.OperationalError as error:
        raise Unavailable("backup.cannot_write", file=target, why=str(error)) from error
    except sqlite3.DatabaseError as error:
        raise Damaged("data.damaged", file=Catalog.FILE) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Unavailable("backup.cannot_write", file=target, why=why) from error


def restore(source: Path, data_dir: Path) -> None:
    """Put a backup into a data folder that holds no catalog yet.

    Raises Conflict where it does, InvalidInput where there is no such file, and Damaged where it is
    no whole backup; then nothing is left behind. Cut short, it can be done again.
    """
    if not source.is_file():
        raise InvalidInput("input.no_such_path", path=source)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(data_dir / _LOCK), aside(data_dir / RESTORING) as folder:
            if (data_dir / Catalog.FILE).exists():
                raise Conflict("backup.not_empty", folder=data_dir)
            unpack(source, folder)
            shutil.rmtree(data_dir / "snapshots", ignore_errors=True)
            if (folder / "snapshots").is_dir():
                (folder / "snapshots").rename(data_dir / "snapshots")
            # What another catalog left here would be read as changes to this one.
            for kind in ("-wal", "-shm"):
                (data_dir / (Catalog.FILE + kind)).unlink(missing_ok=True)
            sync(folder / Catalog.FILE)
            (folder / Catalog.FILE).rename(
                data_dir / Catalog.FILE
            )  # last: with it the folder is one
            sync(data_dir)
    except sqlite3.OperationalError as error:
        raise CannotWrite("data.cannot_write", folder=data_dir, why=str(error)) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotWrite("data.cannot_write", folder=data_dir, why=why) from error


def unpack(source: Path, folder: Path) -> None:
    """Unpack a backup into a folder. Raises Damaged where it is no whole one, and OSError."""
    try:
        with tarfile.open(source, "r:") as archive:
            archive.extractall(folder, filter="data")
        catalog = folder / Catalog.FILE
        if catalog.is_file() and _is_sound(catalog):
            return
    except sqlite3.OperationalError:
        raise
    except (tarfile.TarError, sqlite3.DatabaseError) as error:
        raise Damaged("backup.damaged", file=source) from error
    raise Damaged("backup.damaged", file=source)


@contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """Give an empty folder that is gone afterwards."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_sound(catalog: Path) -> bool:
    """Whether a catalog is whole; it is then written ahead again, as that of a served folder.

    It is no longer the one that it was copied from.
    """
    with closing(sqlite3.connect(catalog)) as connection:
        (fault,) = connection.execute("PRAGMA integrity_check").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("DELETE FROM state WHERE key = ?", (OWNER,))
        connection.commit()
        return bool(fault == "ok")


def _copied_catalog(catalog: Catalog, copy: Path) -> str | None:
    """Copy the catalog as it is at one moment; return the snapshot that it names."""
    with (
        closing(sqlite3.connect(catalog.data_dir / Catalog.FILE)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without another beside it
        return get_state(target, "published")


def _write(file: Path, catalog: Path, snapshot: Path | None) -> None:
    with tarfile.open(file, "w") as archive:
        if snapshot is not None:
            archive.add(snapshot, f"snapshots/{snapshot.name}")
        archive.add(catalog, Catalog.FILE)
    sync(file)
