"""Throughput of ingestion against encoding the same chunks with the bare library."""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from eval.bench.bare import BareModel
from eval.bench.corpus import drawn_documents
from index.filters import Filters
from index.folder import DataFolder
from index.settings import IndexSettings

_DOCUMENTS = 60
_ROUNDS = 3


def measure_ingest(seeds: Path) -> dict[str, Any]:
    """Return tokens per second of both, and their ratio as the median over paired rounds."""
    ours, bare, tokens = [], [], 0
    settings = IndexSettings()
    model = BareModel(settings)
    model.encode(["яуап"] * settings.batch_size)
    with tempfile.TemporaryDirectory() as scratch:
        folder = DataFolder(IndexSettings(data_dir=Path(scratch)))
        folder.embedder.embed_passages(["яуап"] * settings.batch_size)
        for number in range(_ROUNDS):
            documents = drawn_documents(seeds, _DOCUMENTS, draw=number)
            started = time.perf_counter()
            job = folder.jobs.accept(documents, settings.max_document_bytes)
            folder.indexer.run_until(job)
            ours.append(time.perf_counter() - started)
            texts = _chunks(folder, {document["id"] for document in documents})
            tokens = sum(folder.embedder.count_tokens(texts))
            started = time.perf_counter()
            model.encode([folder.embedder.spec.passage_prefix + text for text in texts])
            bare.append(time.perf_counter() - started)
    return {
        "chunks": len(texts),
        "tokens": tokens,
        "tokens_per_second": round(tokens / ours[-1]),
        "bare_tokens_per_second": round(tokens / bare[-1]),
        "ratio": round(median(b / o for o, b in zip(ours, bare, strict=True)), 3),
        "wanted": "≥ 0.85",
    }


def _chunks(folder: DataFolder, documents: set[str]) -> list[str]:
    with folder.index.view() as view:
        passages = (p for group in view.groups(Filters()) for p in view.passages(group.ids))
        return [passage.text for passage in passages if passage.document_id in documents]
