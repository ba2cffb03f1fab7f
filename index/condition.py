"""The condition of a data folder: its size, its age, and whether it should be compacted."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index.catalog import Catalog, get_state
from index.snapshot import Snapshots
from index.vector_store import Kind

_MOST_SHARE = 0.2  # of a snapshot or of the catalog may be taken by what was deleted
_LEAST_BYTES = 1_000_000  # below which compacting the catalog is not worth its while


@dataclass(frozen=True, slots=True)
class Condition:
    """``vectors`` is the kind of index that holds them, «flat», «inverted» or «milvus».

    ``index_bytes`` are the published snapshot's, all of which is in memory where much is asked.

    ``free_bytes`` are those of the catalog that what was deleted has left.
    """

    published_at: str | None
    vectors: Kind | None
    disk_bytes: int
    index_bytes: int
    free_bytes: int
    compaction_due: bool


def condition(catalog: Catalog, snapshots: Snapshots) -> Condition:
    """Return the condition of a data folder. Raises Damaged where its snapshot is gone."""
    with catalog.reading() as connection:
        name = get_state(connection, "published")
        deleted, chunks, free, pages, page = (
            int(connection.execute(sql).fetchone()[0])
            for sql in (
                "SELECT count(*) FROM tombstones", "SELECT count(*) FROM chunks",
                "PRAGMA freelist_count", "PRAGMA page_count", "PRAGMA page_size",
            )
        )  # fmt: skip
    return Condition(
        published_at=None if name is None else snapshots.created_at(name),
        vectors=None if name is None else snapshots.kind(name),
        disk_bytes=_size(catalog.data_dir),
        index_bytes=0 if name is None else _size(snapshots.folder(name)),
        free_bytes=free * page,
        compaction_due=deleted > _MOST_SHARE * (deleted + chunks)
        or (free > _MOST_SHARE * pages and free * page > _LEAST_BYTES),
    )


def _size(folder: Path) -> int:
    """Return the bytes of all files below a folder; snapshots share some, which count once."""
    sizes = {}
    for place, _, names in os.walk(folder):  # passes over folders that are removed meanwhile
        for name in names:
            with suppress(FileNotFoundError):
                found = Path(place, name).stat()
                sizes[found.st_dev, found.st_ino] = found.st_size
    return sum(sizes.values())
