"""Documents that say the same: copies, reprints, bulletins of one form.

Two texts are near-duplicates where they share most of their runs of three words, in which any
number is as good as another: bulletins of one form differ in them alone. Candidates are found by
MinHash in bands (Broder 1997; Leskovec et al., "Mining of Massive Datasets", 3.4), and the share is
then counted exactly. Each document belongs to one cluster; most are alone in theirs.
"""

import hashlib
import re
import sqlite3

import numpy as np
from numpy.typing import NDArray

from index.catalog import Catalog

SHARE = 0.6  # of the runs of words of two texts together, from which they are near-duplicates
_WORDS = 3
_FEWEST = 20  # words of a text of which less than all need to be the same
_BANDS, _ROWS = 20, 3  # texts that share .6 meet in a band with probability .99, .2: with .15
_AT_A_TIME = 4096
_COMPARED = 20  # candidates, those that meet in the most bands
_FILLED_AT_A_TIME = 200

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_seeded = np.random.default_rng(7)
_FACTORS = _seeded.integers(1, 2**63, _BANDS * _ROWS, np.uint64) | np.uint64(1)
_TERMS = _seeded.integers(0, 2**63, _BANDS * _ROWS, np.uint64)

Shingles = NDArray[np.uint64]

_NEAREST = """
SELECT b.document_id, b.version, k.cluster, v.text FROM bands b
JOIN clusters k ON k.document_id = b.document_id AND k.version = b.version
JOIN versions v ON v.document_id = b.document_id AND v.version = b.version
WHERE b.band IN ({}) AND b.document_id != ?
GROUP BY b.document_id, b.version ORDER BY count(*) DESC, b.document_id LIMIT ?
"""
_UNASSIGNED = """
SELECT v.document_id, v.version, v.text FROM versions v
JOIN documents d ON d.id = v.document_id AND d.version = v.version AND NOT d.deleted
WHERE NOT EXISTS
    (SELECT 1 FROM clusters k WHERE k.document_id = v.document_id AND k.version = v.version)
ORDER BY v.document_id LIMIT ?
"""


def shingles(text: str) -> Shingles:
    """Return hashes of the runs of three words of a text, each once, shape (n,); n is never 0.

    A short text is a run as a whole: rows of a table may differ in a number and say another thing.
    """
    words = _WORD.findall(text.casefold())
    if len(words) < _FEWEST:
        runs = {" ".join(words)}
    else:
        words = [_DIGITS.sub("0", word) for word in words]
        runs = {" ".join(words[at : at + _WORDS]) for at in range(len(words) - _WORDS + 1)}
    digests = (hashlib.blake2b(run.encode(), digest_size=8).digest() for run in runs)
    return np.unique(np.frombuffer(b"".join(digests), np.uint64))


def share(one: Shingles, other: Shingles) -> float:
    """Return how much of what two texts hold together they hold both, 0–1."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


def bands(of: Shingles) -> list[int]:
    """Return the bands of a text; near-duplicates have one in common but by rare chance."""
    least = np.full(_BANDS * _ROWS, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(of), _AT_A_TIME):
        # Multiplication wraps around, as it should.
        mixed = of[start : start + _AT_A_TIME, None] * _FACTORS + _TERMS
        least = np.minimum(least, (mixed >> np.uint64(31)).min(axis=0))
    return [
        int.from_bytes(
            hashlib.blake2b(bytes([at]) + row.tobytes(), digest_size=8).digest(), "big", signed=True
        )
        for at, row in enumerate(least.reshape(_BANDS, _ROWS))
    ]


def assign(connection: sqlite3.Connection, document_id: str, version: int, text: str) -> None:
    """Put a new version into the cluster of its nearest near-duplicate, or into one of its own."""
    own = shingles(text)
    marks = bands(own)
    candidates = connection.execute(
        _NEAREST.format(", ".join("?" * len(marks))), (*marks, document_id, _COMPARED)
    )
    near = [(share(own, shingles(row["text"])), int(row["cluster"])) for row in candidates]
    best, cluster = max(near, default=(0.0, 0))
    if best < SHARE:
        (last,) = connection.execute("SELECT max(cluster) FROM clusters").fetchone()
        cluster = (last or 0) + 1
    connection.execute(
        "INSERT INTO clusters (document_id, version, cluster) VALUES (?, ?, ?)",
        (document_id, version, cluster),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO bands (band, document_id, version) VALUES (?, ?, ?)",
        [(mark, document_id, version) for mark in marks],
    )


def assign_missing(catalog: Catalog) -> None:
    """Put the live documents of a catalog into clusters that an earlier version left without."""
    while _assigned_some(catalog):
        pass


def _assigned_some(catalog: Catalog) -> bool:
    with catalog.writing() as connection:
        rows = connection.execute(_UNASSIGNED, (_FILLED_AT_A_TIME,)).fetchall()
        for row in rows:
            assign(connection, row["document_id"], row["version"], row["text"])
    return bool(rows)
