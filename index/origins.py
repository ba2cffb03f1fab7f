"""Which documents came from which file of which folder, so that those of gone files can go too."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path

from index.catalog import Catalog, get_state, set_state
from index.readers import File

_KEY = "files of "


class Origins:
    """What one catalog remembers of the folders that were ingested."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @staticmethod
    def remember(
        connection: sqlite3.Connection, read: Iterable[tuple[File, Iterable[str | None]]]
    ) -> None:
        """Add the documents of these files to what is known of their folders.

        Also of a file that could not be read this time: it is not gone.
        """
        by_folder: dict[str, dict[str, set[str]]] = {}
        for file, ids in read:
            if file.folder is not None:
                files = by_folder.setdefault(_key(file.folder), {})
                files[file.name] = {identifier for identifier in ids if identifier is not None}
        for key, files in by_folder.items():
            known = _known(connection, key)
            for name, identifiers in files.items():
                known[name] = sorted(identifiers.union(known.get(name, ())))
            set_state(connection, key, json.dumps(known))

    def gone(self, folder: Path, present: Collection[str]) -> list[str]:
        """Return the ids of documents that came from files of a folder which are not ``present``.

        Those that a file still there has brought too are not among them.
        """
        key, gone, kept = _key(folder), set[str](), set[str]()
        with self._catalog.reading() as connection:
            for (other,) in connection.execute(
                "SELECT key FROM state WHERE substr(key, 1, ?) = ?", (len(_KEY), _KEY)
            ).fetchall():
                for name, ids in _known(connection, other).items():
                    (kept if other != key or name in present else gone).update(ids)
        return sorted(gone - kept)

    def forget_gone(self, folder: Path, present: Collection[str]) -> None:
        """Forget the files of a folder that are not ``present``."""
        key = _key(folder)
        with self._catalog.writing() as connection:
            known = _known(connection, key)
            still = {name: ids for name, ids in known.items() if name in present}
            set_state(connection, key, json.dumps(still))


def _key(folder: Path) -> str:
    return _KEY + folder.resolve().as_posix()


def _known(connection: sqlite3.Connection, key: str) -> dict[str, list[str]]:
    known: dict[str, list[str]] = json.loads(get_state(connection, key) or "{}")
    return known
