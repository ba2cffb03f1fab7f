"""How long engines take to search an index that is open, with a filter and without."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from eval.engines.protocol import Chunk, Engine, Ids, Weighing
from eval.engines.selection import BASE
from eval.engines.speed import ROUNDS, SEED, Figures
from rag.lexicon import load_lexicon

_BEST = 10
_ALLOWED = 0.1  # of all chunks, at random, by the filter
_RANKED, _LOOKED_UP = 50, 150  # as many as a question takes of this index

_Found = dict[str, list[list[int]]]  # what each engine found for each query


def measure_searching(
    engines: Mapping[str, Engine], chunks: Sequence[Chunk], queries: Sequence[list[str]]
) -> Figures:
    """Measure ten-best searches, and how often a filter leaves ten where there are ten."""
    allowed = np.flatnonzero(np.random.default_rng(SEED).random(len(chunks)) < _ALLOWED)
    fillable = _fillable(chunks, queries, allowed)
    for engine in engines.values():
        engine.open()
    plain, found = _search_in_turns(engines, queries, None)
    filtered, narrowed = _search_in_turns(engines, queries, allowed)
    weighing = {n: engine for n, engine in engines.items() if isinstance(engine, Weighing)}
    ranked = _rank_in_turns(weighing, queries, len(chunks))
    return {
        name: {
            "query_p50_ms": _quantile(plain[name], 50),
            "query_p95_ms": _quantile(plain[name], 95),
            "filtered_p50_ms": _quantile(filtered[name], 50),
            "filtered_p95_ms": _quantile(filtered[name], 95),
            "alternatives_p50_ms": _quantile(ranked[name], 50) if name in ranked else None,
            "alternatives_p95_ms": _quantile(ranked[name], 95) if name in ranked else None,
            "filtered_filled": fmean(len(narrowed[name][n]) == _BEST for n in fillable),
            "ten_best_shared": _shared(found[name], found[BASE]),
        }
        for name in engines
    }


def _search_in_turns(
    engines: Mapping[str, Engine], queries: Sequence[list[str]], among: Ids | None
) -> tuple[dict[str, NDArray[np.float64]], _Found]:
    """Return each engine's seconds by query, medians over the rounds, and what it found."""
    found: _Found = {name: [[] for _ in queries] for name in engines}

    def search(name: str, number: int) -> None:
        found[name][number] = engines[name].search(queries[number], _BEST, among)

    return _in_turns(engines, len(queries), search), found


def _rank_in_turns(
    engines: Mapping[str, Weighing], queries: Sequence[list[str]], chunks: int
) -> dict[str, NDArray[np.float64]]:
    """Return the seconds in which each engine ranks with alternatives and scores other chunks."""
    lexicon, drawn = load_lexicon(), np.random.default_rng(SEED)
    asked = [[dict(lexicon.alternatives(term)) for term in query] for query in queries]
    looked_up = [
        np.sort(drawn.choice(chunks, min(chunks, _LOOKED_UP), replace=False)) for _ in queries
    ]

    def rank(name: str, number: int) -> None:
        engines[name].ranked(asked[number], _RANKED, looked_up[number])

    return _in_turns(engines, len(queries), rank)


def _in_turns(
    names: Iterable[str], queries: int, do: Callable[[str, int], None]
) -> dict[str, NDArray[np.float64]]:
    """Return what each takes for each query, in seconds; medians over the rounds."""
    seconds = {name: np.zeros((ROUNDS, queries)) for name in names}
    for turn in range(ROUNDS):
        for number in range(queries):
            for name, taken in seconds.items():
                started = time.perf_counter()
                do(name, number)
                taken[turn, number] = time.perf_counter() - started
    return {name: np.median(taken, axis=0) for name, taken in seconds.items()}


def _fillable(chunks: Sequence[Chunk], queries: Sequence[list[str]], allowed: Ids) -> list[int]:
    """Return the queries, by number, that at least ten of the allowed chunks hold a term of."""
    holding: dict[str, set[int]] = {term: set() for query in queries for term in query}
    for place in allowed.tolist():
        for term in holding.keys() & set(chunks[place].terms):
            holding[term].add(place)
    return [
        number
        for number, query in enumerate(queries)
        if len(set().union(*(holding[term] for term in query))) >= _BEST
    ]


def _quantile(seconds: NDArray[np.float64], percent: int) -> float:
    return round(1000 * float(np.percentile(seconds, percent)), 3)


def _shared(ours: Sequence[list[int]], base: Sequence[list[int]]) -> float:
    """Return which part of the base's ten best stands among ours, the mean over the queries."""
    pairs = [(set(a), set(b)) for a, b in zip(ours, base, strict=True) if b]
    return round(fmean(len(a & b) / len(b) for a, b in pairs), 4)
