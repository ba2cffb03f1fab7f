"""Which term of one language stands for which of the other, from pairs of sentences.

IBM Model 1 (Brown et al., "The Mathematics of Statistical Machine Translation", 1993), one model in
each direction, trained by EM. The two meet after each step: a link counts as much as the geometric
mean of its two posteriors. That is the idea of Liang et al., "Alignment by Agreement", 2006, who
multiply them; ``README.md`` has the figures of both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Sentences = Sequence[Sequence[int]]
"""Sentences as the numbers of their terms, counted from 0."""

_NOTHING = 0.02  # how often a term stands for nothing in the other sentence
_LEAST = 1e-3  # expected occurrences below which a link is not worth keeping


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of terms and how often one stands for the other, arrays of shape (links,).

    ``count`` is the expected number of times over all sentences, > 0. No pair comes twice.
    """

    source: Ints
    target: Ints
    count: Floats


@dataclass(frozen=True, slots=True)
class _Cells:
    """Every term of a sentence beside every term of its translation, arrays of shape (cells,).

    ``pair`` numbers the kinds of pair; ``source_at`` and ``target_at`` the terms as they stand in
    the whole text, one after another.
    """

    pair: Ints
    source_at: Ints
    target_at: Ints


def align(
    sources: Sentences,
    targets: Sentences,
    steps: int,
    on_step: Callable[[], object] = lambda: None,
) -> Links:
    """Return the links between the terms of ``sources`` and of their translations ``targets``.

    Both are equally long and hold at least one pair without an empty side. ``on_step`` is called
    after each of the ``steps`` of EM.
    """
    cells, source, target = _cells(sources, targets)
    sizes = int(source.max()) + 1, int(target.max()) + 1
    target_given_source = np.full(len(source), 1 / sizes[1])
    source_given_target = np.full(len(source), 1 / sizes[0])
    counts = np.zeros(len(source))
    for _ in range(steps):
        agreed = np.sqrt(
            _posterior(target_given_source[cells.pair], cells.target_at, 1 / sizes[1])
            * _posterior(source_given_target[cells.pair], cells.source_at, 1 / sizes[0])
        )
        counts[:] = np.bincount(cells.pair, agreed, minlength=len(source))
        target_given_source = counts / np.bincount(source, counts)[source]
        source_given_target = counts / np.bincount(target, counts)[target]
        on_step()
    kept = counts > _LEAST
    return Links(source[kept], target[kept], counts[kept])


def _cells(sources: Sentences, targets: Sentences) -> tuple[_Cells, Ints, Ints]:
    """Return all cells, and the source and the target term of each kind of pair."""
    width = 1 + max(max(sentence, default=0) for sentence in targets)
    parts = []
    source_start = target_start = 0
    for source, target in zip(sources, targets, strict=True):
        rows, columns = np.indices((len(source), len(target))).reshape(2, -1)
        keys = np.array(source, np.int64)[rows] * width + np.array(target, np.int64)[columns]
        parts.append((keys, rows + source_start, columns + target_start))
        source_start += len(source)
        target_start += len(target)
    keys, source_at, target_at = (np.concatenate(part) for part in zip(*parts, strict=True))
    kinds, pair = np.unique(keys, return_inverse=True)
    return _Cells(pair, source_at, target_at), kinds // width, kinds % width


def _posterior(translation: Floats, explained: Ints, by_chance: float) -> Floats:
    """Return how probably each cell is the link that explains its term, shape (cells,).

    ``translation``: the probability of the explained term given the other one; ``explained``: where
    the explained term stands; ``by_chance``: its probability where nothing explains it.
    """
    linked = (1 - _NOTHING) * translation
    floor = _NOTHING * by_chance
    posterior: Floats = linked / (np.bincount(explained, linked) + floor)[explained]
    return posterior
