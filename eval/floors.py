"""The gate: pooled figures that a change must not fall below.

``floors.toml`` holds, for each gold set, the least value of a measure, or the most where less is
better. What each question scored in a kept reference run lies beside it, so that a breach names the
questions that turned.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from eval.errors import EvaluationStopped
from eval.measures import MEASURES, QUESTION_MEASURES
from eval.records import POOLED, Record
from eval.runs import Run

FLOORS = Path(__file__).parent / "floors.toml"
REFERENCES = Path(__file__).parent / "references"

Reference = dict[str, dict[str, float]]
"""What each question scored, by question and measure."""

_SHAPE = TypeAdapter(Reference)


@dataclass(frozen=True, slots=True)
class Breach:
    """A measure on the wrong side of its floor, and the questions that did better before."""

    measure: str
    value: float
    floor: float
    turned: Sequence[Record]

    def __str__(self) -> str:
        side = "below" if MEASURES[self.measure].more_is_better else "above"
        lines = [f"{MEASURES[self.measure].title} is {self.value:.3f}, {side} {self.floor:.3f}"]
        lines += [f"  turned: {record.id}  {record.question}" for record in self.turned]
        return "\n".join(lines)


def check_floors(run: Run, floors: Path = FLOORS, references: Path = REFERENCES) -> list[Breach]:
    """Return every breach of the floors of the run's gold set; empty where all hold.

    Raises EvaluationStopped where the set has no floors.
    """
    with floors.open("rb") as file:
        limits = tomllib.load(file).get(run.config.name)
    if limits is None:
        raise EvaluationStopped(f"there are no floors for the gold set {run.config.name}")
    reference = _read_reference(references / f"{run.config.name}.json")
    breaches = []
    for measure, limit in limits.items():
        value = _pooled(run, measure)
        holds = value >= limit if MEASURES[measure].more_is_better else value <= limit
        if not holds:  # nor does it where there is no figure
            breaches.append(Breach(measure, value, limit, _turned(run, measure, reference)))
    return breaches


def keep_reference(run: Run, references: Path = REFERENCES) -> Path:
    """Keep what each question of the run scored, as what later runs are held against."""
    reference = {record.id: _scores(record) for record in run.records}
    path = references / f"{run.config.name}.json"
    references.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_SHAPE.dump_json(reference) + b"\n")
    return path


def _read_reference(path: Path) -> Mapping[str, Mapping[str, float]]:
    return _SHAPE.validate_json(path.read_bytes()) if path.exists() else {}


def _pooled(run: Run, measure: str) -> float:
    figure = run.metrics.slices[POOLED].get(measure)
    return figure.part / figure.whole if figure else math.nan


def _scores(record: Record) -> dict[str, float]:
    return {
        measure: round(part / weight, 4)
        for measure, (part, weight) in record.scores.items()
        if weight and measure in QUESTION_MEASURES
    }


def _turned(run: Run, measure: str, reference: Mapping[str, Mapping[str, float]]) -> list[Record]:
    sign = 1 if MEASURES[measure].more_is_better else -1
    turned = []
    for record in run.records:
        now, was = _scores(record).get(measure), reference.get(record.id, {}).get(measure)
        if now is not None and was is not None and sign * (now - was) < 0:
            turned.append(record)
    return turned
