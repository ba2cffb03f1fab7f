"""Where the time of a document goes, from its line in a file to the published snapshot."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench.press import Fields, write_lines
from eval.profiling.anchors import DOCUMENT
from eval.profiling.stopwatch import Stopwatch
from index.folder import DataFolder
from index.ingest import accept_files
from index.readers import list_files
from index.settings import IndexSettings


def stages_of_documents(documents: Sequence[Fields]) -> dict[str, Any]:
    """Return the seconds of each stage of ingesting ``documents``, and how many tokens those are.

    Stages go on side by side, so that they may take longer together than the whole; ``cpu_seconds``
    are those of all processors.
    """
    watch = Stopwatch(DOCUMENT)
    with tempfile.TemporaryDirectory() as scratch:
        lines = Path(scratch) / "press.jsonl"
        write_lines(list(documents), lines, float("inf"))
        folder = DataFolder(IndexSettings(data_dir=Path(scratch) / "data"))
        folder.embedder.embed_passages(["яуап"])
        started, used = time.perf_counter(), time.process_time()
        with watch.running():
            job = folder.indexer.run_until(accept_files(folder, list_files([lines]).files))
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
        tokens = sum(folder.embedder.count_tokens([one["text"] for one in documents]))
    named = sum(watch.seconds.values())
    return {
        "documents": job.added,
        "chunks": job.chunks,
        "tokens": tokens,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "stages_seconds": {
            **{stage: round(taken, 3) for stage, taken in watch.seconds.items()},
            "the rest": round(max(0.0, seconds - named), 3),
        },
        "share_embedding": round(watch.seconds["embed"] / seconds, 3),
    }
