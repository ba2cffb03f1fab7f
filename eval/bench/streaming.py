"""``python -m eval.bench.streaming LINES DATA_DIR``: JSON lines read, chunked and stored.

The way of ``yauap ingest`` but for the embedding: the model counts tokens, its vectors are noughts.
Memory is sampled meanwhile; the figures go to the output as JSON. In a process of its own, so that
memory which others have given back is not taken for its own.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.process import Process
from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.protocol import FloatMatrix
from index.folder import DataFolder
from index.ingest import accept_files
from index.preparing import Preparer
from index.readers import list_files
from index.settings import IndexSettings
from index.staging import Stager

_EVERY = 0.1  # seconds


class _OnlyCounting(OnnxEmbedder):
    """The tokens of the bundled model, and no vectors."""

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Return noughts."""
        return np.zeros((len(texts), self.dimension), np.float32)


def streamed(lines: Path, settings: IndexSettings) -> dict[str, Any]:
    """Return how fast JSON lines are read and queued, then chunked and stored, and the memory."""
    folder = DataFolder(settings)
    spec = ADAPTED_SPEC
    embedder = _OnlyCounting(spec, lambda: bundled_folder(spec, settings.model_dir))
    embedder.count_tokens(["яуап"])
    stager = Stager(folder.catalog, Preparer(embedder, settings.chunk_tokens))
    megabytes = lines.stat().st_size / 1e6
    before = Process("self").resident_megabytes()
    started = time.perf_counter()
    with _sampled() as reading:
        job = accept_files(folder, list_files([lines]).files)
    read = time.perf_counter()
    sequence = folder.jobs.get(job).sequence
    with _sampled() as chunking:
        for _ in stager.stage(sequence):
            pass
    ended = time.perf_counter()
    done = folder.jobs.get(job)
    return {
        "megabytes": round(megabytes, 1),
        "documents": done.ready - done.failed,
        "failed": done.failed,
        "chunks": done.chunks,
        "read": {
            "megabytes_per_second": round(megabytes / (read - started), 2),
            "peak_above_start": round(max(reading) - before, 1),
        },
        "chunked": {
            "megabytes_per_second": round(megabytes / (ended - read), 2),
            "peak_above_start": round(max(chunking) - before, 1),
            "from_half_to_end": round(chunking[-1] - chunking[len(chunking) // 2], 1),
        },
        "wanted": "a peak that does not depend on the size of the file",
    }


@contextmanager
def _sampled() -> Iterator[list[float]]:
    """Give a list that fills with megabytes of this process until the block ends."""
    process, over = Process("self"), threading.Event()
    sizes = [process.resident_megabytes()]

    def sample() -> None:
        while not over.wait(_EVERY):
            sizes.append(process.resident_megabytes())

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield sizes
    finally:
        over.set()
        thread.join()
        sizes.append(process.resident_megabytes())


def main() -> None:
    """Measure, print JSON."""
    figures = streamed(Path(sys.argv[1]), IndexSettings(data_dir=Path(sys.argv[2])))
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
