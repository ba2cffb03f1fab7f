"""From the records of a run to its figures: pooled and sliced, each with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.latency import PERCENTILES, by_stage, percentile
from eval.measures import CALIBRATION_ERROR, QUESTION_MEASURES, RISK_COVERAGE_AREA
from eval.records import FLAGS, POOLED, Record
from eval.refusals import (
    Bin,
    Outcomes,
    Point,
    best_area,
    calibration,
    calibration_error,
    risk_coverage,
    risk_coverage_area,
)
from eval.statistics import Bootstrap, Interval, Scores, Statistic

FEWEST = 30
"""Questions below which a figure is a count and no rate."""

_FEWEST_ARTICLES = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over the ``questions`` it has to do with.

    ``part`` of ``whole`` are its cases; ``rate`` is None below 30 questions.
    """

    questions: int
    part: float
    whole: float
    rate: Interval | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures of a run. ``slices``: by slice and measure; ``latency_ms``: by stage, p50, p95.

    ``cluster_by`` says what the intervals draw: article or sentence. ``best_area`` is the least
    risk–coverage area that these questions allow.
    """

    questions: int
    answerable: int
    cluster_by: str
    clusters: int
    slices: Mapping[str, Mapping[str, Figure]]
    risk_coverage: Sequence[Point]
    best_area: float
    calibration: Sequence[Bin]
    latency_ms: Mapping[str, Mapping[str, Interval]]


def compute_metrics(records: Sequence[Record]) -> Metrics:
    """Return the figures of ``records``, of which there must be one."""
    cluster_by = cluster_level(records)
    outcomes = _outcomes(records)
    return Metrics(
        questions=len(records),
        answerable=sum(record.answerable for record in records),
        cluster_by=cluster_by,
        clusters=len(set(clusters(records, cluster_by))),
        slices={name: _figures(members, cluster_by) for name, members in sliced(records).items()},
        risk_coverage=risk_coverage(outcomes),
        best_area=best_area(np.array([record.answerable for record in records])),
        calibration=calibration(outcomes),
        latency_ms=_latency(records, cluster_by),
    )


def sliced(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Return the records of each slice: pooled, language pairs, flags, kinds."""
    slices: dict[str, list[Record]] = {POOLED: []}
    for record in records:
        for name in record.slices:
            slices.setdefault(name, []).append(record)
    order = (POOLED, *(name for name in sorted(slices) if "→" in name), *FLAGS, *sorted(slices))
    return {name: slices[name] for name in dict.fromkeys(order) if name in slices}


def cluster_level(records: Sequence[Record]) -> str:
    """Return what to draw by: articles, or sentences where there are but a few articles."""
    articles = {record.article for record in records}
    return "article" if len(articles) >= _FEWEST_ARTICLES else "sentence"


def clusters(records: Sequence[Record], level: str) -> list[str]:
    """Return the cluster of each record, at the level that ``cluster_level`` gives."""
    return [record.article if level == "article" else record.sentence for record in records]


def scores_of(records: Sequence[Record], measure: str) -> Scores:
    """Return the scores of one measure, in the order of the records."""
    pairs = [record.scores.get(measure, (0.0, 0.0)) for record in records]
    return Scores(*np.array(pairs, np.float64).T)


def _figures(records: Sequence[Record], cluster_by: str) -> dict[str, Figure]:
    bootstrap = Bootstrap(clusters(records, cluster_by))
    figures = {}
    for measure in QUESTION_MEASURES:
        scores = scores_of(records, measure)
        counted = int((scores.weights > 0).sum())
        if counted:
            rate = bootstrap.interval(scores) if counted >= FEWEST else None
            figures[measure] = Figure(
                counted, float(scores.parts.sum()), float(scores.weights.sum()), rate
            )
    outcomes = _outcomes(records)
    of_set: dict[str, tuple[int, Statistic]] = {
        RISK_COVERAGE_AREA: (
            len(records),
            lambda questions: risk_coverage_area(outcomes.take(questions)),
        ),
        CALIBRATION_ERROR: (
            int(outcomes.answered.sum()),
            lambda questions: calibration_error(outcomes.take(questions)),
        ),
    }
    for measure, (counted, statistic) in of_set.items():
        rate = bootstrap.interval_of(statistic) if counted >= FEWEST else None
        if rate is not None:
            figures[measure] = Figure(counted, rate.value, 1.0, rate)
    return figures


def _outcomes(records: Sequence[Record]) -> Outcomes:
    return Outcomes(
        np.array([record.answered for record in records], np.bool_),
        np.array([record.right for record in records], np.bool_),
        np.array([record.confidence for record in records], np.float64),
    )


def _latency(records: Sequence[Record], cluster_by: str) -> dict[str, dict[str, Interval]]:
    bootstrap = Bootstrap(clusters(records, cluster_by))
    stages: dict[str, dict[str, Interval]] = {}
    for stage, milliseconds in by_stage([record.timings_ms for record in records]).items():
        for percent in PERCENTILES:
            figure = bootstrap.interval_of(_percentile_of(milliseconds, percent))
            if figure is not None:
                stages.setdefault(stage, {})[f"p{percent}"] = figure
    return stages


def _percentile_of(milliseconds: NDArray[np.float64], percent: int) -> Statistic:
    return lambda questions: percentile(milliseconds[questions], percent)
