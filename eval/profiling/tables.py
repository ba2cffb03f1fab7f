"""The figures as the tables of docs/performance.md."""

from collections.abc import Iterable
from typing import Any


def markdown(report: dict[str, Any]) -> str:
    """Return all tables, each below its heading."""
    machine, model = report["machine"], report["model"]
    parts = [
        "### A question, ms",
        _table(("stage", "search", "share", "answer", "share"), _questions(report)),
        f"`/v1/search` over HTTP: {report['http']['whole_ms']:.1f} ms, of which "
        f"{report['http']['beside_ms']:.1f} beside the search. {report['chunks']:,} chunks.",
        "### Documents, seconds",
        _table(("stage", "s", "share"), _documents(report["documents"])),
        "### The machine",
        _table(
            ("threads", *(_NAMES[key] for key in _NAMES)),
            [(n, *(of[key] for key in _NAMES)) for n, of in machine["by_threads"].items()],
        ),
        "### The model",
        _table(
            ("", "tokens a text", "tokens/s", "ms a text", "GFLOP/s", "of the limit"),
            [
                (
                    name, of["tokens_a_text"], f"{of['tokens_per_second']:,}", of["ms_a_text"],
                    of["gflops"], f"{of['of_limit']:.0%}",
                )
                for name, of in model["reached"].items()
            ],
        ),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


_NAMES = {
    "blas_fp32": "BLAS fp32, GFLOP/s",
    "onnx_fp32": "ONNX Runtime fp32",
    "onnx_int8": "int8",
    "onnx_fp32_of_model": "fp32, the model's shape",
    "onnx_int8_of_model": "int8, the model's shape",
    "memory_gigabytes_per_second": "memory, GB/s",
}


def _questions(report: dict[str, Any]) -> list[tuple[object, ...]]:
    search, answer = report["search"], report["answer"]
    rows: list[tuple[object, ...]] = []
    for stage in dict.fromkeys((*search["stages_ms"], *answer["stages_ms"])):
        cells: list[object] = [stage]
        for of in (search, answer):
            ms = of["stages_ms"].get(stage)
            cells += (
                ("–", "–") if ms is None else (f"{ms:.2f}", f"{ms / of['with_stopwatch_ms']:.0%}")
            )
        rows.append(tuple(cells))
        if stage == "encode":
            rows.append((
                "– of that, tokenise",
                *(cell for of in (search, answer) for cell in (f"{of['tokenise_ms']:.2f}", "")),
            ))  # fmt: skip
    rows.append(("whole", f"{search['whole_ms']:.2f}", "", f"{answer['whole_ms']:.2f}", ""))
    return rows


def _documents(of: dict[str, Any]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (stage, f"{seconds:.2f}", f"{seconds / of['seconds']:.1%}")
        for stage, seconds in of["stages_seconds"].items()
    ]
    about = f"{of['documents']} documents, {of['tokens']:,} tokens"
    return [*rows, (about, f"{of['seconds']:.2f}", "")]


def _table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(map(str, head)), *(list(map(str, row)) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
