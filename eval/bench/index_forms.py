"""Forms of FAISS index beside each other, as they come: what ``index/inverted`` was chosen from."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.arrays import Ids
from index.embedding.protocol import FloatMatrix

_PROBES = 24
_TRAINED_ON, _ROUNDS = 10_000, 6  # vectors and rounds for the codes of a form
_PRODUCT, _EIGHT = faiss.METRIC_INNER_PRODUCT, faiss.ScalarQuantizer.QT_8bit
_LARGEST_GRAPH = 100_000  # beyond it, building takes more than ten minutes


@dataclass(frozen=True, slots=True)
class Form:
    """An index that was built; ``fetched`` candidates are ranked anew by the vectors themselves."""

    name: str
    index: Any
    seconds: float
    fetched: int


def built(vectors: FloatMatrix) -> Iterator[Form]:
    """Yield the forms of ``vectors`` (n, dimension), one after the other."""
    count, dimension = vectors.shape
    yield _timed("flat", faiss.IndexFlatIP(dimension), lambda index: index.add(vectors), 0)
    if count <= _LARGEST_GRAPH:
        for name, factory in {"HNSW32": "HNSW32", "HNSW32, SQ8": "HNSW32_SQ8"}.items():
            graph: Any = faiss.index_factory(dimension, factory, _PRODUCT)
            graph.hnsw.efConstruction, graph.hnsw.efSearch = 80, 64
            yield _timed(name, graph, lambda index: _trained(index, vectors), 50 * ("SQ8" in name))
    lists = 1 << int(np.log2(4 * count**0.5))
    centres = faiss.IndexFlatIP(dimension)
    start = time.perf_counter()
    learner = faiss.Clustering(dimension, lists)
    learner.spherical, learner.niter, learner.min_points_per_centroid = True, 8, 1
    learner.train(np.ascontiguousarray(vectors[:: max(1, count // (40 * lists))]), centres)
    _, nearest = centres.search(vectors, 1)
    shared = time.perf_counter() - start
    # The stubs know neither that lists are without residuals nor the metric of product quantisers.
    scalar: Any = faiss.IndexIVFScalarQuantizer
    product: Any = faiss.IndexIVFPQ
    half = faiss.ScalarQuantizer.QT_fp16
    for name, kind, fetched in (
        ("IVF, SQ8", lambda c: scalar(*c, _EIGHT, _PRODUCT, False), 50),
        ("IVF, fp16", lambda c: scalar(*c, half, _PRODUCT, False), 50),
        ("IVF, PQ 96", lambda c: product(*c, 96, 8, _PRODUCT), 200),
    ):
        index = kind((centres, dimension, lists))  # type: ignore[no-untyped-call] # see above
        index.by_residual, index.nprobe = False, _PROBES
        form = _timed(name, index, lambda index: _filled(index, vectors, nearest[:, 0]), fetched)
        yield Form(name, index, form.seconds + shared, fetched)


def written(form: Form, file: Path) -> int:
    """Return how many bytes a form takes on disk, without the vectors to rank anew by."""
    faiss.write_index(form.index, str(file))
    return file.stat().st_size


def searched(form: Form, vectors: FloatMatrix, query: FloatMatrix, count: int) -> Ids:
    """Return the rows of the ``count`` nearest of ``vectors``."""
    _, found = form.index.search(query[None, :], max(count, form.fetched))
    rows: Ids = found[0][found[0] >= 0]
    if not form.fetched:
        return rows
    return rows[np.argsort(-(vectors[rows] @ query), kind="stable")[:count]]


def use_threads(count: int) -> None:
    """Have FAISS use so many threads in this process."""
    faiss.omp_set_num_threads(count)


def _timed(name: str, index: Any, build: Callable[[Any], object], fetched: int) -> Form:
    start = time.perf_counter()
    build(index)
    return Form(name, index, time.perf_counter() - start, fetched)


def _trained(index: Any, vectors: FloatMatrix) -> None:
    index.train(vectors)
    index.add(vectors)


def _filled(index: Any, vectors: FloatMatrix, lists: Ids) -> None:
    if isinstance(index, faiss.IndexIVFPQ):
        index.pq.cp.niter = _ROUNDS
    index.train(np.ascontiguousarray(vectors[:: max(1, len(vectors) // _TRAINED_ON)]))
    rows, into = np.arange(len(vectors)), np.ascontiguousarray(lists)
    pointers = (faiss.swig_ptr(array) for array in (vectors, rows, into))
    index.add_core(len(vectors), *pointers)
