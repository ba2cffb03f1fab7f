"""What was measured of each system, as it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from eval.bench.peers.drawing import Drawn
from eval.bench.peers.selection import OURS
from eval.bench.peers.stage import Asked, Built
from eval.headlines import relevant
from eval.ranking import score_ranking
from eval.statistics import Bootstrap, Scores

_MEASURE = "ndcg@10"


def figures(drawn: Drawn, built: Built, asked: Asked, index: Path) -> dict[str, Any]:
    """Return the figures of a system; ``scores`` are those of each headline, by direction."""
    scores = direction_scores(drawn, asked.found)
    return {
        _MEASURE: {name: asdict(_bootstrap(drawn, name).interval(_all(values)))
                   for name, values in scores.items()},
        "ingest_seconds": round(built.seconds, 1),
        "query_p50_ms": round(median(asked.milliseconds), 1),
        "start_seconds": round(asked.start_seconds, 2),
        "ingest_megabytes": round(built.megabytes),
        "query_megabytes": round(asked.megabytes),
        "disk_megabytes": round(disk_megabytes(index), 1),
        "scores": {name: [round(value, 4) for value in values] for name, values in scores.items()},
    }  # fmt: skip


def direction_scores(drawn: Drawn, found: Sequence[Sequence[str]]) -> dict[str, list[float]]:
    """Return nDCG@10 of each search, in order, by direction such as «ba→ru»."""
    scores: dict[str, list[float]] = {}
    for (headline, language), ranked in zip(drawn.searches, found, strict=True):
        score = score_ranking(ranked, relevant(headline, [language]))[_MEASURE]
        scores.setdefault(f"{headline.language}→{language}", []).append(score)
    return scores


def differences(
    drawn: Drawn, systems: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return how much better Yauap is than each other system, headline by headline."""
    if OURS not in systems:
        return {}
    ours = systems[OURS]["scores"]
    comparisons = len(ours) * (len(systems) - 1)
    return {
        other: {
            name: asdict(
                _bootstrap(drawn, name).difference(_all(values), _all(ours[name]), comparisons)
            )
            for name, values in system["scores"].items()
        }
        for other, system in systems.items()
        if other != OURS
    }


def disk_megabytes(folder: Path) -> float:
    """Return the size of all files below ``folder``."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


def _all(values: Sequence[float]) -> Scores:
    return Scores(np.array(values, np.float64), np.ones(len(values)))


def _bootstrap(drawn: Drawn, direction: str) -> Bootstrap:
    source, _, target = direction.partition("→")
    return Bootstrap(
        [h.article for h, language in drawn.searches if (h.language, language) == (source, target)]
    )
