"""``python -m eval.bench.load``: a service under load, its caches off; the figures are kept.

CPU time of a search beside that of the bare encoding of its query, before there was load and after;
the highest throughput; latency at 70 % of it; what happens at 300 %; and whether memory grows.
Nothing else may run on the machine meanwhile; the clients run on it too and take their share.
"""

import argparse
import asyncio
import gc
import json
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from eval.bench.arrivals import Answered, Ask, at_a_rate, milliseconds, one_after_another, search
from eval.bench.growth import megabytes_an_hour
from eval.bench.process import Process
from eval.bench.serving import CACHES_OFF, running_service, yauap
from eval.corpora import corpus_folder, document_fields, read_corpus
from eval.evidence import Corpus
from eval.headlines import read_benchmark
from eval.provenance import commit
from index.embedding import open_embedder
from index.settings import IndexSettings
from index.text.sentences import sentence_spans

_ROOT = Path(__file__).parents[2]
_AT_ONCE = (1, 2, 3, 4, 6, 8)
_ROUNDS, _SEARCHES = 12, 60
_QUERIES = 20_000
_LONGEST_QUERY = 120  # characters

Figures = dict[str, Any]


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.load")
    parser.add_argument("corpora", nargs="?", type=Path, help="without it, the seeds are searched")
    parser.add_argument("--seconds", type=float, default=60, help="of each stage")
    parser.add_argument("--minutes", type=float, default=30, help="that memory is watched")
    parser.add_argument("--out", type=Path, default=_ROOT / "eval" / "reports" / "load.json")
    given = parser.parse_args()
    console = Console()
    corpus = _mixed_corpus(given.corpora) if given.corpora else read_corpus([_ROOT / "seeds"])
    folder = corpus_folder(IndexSettings().data_dir, corpus)
    with console.status("corpus …"), tempfile.TemporaryDirectory() as scratch:
        lines = Path(scratch) / "corpus.jsonl"
        lines.write_text(
            "".join(json.dumps(document_fields(one)) + "\n" for one in corpus.values())
        )
        subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [yauap(), "ingest", str(lines), "--data-dir", str(folder)],
            check=True,
            capture_output=True,
        )
    gc.freeze()  # else the collector, which looks through the corpus, holds up requests
    with running_service(folder, **CACHES_OFF) as (url, process, _):
        console.print(f"{len(corpus)} documents")
        figures = asyncio.run(
            _measured(url, Process(process.pid), _queries(corpus), given, console)
        )
    kept = {"commit": commit(), "documents": len(corpus), **figures}
    given.out.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(given.out))


def _mixed_corpus(corpora: Path) -> Corpus:
    return read_benchmark(
        corpora / "bashinform" / "articles.dev.jsonl",
        corpora / "distractors" / "distractors.jsonl",
    ).corpus


def _queries(corpus: Corpus) -> Iterator[str]:
    """Return short sentences of the corpus in random order, so that none is known already."""
    drawn = random.Random(0)  # noqa: S311 - not for secrets
    texts = [document.text for document in corpus.values()]
    drawn.shuffle(texts)
    spans = ((text, span) for text in texts for span in sentence_spans(text))
    found = {span.of(text)[:_LONGEST_QUERY].strip() for text, span in spans} - {""}
    chosen = sorted(found)
    drawn.shuffle(chosen)
    return cycle(chosen[:_QUERIES])


async def _measured(
    url: str,
    process: Process,
    queries: Iterator[str],
    given: argparse.Namespace,
    console: Console,
) -> Figures:
    figures: Figures = {}
    port = int(url.rpartition(":")[2])

    async def ask() -> int:
        return await search(port, next(queries))

    await one_after_another(ask, 1, given.seconds / 10)  # warm
    stages: tuple[tuple[str, Callable[[], Awaitable[Figures]]], ...] = (
        # What threads do while nothing comes depends on whether many have asked at once before.
        ("cpu before", lambda: _cpu(port, process, queries)),
        ("throughput", lambda: _throughput(ask, given.seconds)),
        ("cpu", lambda: _cpu(port, process, queries)),
        ("at 70 %", lambda: _steady(ask, figures, given.seconds)),
        ("at 300 %", lambda: _overload(ask, figures, given.seconds)),
        ("memory", lambda: _memory(ask, process, figures, given.minutes)),
    )
    for name, stage in stages:
        with console.status(f"{name} …"):
            figures[name] = await stage()
        console.print(name, figures[name])
    return figures


async def _cpu(port: int, process: Process, queries: Iterator[str]) -> Figures:
    """Return medians over rounds in which both have their turn: a neighbour slows both.

    In a round both have the same queries, as a longer one takes longer.
    """
    embedder = open_embedder(IndexSettings())
    embedder.embed_queries([next(queries)])
    rounds = []
    for _ in range(_ROUNDS):
        asked = [next(queries) for _ in range(_SEARCHES)]
        before = time.process_time()
        for query in asked:
            embedder.embed_queries([query])
        bare = 1000 * (time.process_time() - before) / _SEARCHES
        before = process.cpu_seconds()
        for query in asked:
            await search(port, query)
        whole = 1000 * (process.cpu_seconds() - before) / _SEARCHES
        rounds.append((whole, bare, whole - bare))
    whole, bare, added = (round(median(values), 2) for values in zip(*rounds, strict=True))
    return {
        "search_ms": whole,
        "bare_encode_ms": bare,
        "added_ms": added,
        "of_rounds": [round(each, 2) for _, _, each in rounds],
        "wanted": "added ≤ 8",
    }


async def _throughput(ask: Ask, seconds: float) -> Figures:
    rates: dict[str, float] = {}
    for at_once in _AT_ONCE:
        answered = await one_after_another(ask, at_once, seconds / len(_AT_ONCE))
        good = sum(one.status == 200 for one in answered)
        rates[str(at_once)] = round(good / (seconds / len(_AT_ONCE)), 2)
    return {"searches_per_second_by_clients": rates, "highest": max(rates.values())}


async def _steady(ask: Ask, figures: Figures, seconds: float) -> Figures:
    rate = 0.7 * figures["throughput"]["highest"]
    answered = await at_a_rate(ask, rate, seconds)
    p50, p99 = milliseconds(answered, 0.5), milliseconds(answered, 0.99)
    return {
        "rate": round(rate, 2),
        "statuses": _statuses(answered),
        "p50_ms": p50,
        "p99_ms": p99,
        "ratio": round(p99 / p50, 2),
        "wanted": "ratio ≤ 4",
    }


async def _overload(ask: Ask, figures: Figures, seconds: float) -> Figures:
    rate = 3 * figures["throughput"]["highest"]
    answered = await at_a_rate(ask, rate, seconds)
    admitted = [one for one in answered if one.status == 200]
    refused = [one for one in answered if one.status == 429]
    p99 = milliseconds(admitted, 0.99)
    return {
        "rate": round(rate, 2),
        "statuses": _statuses(answered),
        "admitted_p99_ms": p99,
        "refused_p50_ms": milliseconds(refused, 0.5),
        "refused_p99_ms": milliseconds(refused, 0.99),
        "ratio": round(p99 / figures["at 70 %"]["p99_ms"], 2),
        "wanted": "ratio ≤ 2; statuses 200 and 429 alone",
    }


async def _memory(ask: Ask, process: Process, figures: Figures, minutes: float) -> Figures:
    samples: list[tuple[float, float, float]] = []

    async def watch() -> None:
        while True:
            held = process.resident_megabytes(), process.own_megabytes()
            samples.append((time.monotonic(), *held))
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    rate = figures["at 70 %"]["rate"] / 2
    answered = await at_a_rate(ask, rate, 60 * minutes)
    watching.cancel()
    moments, sizes, own = zip(*samples, strict=True)
    two_thirds = 2 * len(samples) // 3  # first it fills what it keeps
    return {
        "minutes": minutes,
        "rate": round(rate, 2),
        "statuses": _statuses(answered),
        "megabytes": [round(sizes[at], 1) for at in (0, two_thirds, -1)],
        "of_these_its_own": [round(own[at], 1) for at in (0, two_thirds, -1)],
        "slope_megabytes_per_hour": megabytes_an_hour(moments[two_thirds:], sizes[two_thirds:]),
        "slope_of_its_own": megabytes_an_hour(moments[two_thirds:], own[two_thirds:]),
        "measured": "at the start, after two thirds, at the end; slopes over the last third; "
        "the rest is files that are mapped: the model, the index",
        "wanted": "slope ≈ 0",
    }


def _statuses(answered: list[Answered]) -> dict[str, int]:
    return {str(status): count for status, count in Counter(a.status for a in answered).items()}


if __name__ == "__main__":
    main()
