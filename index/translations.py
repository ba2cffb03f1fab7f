"""Versions of one article in Bashkir and Russian, found by what they say.

Two documents are taken for them where each is the nearest of all in the other language, clearly
before the next, about as long, and most of their figures are the same. How often that is right,
``python -m eval.translations`` measures.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalog import get_state, set_state
from index.embedding.protocol import FloatMatrix
from index.vectors import VectorIndex

_LANGUAGES = ("ba", "ru")
_NEAR = 0.5  # least cosine of the two
_CLEAR = 0.08  # by which the next one is less near to either
_FIGURES = 0.4  # share of their figures together that both must have
_LENGTH = 0.4  # of the longer one, which the shorter must have
_AT_A_TIME = 1024
_LINKED = "linked_chunks"  # up to which chunk translations were looked for

_FIGURE = re.compile(r"\d+")
_DOCUMENTS = """
SELECT c.id, c.document_id, c.version, v.language FROM chunks c
JOIN versions v ON v.document_id = c.document_id AND v.version = c.version ORDER BY c.id
"""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document and the language it is in."""

    document_id: str
    version: int
    language: str


Link = tuple[Version, Version]


def find_links(connection: sqlite3.Connection, index: VectorIndex) -> tuple[list[Link], int]:
    """Return the translations among what ``index`` holds that is new since the last time.

    Also returns up to which chunk it was looked, to be recorded together with what was found.
    """
    linked = int(get_state(connection, _LINKED) or 0)
    ids = index.ids
    last = max(linked, int(ids[-1]) if len(ids) else 0)
    if last == linked:
        return [], last
    versions, vectors, first = described(connection, index)
    languages = np.array([version.language for version in versions])
    pairs = nearest_pairs(vectors, languages, np.flatnonzero(first > linked))
    links = [(versions[i], versions[j]) for i, j in pairs]
    return [link for link in links if agree(*(_text(connection, v) for v in link))], last


def record_links(connection: sqlite3.Connection, links: Sequence[Link], last: int) -> None:
    """Put links in force, in place of those that their documents had."""
    for pair in links:
        for one in pair:
            connection.execute(
                "DELETE FROM found_translations WHERE (document_id = ?1 AND version = ?2) "
                "OR (other_id = ?1 AND other_version = ?2)",
                (one.document_id, one.version),
            )
        one, other = pair
        connection.execute(
            # Either may have been deleted meanwhile.
            "INSERT INTO found_translations SELECT ?1, ?2, ?3, ?4 WHERE 2 = (SELECT count(*) "
            "FROM versions WHERE (document_id, version) IN (VALUES (?1, ?2), (?3, ?4)))",
            (one.document_id, one.version, other.document_id, other.version),
        )
    set_state(connection, _LINKED, str(last))


def nearest_pairs(
    vectors: FloatMatrix, languages: NDArray[np.str_], new: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return pairs of rows, Bashkir and Russian, that are each other's nearest by far.

    ``vectors`` (n, dimension) and ``languages`` (n,) are of documents; one of each pair is among
    the rows ``new``.
    """
    of = {language: np.flatnonzero(languages == language) for language in _LANGUAGES}
    pairs = set()
    for here, there in (_LANGUAGES, _LANGUAGES[::-1]):
        begun = new[languages[new] == here]
        for i, j in _nearest(vectors, begun, of[there]):
            for _, back in _nearest(vectors, np.array([j]), of[here]):
                if back == i:
                    pairs.add((i, j) if here == _LANGUAGES[0] else (j, i))
    return sorted(pairs)


def agree(one: str, other: str) -> bool:
    """Whether two texts are about as long and say the same figures."""
    figures, others = set(_FIGURE.findall(one)), set(_FIGURE.findall(other))
    both, any_ = len(figures & others), len(figures | others)
    return both >= _FIGURES * any_ and min(len(one), len(other)) >= _LENGTH * max(
        len(one), len(other)
    )


def document_vectors(vectors: FloatMatrix, starts: Sequence[int]) -> FloatMatrix:
    """Return the mean directions of documents whose chunks begin at the rows ``starts``."""
    means = np.add.reduceat(vectors, starts, axis=0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(lengths, 1e-9), np.float32)


def described(
    connection: sqlite3.Connection, index: VectorIndex
) -> tuple[list[Version], FloatMatrix, NDArray[np.int64]]:
    """Return the documents of an index, their vectors (n, dimension) and first chunks (n,)."""
    versions: list[Version] = []
    starts: list[int] = []
    held = {int(identifier): row for row, identifier in enumerate(index.ids)}
    rows: list[int] = []
    for identifier, *version in connection.execute(_DOCUMENTS):
        if identifier in held:
            if not versions or versions[-1] != Version(*version):
                versions.append(Version(*version))
                starts.append(len(rows))
            rows.append(held[identifier])
    if not rows:
        return [], np.empty((0, 0), np.float32), np.empty(0, np.int64)
    vectors = document_vectors(index.matrix()[rows], starts)
    return versions, vectors, index.ids[np.array(rows)[starts]]


def _nearest(
    vectors: FloatMatrix, rows: NDArray[np.int64], among: NDArray[np.int64]
) -> Iterator[tuple[int, int]]:
    """Yield each row with its nearest one, where that is near and clearly before the next."""
    if not len(among):
        return
    for start in range(0, len(rows), _AT_A_TIME):
        some = rows[start : start + _AT_A_TIME]
        scores = vectors[some] @ vectors[among].T
        best = scores.argmax(axis=1)
        highest = scores.max(axis=1)
        scores[np.arange(len(some)), best] = -1
        clear = (highest >= _NEAR) & (highest - scores.max(axis=1) >= _CLEAR)
        for at in np.flatnonzero(clear):
            yield int(some[at]), int(among[best[at]])


def _text(connection: sqlite3.Connection, version: Version) -> str:
    (text,) = connection.execute(
        "SELECT text FROM versions WHERE document_id = ? AND version = ?",
        (version.document_id, version.version),
    ).fetchone()
    return str(text)
