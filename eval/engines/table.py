"""The figures as tables."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.engines.selection import BASE

# For these a ratio to FTS5 would say nothing.
_SHARES = frozenset(("filtered_filled", "ten_best_shared"))


def print_report(console: Console, report: Mapping[str, Any]) -> None:
    """Print what was measured: speed with its ratio to FTS5, nDCG@10 with its difference."""
    _print_speed(console, report["speed"])
    _print_quality(console, "nDCG@10 (difference to fts5)", report["quality"])
    if "parameters" in report:
        parameters = report["parameters"]
        rows = {_named(parameters[kind]): parameters[f"dev_{kind}"] for kind in ("fixed", "chosen")}
        _print_quality(console, "bm25s by k1 and b, fixed and chosen on train", rows)
    console.print("* the 95 % interval of the difference leaves 0 out")


def _print_speed(console: Console, speed: Mapping[str, Mapping[str, float | None]]) -> None:
    table = Table("", *speed, title="seconds where not named otherwise (× fts5)")
    table.columns[0].no_wrap = True
    for figure, base in speed[BASE].items():
        unit = None if figure in _SHARES else base
        table.add_row(figure, *(_ratio(figures[figure], unit) for figures in speed.values()))
    console.print(table)


def _print_quality(console: Console, title: str, rows: Mapping[str, Any]) -> None:
    directions = list(next(iter(rows.values())))
    table = Table("", *directions, title=title)
    for name, figures in rows.items():
        table.add_row(name, *(_change(figures[direction]) for direction in directions))
    console.print(table)


def _ratio(value: float | None, base: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4g} ({value / base:.2g})" if base else f"{value:.4g}"


def _change(figure: Mapping[str, Any]) -> str:
    change, low, high = figure["difference"]
    sure = "*" if low > 0 or high < 0 else ""
    return f"{figure['ndcg@10']:.3f} ({change:+.3f}{sure})"


def _named(parameters: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in parameters.items())
