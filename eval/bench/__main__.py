"""``python -m eval.bench``: measure, print a table, keep the figures."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.bench.ingest import measure_ingest
from eval.bench.serving import measure_serving
from eval.provenance import commit

_ROOT = Path(__file__).parents[2]
_KEPT = _ROOT / "eval" / "reports" / "bench.json"


def main() -> None:
    """Run all benchmarks."""
    console = Console()
    with console.status("ingest …"):
        figures = {"ingest": measure_ingest(_ROOT / "seeds")}
    with console.status("service …"):
        figures |= measure_serving(_ROOT / "seeds")
    table = Table("what", "figure", "value")
    for what, values in figures.items():
        for figure, value in values.items():
            table.add_row(what, figure, str(value))
    console.print(table)
    _KEPT.parent.mkdir(exist_ok=True)
    kept = {"commit": commit(), **figures}
    _KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(_KEPT.relative_to(_ROOT)))


if __name__ == "__main__":
    main()
