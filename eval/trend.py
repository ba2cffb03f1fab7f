"""The history of kept runs: a small summary of each, and how the figures went."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.errors import EvaluationStopped
from eval.measures import MEASURES
from eval.metrics import Figure
from eval.records import POOLED
from eval.runs import Run

HISTORY = Path(__file__).parent / "history"

_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Summary:
    """What stays of a run: when, of which code, questions and index, and its pooled figures.

    ``gold`` holds the hash of each gold file: figures on other questions do not compare.
    """

    name: str
    created_at: str
    commit: str
    gold: dict[str, str]
    index: dict[str, Any]
    figures: dict[str, Figure]


_SHAPE = TypeAdapter(Summary)


def keep_summary(run: Run, history: Path = HISTORY) -> Path:
    """Write the summary of a run into the folder of the history, and return its file."""
    config = run.config
    summary = Summary(
        config.name,
        config.created_at,
        config.commit,
        {file.name: file.sha256 for file in config.gold},
        run.index,
        dict(run.metrics.slices[POOLED]),
    )
    moment = config.created_at.replace(":", "").replace("-", "")
    path = history / f"{config.name}-{moment}-{config.commit[:8]}.json"
    history.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_SHAPE.dump_json(summary, indent=2) + b"\n")
    return path


def read_history(history: Path = HISTORY) -> list[Summary]:
    """Read all kept summaries, oldest first. Raises EvaluationStopped for a file that is none."""
    summaries = []
    for path in sorted(history.glob("*.json")):
        try:
            summaries.append(_SHAPE.validate_json(path.read_bytes()))
        except ValidationError as error:
            raise EvaluationStopped(f"{path.name} is not the summary of a run") from error
    return sorted(summaries, key=lambda summary: summary.created_at)


def trend_as_text(history: Sequence[Summary]) -> str:
    """Return how each figure went, set by set, the measures as lines and bars from 0 to 1."""
    lines = []
    for name in dict.fromkeys(summary.name for summary in history):
        runs = [summary for summary in history if summary.name == name]
        lines += [f"{name}: {len(runs)} runs, {runs[0].created_at} to {runs[-1].created_at}"]
        for number, summary in enumerate(runs):
            changed = number > 0 and summary.gold != runs[number - 1].gold
            note = "  the questions changed here" if changed else ""
            lines.append(f"  {number + 1:>3}. {summary.created_at}  {summary.commit[:14]}{note}")
        lines += [
            _measure_line(measure, runs) for measure in MEASURES if measure in runs[-1].figures
        ]
        lines.append("")
    return "\n".join(lines).rstrip() or "no run has been kept yet"


def _measure_line(measure: str, runs: Sequence[Summary]) -> str:
    rates = [figure.rate if (figure := summary.figures.get(measure)) else None for summary in runs]
    bars = "".join(
        " " if rate is None else _BARS[min(int(rate.value * len(_BARS)), len(_BARS) - 1)]
        for rate in rates
    )
    last = rates[-1]
    newest = "" if last is None else f"{last.value:.3f} [{last.low:.3f}, {last.high:.3f}]"
    return f"  {MEASURES[measure].title:<26} {bars}  {newest}".rstrip()
