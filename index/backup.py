"""A data folder in one file, taken while it is served, and put back into an empty folder.

A backup is a tar archive of the catalog and of the snapshot that this very catalog names.
"""

import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from index.catalog import Catalog, get_state
from index.durability import sync
from index.errors import Conflict, Damaged, InvalidInput, Unavailable
from index.snapshot import Snapshots

_TRIES = 5


def back_up(catalog: Catalog, snapshots: Snapshots, target: Path) -> None:
    """Write a backup to ``target``, which is whole or is not there.

    Raises Unavailable where it cannot be written.
    """
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as aside:
            for attempt in range(_TRIES):
                copy = Path(aside) / f"{attempt}.sqlite"
                name = _copied_catalog(catalog, copy)
                try:
                    _write(partial, copy, None if name is None else snapshots.folder(name))
                    break
                except FileNotFoundError:
                    if attempt == _TRIES - 1:
                        raise
                    # Published anew, twice, since the catalog was copied.
        partial.replace(target)
    except OSError as error:
        raise Unavailable("backup.cannot_write", file=target, why=error.strerror) from error
    finally:
        partial.unlink(missing_ok=True)


def restore(source: Path, data_dir: Path) -> None:
    """Put a backup into a data folder that holds no catalog yet.

    Raises Conflict where it does, InvalidInput where there is no such file, and Damaged where it is
    no whole backup; then nothing is left behind.
    """
    if (data_dir / Catalog.FILE).exists():
        raise Conflict("backup.not_empty", folder=data_dir)
    if not source.is_file():
        raise InvalidInput("input.no_such_path", path=source)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
            aside = Path(folder)
            with tarfile.open(source, "r:") as archive:
                archive.extractall(aside, filter="data")
            catalog = aside / Catalog.FILE
            if not catalog.is_file():
                raise Damaged("backup.damaged", file=source)
            with closing(sqlite3.connect(catalog)) as connection:
                if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                    raise Damaged("backup.damaged", file=source)
            if (aside / "snapshots").is_dir():
                shutil.rmtree(data_dir / "snapshots", ignore_errors=True)
                (aside / "snapshots").rename(data_dir / "snapshots")
            sync(catalog)
            catalog.rename(data_dir / Catalog.FILE)  # last: with it the folder is one
            sync(data_dir)
    except (tarfile.TarError, sqlite3.DatabaseError) as error:
        raise Damaged("backup.damaged", file=source) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Unavailable("data.cannot_write", folder=data_dir, why=why) from error


def _copied_catalog(catalog: Catalog, copy: Path) -> str | None:
    """Copy the catalog as it is at one moment; return the snapshot that it names."""
    with (
        closing(sqlite3.connect(catalog.data_dir / Catalog.FILE)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        return get_state(target, "published")


def _write(partial: Path, catalog: Path, snapshot: Path | None) -> None:
    with tarfile.open(partial, "w") as archive:
        if snapshot is not None:
            archive.add(snapshot, f"snapshots/{snapshot.name}")
        archive.add(catalog, Catalog.FILE)
    sync(partial)
