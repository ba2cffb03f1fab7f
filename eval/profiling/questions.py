"""Where the time of a question goes, in this process and over HTTP."""

import json
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from eval.bench.serving import running_service
from eval.profiling.anchors import Anchors
from eval.profiling.stopwatch import Stopwatch
from index.embedding.protocol import Embedder

_OFF = {"YAUAP_CACHE_BYTES": "0", "YAUAP_RATE_PER_ADDRESS": ""}
_WARMING = 10

Figures = dict[str, Any]


def stages_of(
    do: Callable[[str], object], queries: Sequence[str], stages: Anchors, embedder: Embedder
) -> Figures:
    """Return the milliseconds of each stage of ``do``, medians over every other query.

    ``whole`` is measured without the stopwatch, over the queries between them: what was asked once
    is partly remembered. ``tokenise``, which the engine does within ``encode``, is measured alone.
    """
    for query in queries[:_WARMING]:
        do(query)
    watch = Stopwatch(stages)
    found: dict[str, list[float]] = {stage: [] for stage in stages}
    whole, watched, tokenising, encoding = [], [], [], []
    for number, query in enumerate(queries[_WARMING:]):
        if number % 2:
            whole.append(_seconds(do, query))
            continue
        watch.reset()
        with watch.running():
            watched.append(_seconds(do, query))
        for stage, seconds in watch.seconds.items():
            found[stage].append(seconds)
        tokenising.append(_seconds(embedder.count_tokens, [query]))
        encoding.append(_seconds(embedder.encode_queries, [query]))
    return {
        "queries": len(whole) + len(watched),
        "whole_ms": _ms(whole),
        "with_stopwatch_ms": _ms(watched),
        "bare_encode_ms": _ms(encoding),
        "tokenise_ms": _ms(tokenising),
        "stages_ms": {stage: _ms(seconds) for stage, seconds in found.items()},
    }


def over_http(data_dir: Path, queries: Sequence[str]) -> Figures:
    """Return the milliseconds of searches over HTTP, medians over ``queries``.

    ``beside_ms`` is what they take beside the search itself, as the service has timed it: HTTP, the
    checks of the request and the making of its JSON.
    """
    whole, beside = [], []
    with running_service(data_dir, **_OFF) as (url, _, _):
        connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
        for number, query in enumerate(queries):
            started = time.perf_counter()
            connection.request(
                "POST",
                "/v1/search",
                json.dumps({"query": query}),
                {"Content-Type": "application/json"},
            )
            response = connection.getresponse()
            told = response.read()
            passed = time.perf_counter() - started
            if response.status != 200:
                raise RuntimeError(f"the service answered {response.status}")
            if number >= _WARMING:
                whole.append(passed)
                beside.append(passed - json.loads(told)["timings_ms"]["total"] / 1000)
        connection.close()
    return {"whole_ms": _ms(whole), "beside_ms": _ms(beside)}


def _seconds(do: Callable[[Any], object], given: object) -> float:
    started = time.perf_counter()
    do(given)
    return time.perf_counter() - started


def _ms(seconds: Sequence[float]) -> float:
    return round(1000 * median(seconds), 3)
