"""Publishing: a snapshot of what a job staged and what is live, put in force in one transaction."""

import logging
import sqlite3

import numpy as np

from index.catalog import Catalog, get_state, now, set_state
from index.errors import Damaged, Unreachable
from index.lexical import Entry
from index.snapshot import Additions, Snapshots
from index.translations import Link, find_links, record_links

_log = logging.getLogger(__name__)

_KEPT_VERSIONS = 2  # the live text, and the one before it for citations that were just given

# Where more of a snapshot is gone, the next is written anew: what is removed leaves its place only
# when files are merged, and until then still counts in how much a word weighs.
_MOST_REMOVED = 0.2

# The newest staged version of each document of the job, and the live ones of all the others.
_WANTED = """
WITH staged AS (
    SELECT document_id, max(staged_version) AS version FROM items
    WHERE job = :job AND state = 'staged' GROUP BY document_id
),
wanted AS (
    SELECT document_id, version FROM staged
    UNION ALL
    SELECT id, version FROM documents
    WHERE NOT deleted AND id NOT IN (SELECT document_id FROM staged)
)
SELECT c.id FROM chunks c JOIN wanted w ON w.document_id = c.document_id AND w.version = c.version
"""

# The chunks of a version are numbered one after the other.
_CHUNK = """
SELECT c.vector, c.language, coalesce(v.title, '') AS title,
    substr(v.text, c.start + 1, c."end" - c.start) AS text,
    (SELECT min(id) FROM chunks f WHERE f.document_id = c.document_id AND f.version = c.version)
        AS document
FROM chunks c JOIN versions v ON v.document_id = c.document_id AND v.version = c.version
WHERE c.id = ?
"""


def publish(
    catalog: Catalog, snapshots: Snapshots, job: int | None, *, from_nothing: bool = False
) -> None:
    """Publish what ``job`` staged; without a job, what is live.

    Until the last transaction nothing is visible; after it everything is, and the job has
    succeeded. A document that was deleted meanwhile is in the snapshot but stays deleted.
    ``from_nothing`` builds upon no earlier snapshot, and none is kept. Vectors that lie where the
    settings do not say any more are carried there. Raises CannotWrite, and Unreachable.
    """
    with catalog.reading() as connection:
        published = get_state(connection, "published")
        # A damaged snapshot is not built upon: all that it held stands in the catalog.
        sound = published is not None and not from_nothing and not snapshots.verify(published)
        base = published if sound else None
        wanted = {int(row[0]) for row in connection.execute(_WANTED, {"job": job})}
        held = set() if base is None else {int(i) for i in snapshots.open(base).vectors.ids}
        elsewhere = base is not None and snapshots.is_elsewhere(base)
        moved = _languages(connection, wanted & held) if elsewhere else None
        changed, removed, upon = held != wanted or elsewhere, sorted(held - wanted), base
        if wanted and len(removed) > _MOST_REMOVED * len(held):
            removed, upon, held = [], None, set()
        additions = _additions(connection, sorted(wanted - held))
    name = snapshots.write(upon, removed, additions, moved) if changed else base
    links, linked = _links(catalog, snapshots, name)
    with catalog.writing() as connection:
        if _is_finished(connection, job):  # cancelled: what was published stays
            name = published
        else:
            _put_in_force(connection, job, name, wanted)
            record_links(connection, links, linked)
    try:
        # The one before stays for readers that have its name and not yet its files.
        snapshots.remove_all_but(kept for kept in (name, base) if kept is not None)
    except (Damaged, Unreachable) as error:
        if from_nothing:  # which promises that nothing is left
            raise
        _log.warning("the next publication removes what is left: %s", error)


def _languages(connection: sqlite3.Connection, chunks: set[int]) -> dict[int, str]:
    rows = connection.execute("SELECT id, language FROM chunks")
    return {row["id"]: row["language"] for row in rows if row["id"] in chunks}


def _links(catalog: Catalog, snapshots: Snapshots, name: str | None) -> tuple[list[Link], int]:
    if name is None:
        return [], 0
    with catalog.reading() as connection:
        return find_links(connection, snapshots.open(name).vectors)


def _is_finished(connection: sqlite3.Connection, job: int | None) -> bool:
    finished = connection.execute(
        "SELECT 1 FROM jobs WHERE sequence = ? AND finished_at IS NOT NULL", (job,)
    )
    return finished.fetchone() is not None


def _put_in_force(
    connection: sqlite3.Connection, job: int | None, name: str | None, wanted: set[int]
) -> None:
    _make_live(connection, job)
    if name is None:
        connection.execute("DELETE FROM state WHERE key = 'published'")
    else:
        set_state(connection, "published", name)
    connection.executemany(
        "DELETE FROM tombstones WHERE chunk_id = ?",
        [
            tuple(row)
            for row in connection.execute("SELECT chunk_id FROM tombstones").fetchall()
            if row[0] not in wanted
        ],
    )
    connection.execute(
        "UPDATE jobs SET state = 'succeeded', finished_at = ?, index_version = ? "
        "WHERE sequence = ?",
        (now(), name, job),
    )


def _additions(connection: sqlite3.Connection, ids: list[int]) -> Additions:
    vectors, entries = [], []
    for identifier in ids:
        row = connection.execute(_CHUNK, (identifier,)).fetchone()
        vectors.append(np.frombuffer(row["vector"], "<f4"))
        entries.append(
            Entry(identifier, row["document"], row["language"], row["title"], row["text"])
        )
    matrix = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
    return Additions(entries, matrix)


def _make_live(connection: sqlite3.Connection, job: int | None) -> None:
    staged = connection.execute(
        "SELECT position, document_id, staged_version FROM items "
        "WHERE job = ? AND state = 'staged' ORDER BY position",
        (job,),
    ).fetchall()
    for position, document_id, version in staged:
        was_live = connection.execute(
            "SELECT 1 FROM documents WHERE id = ? AND NOT deleted", (document_id,)
        ).fetchone()
        connection.execute(
            "INSERT OR REPLACE INTO documents (id, version, deleted) VALUES (?, ?, 0)",
            (document_id, version),
        )
        connection.execute(
            "UPDATE items SET state = ? WHERE job = ? AND position = ?",
            ("updated" if was_live else "added", job, position),
        )
        connection.execute(
            "DELETE FROM chunks WHERE document_id = ? AND version < ?", (document_id, version)
        )
        connection.execute(
            "DELETE FROM versions WHERE document_id = ? AND version <= ?",
            (document_id, version - _KEPT_VERSIONS),
        )
