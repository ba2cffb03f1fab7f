"""``python -m eval.bench.embedding``: forms of the bundled model, beside sentence-transformers.

All forms take turns within one run, on chunks of the seeds and on questions about them; believe the
ratios to sentence-transformers, not the seconds.
"""

import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from eval.bench.bare import BareModel
from eval.bench.corpus import QUERIES, drawn_documents
from eval.bench.quantised import FORMS, converted
from eval.provenance import commit, now
from index.chunking import chunk_text
from index.embedding import open_embedder
from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.protocol import FloatMatrix
from index.settings import IndexSettings

_ROOT = Path(__file__).parents[2]
_KEPT = _ROOT / "eval" / "reports" / "embedding.json"
_DOCUMENTS = 6
_ROUNDS = 5
_BARE, _OURS = "sentence-transformers", "ours: 8 bits, but one matrix a layer"

Encode = Callable[[list[str]], FloatMatrix]


def main() -> None:
    """Measure, print a table, keep the figures."""
    console = Console()
    settings = IndexSettings()
    folder = bundled_folder(ADAPTED_SPEC, settings.model_dir)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        forms = {_OURS: _onnx(folder)}
        for number, form in enumerate(FORMS):
            made = Path(scratch) / str(number)
            converted(folder, made, form)
            forms[form] = _onnx(made)
        figures = _measured(console, {_BARE: BareModel(settings).encode} | forms)
    table = Table("form", "tokens/s", "×", "of CPU time, ×", "ms a query", "×", "least cosine")
    for name, row in figures.items():
        table.add_row(name, *(str(value) for value in row.values()))
    console.print(table)
    report = {
        "created_at": now(),
        "commit": commit(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("onnxruntime", "sentence-transformers", "torch")},
        },
        "threads": os.environ.get("OMP_NUM_THREADS") or os.cpu_count(),
        "times": "medians in turns within one run; believe the ratios, not the seconds",
        "forms": figures,
    }
    _KEPT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(_KEPT.relative_to(_ROOT)))


def _onnx(folder: Path) -> Encode:
    spec = replace(ADAPTED_SPEC, query_prefix="", passage_prefix="")  # the texts bring theirs
    return OnnxEmbedder(spec, lambda: folder).embed_passages


def _measured(console: Console, forms: dict[str, Encode]) -> dict[str, dict[str, float]]:
    passages, tokens = _passages()
    queries = [f"{ADAPTED_SPEC.query_prefix}{query}" for query in QUERIES]
    exact = forms[_BARE]([*passages, *queries])
    cosines = {
        name: float(np.sum(encode([*passages, *queries]) * exact, axis=1).min())
        for name, encode in forms.items()
    }
    batches: dict[str, list[tuple[float, float]]] = {name: [] for name in forms}
    single: dict[str, list[tuple[float, float]]] = {name: [] for name in forms}
    for number in range(_ROUNDS):
        console.print(f"round {number + 1} of {_ROUNDS}")
        for name, encode in forms.items():
            batches[name].append(_seconds(encode, passages))
        for query in queries:
            for name, encode in forms.items():
                single[name].append(_seconds(encode, [query]))
    return {
        name: {
            "tokens_per_second": round(tokens / median(wall for wall, _ in batches[name])),
            "throughput_ratio": _ratio(batches[_BARE], batches[name], 0),
            "throughput_ratio_of_cpu_time": _ratio(batches[_BARE], batches[name], 1),
            "query_ms": round(1000 * median(wall for wall, _ in single[name]), 1),
            "query_ratio": _ratio(single[name], single[_BARE], 0),
            "least_cosine": round(cosines[name], 5),
        }
        for name in forms
    }


def _passages() -> tuple[list[str], int]:
    """Return chunks of drawn documents, and how many tokens they are together."""
    embedder = open_embedder(IndexSettings())
    texts = [document["text"] for document in drawn_documents(_ROOT / "seeds", _DOCUMENTS)]
    chunks = [
        f"{ADAPTED_SPEC.passage_prefix}{chunk.span.of(text)}"
        for text in texts
        for chunk in chunk_text(text, embedder.count_tokens, IndexSettings().chunk_tokens)
    ]
    return chunks, sum(embedder.count_tokens(chunks))


def _seconds(encode: Encode, texts: list[str]) -> tuple[float, float]:
    """Return seconds that passed, and those that processors spent."""
    wall, cpu = time.perf_counter(), time.process_time()
    encode(texts)
    return time.perf_counter() - wall, time.process_time() - cpu


def _ratio(over: list[tuple[float, float]], under: list[tuple[float, float]], kind: int) -> float:
    return round(median(o[kind] / u[kind] for o, u in zip(over, under, strict=True)), 2)


if __name__ == "__main__":
    main()
