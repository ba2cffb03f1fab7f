"""The report's charts as inline SVG. They are made of numbers alone and take the page's colours."""

from collections.abc import Sequence

from markupsafe import Markup

from eval.refusals import Bin, Point
from eval.statistics import Interval

_WIDTH, _HEIGHT = 360, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 12, 40
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def risk_coverage_chart(points: Sequence[Point], answerable: float) -> Markup:
    """Draw risk over coverage, both 0–1; ``answerable``: the share of questions that can be."""
    line = " ".join(f"{_x(point.coverage):.1f},{_y(point.risk):.1f}" for point in points)
    return _chart(
        "Risk over coverage",
        "coverage: share of questions answered",
        "risk: share of those wrong",
        f'<line class="guide" x1="{_x(answerable):.1f}" x2="{_x(answerable):.1f}" '
        f'y1="{_y(0):.1f}" y2="{_y(1):.1f}"/>'
        f'<text class="note" x="{_x(answerable) - 4:.1f}" y="{_y(1) + 12:.1f}" '
        f'text-anchor="end">answerable {answerable:.0%}</text>'
        f'<polyline class="curve" points="{line}"/>',
    )


def calibration_chart(bins: Sequence[Bin]) -> Markup:
    """Draw the share that is right over confidence; each bin a dot as large as its count."""
    most = max((part.count for part in bins), default=0)
    dots = "".join(_dot(part, most) for part in bins if part.count)
    return _chart(
        "Calibration of confidence",
        "confidence",
        "share right",
        f'<line class="guide" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>{dots}',
    )


def interval_bar(interval: Interval) -> Markup:
    """Draw a figure as a dot and its interval as a line, on a scale from 0 to 1."""
    low, high, value = (
        f"{100 * min(max(x, 0.0), 1.0):.1f}%" for x in (interval.low, interval.high, interval.value)
    )
    return Markup(  # noqa: S704 - numbers alone
        '<svg class="bar" aria-hidden="true"><line class="rail" x1="0" x2="100%" y1="6" y2="6"/>'
        f'<line class="range" x1="{low}" x2="{high}" y1="6" y2="6"/>'
        f'<circle class="dot" cx="{value}" cy="6" r="4"/></svg>'
    )


def _dot(part: Bin, most: int) -> str:
    x, y = _x(part.mean_confidence), _y(part.share_right)
    radius = 3 + 9 * (part.count / most) ** 0.5
    label = y - radius - 4 if y - radius > _TOP + 12 else y + radius + 12
    return (
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        f'<text class="note" x="{x:.1f}" y="{label:.1f}" text-anchor="middle">{part.count}</text>'
    )


def _chart(title: str, x_title: str, y_title: str, drawing: str) -> Markup:
    across, down = (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2
    grid = "".join(
        f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(tick)}" y2="{_y(tick)}"/>'
        f'<text x="{_LEFT - 6}" y="{_y(tick) + 4}" text-anchor="end">{tick:g}</text>'
        f'<text x="{_x(tick)}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{tick:g}</text>'
        for tick in _TICKS
    )
    return Markup(  # noqa: S704 - numbers and the constants above
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        f"{grid}{drawing}"
        f'<text x="{across}" y="{_HEIGHT - 6}" text-anchor="middle">{x_title}</text>'
        f'<text transform="translate(11 {down}) rotate(-90)" text-anchor="middle">{y_title}</text>'
        "</svg>"
    )


def _x(value: float) -> float:
    return _LEFT + value * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return _HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM)
