"""The vectors of one snapshot in Milvus: up to a generation of a collection, without what is gone.

Milvus says what is nearest; the scores are reckoned here from the vectors themselves, so that they
are those of the other indexes, whatever Milvus' own index is. The ids lie with the snapshot.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ids, Scores, loaded
from index.embedding.protocol import FloatMatrix
from index.errors import Damaged
from index.milvus.collection import AT_A_TIME, Collection, named
from index.milvus.selection import Selection, Selections
from index.milvus.server import Server
from index.vectors import products

_MORE = 16  # rows more than are wanted: of equal ones Milvus may name any


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows are: up to ``generation`` of a collection, whose search is ``exact`` or not.

    ``languages`` are those that the codes of the rows stand for; ``written`` is in seconds.
    """

    collection: str
    generation: int
    exact: bool
    dimension: int
    languages: tuple[str, ...]
    written: float


class MilvusIndex:
    """Search by Milvus over the rows of a place, with exact scores; empty without a place."""

    PLACE, IDS, CODES, REMOVED = "place.json", "ids.npy", "languages.npy", "removed.npy"

    def __init__(
        self,
        server: Server,
        place: Place | None,
        ids: Ids,
        codes: NDArray[np.uint8],
        removed: Ids,
    ) -> None:
        """``ids`` (n,) are ascending and ``codes`` (n,) of their languages (see Selections)."""
        self.place = place
        self.codes = codes
        self.removed = removed
        self._ids = ids
        self._server = server
        self._selections = Selections(ids, codes, place.languages if place else (), removed)

    @classmethod
    def of(
        cls, server: Server, place: Place, ids: Ids, languages: Sequence[str], removed: Ids
    ) -> "MilvusIndex":
        """Return the index of ``ids`` (n,), in any order, which are in ``languages`` (n,)."""
        order = np.argsort(ids)
        names, codes = np.unique(np.array(languages), return_inverse=True)
        place = replace(place, languages=tuple(names.tolist()))
        return cls(
            server, place, ids[order].astype(np.int64), codes.astype(np.uint8)[order], removed
        )

    @classmethod
    def empty(cls, server: Server) -> "MilvusIndex":
        """Return an index of nothing."""
        none = np.empty(0, np.int64)
        return cls(server, None, none, none.astype(np.uint8), none)

    @classmethod
    def open(cls, server: Server, folder: Path) -> "MilvusIndex":
        """Open what ``save`` wrote to ``folder``. Raises Damaged if it cannot be read."""
        try:
            said = json.loads((folder / cls.PLACE).read_text(encoding="utf-8"))
            place = Place(**said | {"languages": tuple(said["languages"])}) if said else None
            ids, codes, removed = (
                loaded(folder / name) for name in (cls.IDS, cls.CODES, cls.REMOVED)
            )
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Damaged("snapshot.damaged", file=cls.PLACE) from error
        return cls(server, place, ids, codes, removed)

    def save(self, folder: Path) -> None:
        """Write into ``folder`` what is not in Milvus. Raises OSError."""
        said = json.dumps(None if self.place is None else asdict(self.place))
        (folder / self.PLACE).write_text(said, encoding="utf-8")
        for name, array in (
            (self.IDS, self._ids),
            (self.CODES, self.codes),
            (self.REMOVED, self.removed),
        ):
            np.save(folder / name, array, allow_pickle=False)

    @property
    def ids(self) -> Ids:
        """All chunk ids, ascending, shape (n,)."""
        return self._ids

    def collection(self, place: Place) -> Collection:
        """Return the collection of a place."""
        return Collection(self._server, place.collection, place.written)

    def matrix(self) -> FloatMatrix:
        """Return all vectors in the order of their ids, shape (n, dimension)."""
        return self._vectors(self._ids)

    def search(
        self, query: FloatMatrix, count: int, among: Ids | None = None, without: Iterable[int] = ()
    ) -> tuple[Ids, Scores]:
        """Return the nearest ids and their inner products, best first (see VectorIndex)."""
        selection = self._selections.selection(among, np.fromiter(without, np.int64))
        count = min(count, selection.count)
        if self.place is None or count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        query = np.ascontiguousarray(query, np.float32)
        ids, vectors = self._nearest(self.place, query, count, selection)
        scores = products(vectors, query)
        order = np.lexsort((ids, -scores))[:count]
        return ids[order], scores[order]

    def scores(self, query: FloatMatrix, ids: Ids) -> Scores:
        """Return the inner product of ``query`` with each of ``ids`` (see VectorIndex)."""
        result = np.zeros(len(ids), np.float32)
        known = self._selections.known(ids)
        if known.any():
            each, places = np.unique(ids[known], return_inverse=True)
            result[known] = products(self._vectors(each), query)[places]
        return result

    def require_reachable(self) -> None:
        """Raise Unreachable where Milvus does not answer, Damaged where the rows are gone."""
        if self.place is not None:
            self.collection(self.place).load()

    def _nearest(
        self, place: Place, query: FloatMatrix, count: int, selection: Selection
    ) -> tuple[Ids, FloatMatrix]:
        """Return at least ``count`` rows, the nearest among them, with their vectors.

        Few ids are named in the condition, those that may be found or those that may not. Where
        both are many, rows are taken until enough of them may be found; as a last resort all that
        may be found are compared here.
        """
        wanted = min(count + _MORE, selection.count)
        if wanted <= AT_A_TIME:
            if selection.count <= AT_A_TIME:
                limit, condition = wanted, named(self._ids[selection.allowed])
            else:
                hiding = len(selection.hidden) <= AT_A_TIME
                seen = 0 if hiding else 1.5 * len(selection.hidden) / selection.count
                limit = min(AT_A_TIME, math.ceil(wanted * (1 + seen)))
                condition = selection.condition(place.generation, hiding=hiding)
            ids, vectors = self.collection(place).search(query, limit, condition)
            found = self._selections.known(ids, selection)
            if np.count_nonzero(found) >= count:
                return ids[found], vectors[found]
        allowed = self._ids[selection.allowed]
        return allowed, self._vectors(allowed)

    def _vectors(self, ids: Ids) -> FloatMatrix:
        if self.place is None:
            return np.empty((0, 0), np.float32)
        return self.collection(self.place).vectors(ids, self.place.dimension)
