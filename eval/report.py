"""A run as one HTML file that an editor and an engineer can read, without a network.

The texts in it are untrusted: everything is escaped, and the page's own policy lets no script run
but the one it came with.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.charts import calibration_chart, interval_bar, risk_coverage_chart
from eval.evidence import meets
from eval.faults import FAULTS, faults_of
from eval.measures import MEASURES, Measure
from eval.metrics import Figure
from eval.records import POOLED, Passage, Record
from eval.runs import Run
from index.text.spans import Span

_FOUND_SHOWN = 5
_CHARACTERS_SHOWN = 300
_SCRIPT = "report.js"
_TEMPLATE = "report.html.j2"


@dataclass(frozen=True, slots=True)
class Found:
    """A search hit as it is shown: its words cut short, and whether it meets the evidence."""

    passage: Passage
    words: str
    right: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong, with what was found for it."""

    record: Record
    faults: Sequence[str]
    found: Sequence[Found]


def render_report(run: Run) -> str:
    """Return the report of a run as HTML."""
    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"share": _share, "bar": interval_bar}
    script = (folder / _SCRIPT).read_text(encoding="utf-8")
    metrics = run.metrics
    failures = [failure for record in run.records if (failure := _failure(record)).faults]
    return environment.get_template(_TEMPLATE).render(
        run=run,
        metrics=metrics,
        pooled=metrics.slices[POOLED],
        measures=MEASURES,
        cell=_cell,
        index=_flat(run.index),
        risk_coverage=risk_coverage_chart(
            metrics.risk_coverage, metrics.answerable / metrics.questions
        ),
        calibration=calibration_chart(metrics.calibration),
        failures=failures,
        faults=[fault for fault in FAULTS if any(fault in one.faults for one in failures)],
        slices=[name for name in metrics.slices if name != POOLED],
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def write_report(run: Run, path: Path) -> None:
    """Write the report of a run as one HTML file."""
    path.write_text(render_report(run), encoding="utf-8")


def _failure(record: Record) -> Failure:
    found = [_found(passage, record.expected) for passage in record.found[:_FOUND_SHOWN]]
    return Failure(record, faults_of(record), found)


def _found(passage: Passage, expected: Sequence[Passage]) -> Found:
    words = passage.quote[:_CHARACTERS_SHOWN]
    if len(words) < len(passage.quote):
        words += "…"
    right = any(
        passage.document_id == other.document_id and meets(_span(passage), _span(other))
        for other in expected
    )
    return Found(passage, words, right)


def _span(passage: Passage) -> Span:
    return Span(passage.start, passage.end)


def _flat(fields: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = str(value)
    return flat


def _share(figure: Figure | None) -> str:
    """Say a figure as in a Bashkir or Russian text: «72 % (65–79 %)», or «7 / 12» of a few."""
    if figure is None:
        return "—"
    if figure.rate is None:
        return f"{figure.part:.0f} / {figure.whole:.0f}"
    rate = figure.rate
    return f"{_percent(rate.value)}\u00a0% ({_percent(rate.low)}–{_percent(rate.high)}\u00a0%)"


def _percent(value: float) -> str:
    """Say a share in whole per cent, but never round it to all or nothing."""
    if 0.0 < value < 0.005 or 0.995 <= value < 1.0:
        return f"{100 * value:.2f}".replace(".", ",")
    return f"{100 * value:.0f}"


def _cell(measure: Measure, figure: Figure | None) -> dict[str, str]:
    """Return a cell of the heat map: its words, what it says in full, and its shade from 0 to 1."""
    if figure is None:
        return {"words": "", "full": "does not apply", "shade": ""}
    if figure.rate is None:
        words = f"{figure.part:.0f}/{figure.whole:.0f}" if measure.counts else "·"
        return {"words": words, "full": f"{figure.questions} questions: no rate", "shade": ""}
    rate = figure.rate
    shade = rate.value if measure.more_is_better else 1 - rate.value
    full = f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}], {figure.questions} questions"
    return {"words": f"{rate.value:.2f}".lstrip("0"), "full": full, "shade": f"{shade:.3f}"}
