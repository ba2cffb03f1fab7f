"""Vectors to measure an index with: those of real chunks, and many more drawn around them.

A drawn vector is a real one moved by a normal draw from the differences to its nearest real ones,
so that it varies as chunks vary there. How far is chosen so that, of as many drawn vectors as there
are real ones, the median nearest neighbour is as near.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.fitting.indexing import index_corpus
from eval.headlines import read_benchmark
from index.embedding.protocol import FloatMatrix
from rag.settings import AnswerSettings

_AROUND = 32  # real vectors whose differences are drawn from
_HALVINGS = 8
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Real:
    """Chunks (n, dimension) with their languages (n,), and headlines to ask (m, dimension)."""

    vectors: FloatMatrix
    languages: NDArray[np.str_]
    queries: FloatMatrix


@dataclass(frozen=True, slots=True)
class Drawn:
    """Vectors (n, dimension) and languages (n,); ``likeness`` compares them with real ones."""

    vectors: FloatMatrix
    languages: NDArray[np.str_]
    likeness: dict[str, Any]


def real_vectors(corpora: Path, data_dir: Path, documents: int | None) -> Real:
    """Embed articles, distractors and headlines; what is in ``data_dir`` already stays there."""
    news = corpora / "bashinform" / "articles.dev.jsonl"
    benchmark = read_benchmark(news, corpora / "distractors" / "distractors.jsonl")
    folder = index_corpus(
        AnswerSettings(data_dir=data_dir), [*benchmark.corpus.values()][:documents]
    )
    with folder.catalog.reading() as connection:
        rows = connection.execute("SELECT id, language FROM chunks").fetchall()
    languages = {int(row[0]): str(row[1]) for row in rows}
    held = folder.snapshots.open(folder.index.version()).vectors
    asked = benchmark.headlines[::4]
    queries = folder.embedder.embed_queries([headline.text for headline in asked])
    return Real(
        held.matrix(),
        np.array([languages[int(identifier)] for identifier in held.ids]),
        folder.centring.queries(queries, [headline.language for headline in asked]),
    )


def drawn(real: Real, count: int) -> Drawn:
    """Return ``count`` vectors, of which the first are the real ones."""
    near = _nearest(real.vectors)
    wanted = np.median(_similarities(real.vectors))
    low, high = 0.0, 3.0
    for _ in range(_HALVINGS):
        scale = (low + high) / 2
        sample, _ = _around(real.vectors, near, len(near), scale, 0)
        low, high = (scale, high) if np.median(_similarities(sample)) > wanted else (low, scale)
    more = max(0, count - len(near))
    vectors, centres = _around(real.vectors, near, more, scale, 1)
    likeness: dict[str, Any] = {"real": len(real.vectors), "scale": round(scale, 3)}
    for name, some in {"real": real.vectors, "drawn": sample}.items():
        likeness[f"nearest_neighbour_of_{name}"] = _quantiles(_similarities(some))
        tenth = np.sort(real.queries @ some.T, axis=1)[:, -10]
        likeness[f"tenth_of_a_headline_in_{name}"] = _quantiles(tenth)
    return Drawn(
        np.concatenate([real.vectors, vectors])[:count],
        np.concatenate([real.languages, real.languages[centres]])[:count],
        likeness,
    )


def _around(
    vectors: FloatMatrix, near: NDArray[np.intp], count: int, scale: float, seed: int
) -> tuple[FloatMatrix, NDArray[np.int64]]:
    """Return ``count`` vectors around ``vectors``, and the rows that they are around."""
    random = np.random.default_rng(seed)
    centres = np.sort(random.integers(0, len(vectors), count))
    drawn = vectors[centres]
    bounds = np.searchsorted(centres, np.arange(len(vectors) + 1))
    for row, (start, end) in enumerate(pairwise(bounds)):
        weights = random.standard_normal((end - start, _AROUND), np.float32)
        drawn[start:end] += weights @ (vectors[near[row]] - vectors[row]) * (scale / _AROUND**0.5)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    mixed = random.permutation(count)
    return drawn[mixed], centres[mixed]


def _nearest(vectors: FloatMatrix) -> NDArray[np.intp]:
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -2)
    return np.argsort(-similar, axis=1)[:, :_AROUND]


def _similarities(vectors: FloatMatrix) -> FloatMatrix:
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -2)
    return np.asarray(similar.max(axis=1), np.float32)


def _quantiles(values: Iterable[float]) -> list[float]:
    return [round(float(value), 3) for value in np.quantile(np.array(values), _QUANTILES)]
