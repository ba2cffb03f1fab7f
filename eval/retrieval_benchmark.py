"""Headline → body retrieval in four directions, and without a filter, through ``System.search``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from eval.corpora import LANGUAGES, fingerprint
from eval.headlines import Headline, HeadlineBenchmark, relevant, typed_in_russian_letters
from eval.provenance import commit, now
from eval.ranking import DEPTH, score_ranking
from eval.responses import read_hits
from eval.statistics import Bootstrap, Interval, Scores
from eval.system import System

BOTH_FOUND = "both_versions@10"


@dataclass(frozen=True, slots=True)
class Direction:
    """Headlines of one language asked of the bodies in ``targets``; ``typed`` without ҡ, ғ, ҙ …"""

    source: str
    targets: Sequence[str]
    typed: bool

    @property
    def name(self) -> str:
        """«ba→ru», «ba→any», «ba typed→ru»."""
        target = self.targets[0] if len(self.targets) == 1 else "any"
        return f"{self.source}{' typed' if self.typed else ''}→{target}"


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """The figures of every direction, by measure, and what they are of."""

    created_at: str
    commit: str
    index: dict[str, Any]
    corpus: str
    documents: int
    headlines: dict[str, int]
    figures: dict[str, dict[str, Interval]]


DIRECTIONS = tuple(
    Direction(source, targets, typed)
    for source, typed in (("ba", False), ("ru", False), ("ba", True))
    for targets in (*((language,) for language in LANGUAGES), LANGUAGES)
)


def run_benchmark(
    system: System,
    benchmark: HeadlineBenchmark,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BenchmarkReport:
    """Search ``system``, which holds the benchmark's corpus, for every headline in every direction.

    Raises SystemFailed where the system gives no usable response.
    """
    asked = {
        direction.name: [h for h in benchmark.headlines if h.language == direction.source]
        for direction in DIRECTIONS
    }
    total = sum(map(len, asked.values()))
    done = 0
    figures = {}
    for direction in DIRECTIONS:
        scores = []
        for headline in asked[direction.name]:
            progress(done, total)
            scores.append(_score(system, headline, direction))
            done += 1
        figures[direction.name] = _intervals(asked[direction.name], scores)
    progress(done, total)
    return BenchmarkReport(
        now(),
        commit(),
        system.info(),
        fingerprint(benchmark.corpus),
        len(benchmark.corpus),
        {name: len(headlines) for name, headlines in asked.items()},
        figures,
    )


def write_benchmark(report: BenchmarkReport, path: Path) -> None:
    """Keep a report as JSON."""
    path.write_bytes(TypeAdapter(BenchmarkReport).dump_json(report, indent=2) + b"\n")


def read_benchmark_report(path: Path) -> BenchmarkReport:
    """Read a kept report."""
    return TypeAdapter(BenchmarkReport).validate_json(path.read_bytes())


def benchmark_as_text(report: BenchmarkReport) -> str:
    """Return the figures as a table of text, one direction a line."""
    names = list(dict.fromkeys(name for figures in report.figures.values() for name in figures))
    lines = [f"{'':<14}" + "".join(f"{name:>24}" for name in names)]
    for direction, figures in report.figures.items():
        cells = [_cell(figures.get(name)) for name in names]
        lines.append(f"{direction:<14}" + "".join(f"{cell:>24}" for cell in cells))
    return "\n".join(lines)


def _cell(figure: Interval | None) -> str:
    return "" if figure is None else f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _score(system: System, headline: Headline, direction: Direction) -> dict[str, float]:
    text = typed_in_russian_letters(headline.text) if direction.typed else headline.text
    filters = {"language": list(direction.targets)} if len(direction.targets) == 1 else {}
    request = {"query": text, "top_k": DEPTH, "group_by": "document", "filters": filters}
    ranked = list(dict.fromkeys(hit.document_id for hit in read_hits(system.search(request))))
    right = relevant(headline, direction.targets)
    scores = score_ranking(ranked, right)
    if len(right) > 1:
        scores[BOTH_FOUND] = float(right <= set(ranked[:DEPTH]))
    return scores


def _intervals(
    headlines: Sequence[Headline], scores: Sequence[dict[str, float]]
) -> dict[str, Interval]:
    bootstrap = Bootstrap([headline.article for headline in headlines])
    weights = np.ones(len(scores))
    return {
        name: bootstrap.interval(Scores(np.array([score[name] for score in scores]), weights))
        for name in scores[0]
    }
