"""``python -m eval.bench.query_path CORPORA``: questions to ten and a hundred thousand chunks.

The smaller index is the mixed corpus; in the larger one there are documents besides whose sentences
are drawn from both languages, and whose vectors are drawn around real ones (``drawing.py``): how
long a question takes is told by it, what it finds is not. Headlines are searched and asked over
HTTP, one after another, answers uncached, each beside its bare encoding in the same engine; by the
standard library's client, as others take a millisecond of their own. Then a thousand documents are
added.
"""

import argparse
import json
import platform
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from eval.bench.drawing import drawn, real_vectors
from eval.bench.press import Fields
from eval.bench.press import drawn as drawn_documents
from eval.bench.serving import CACHES_OFF, running_service
from eval.headlines import Headline, read_benchmark
from eval.provenance import commit, now
from index.build import Indexer
from index.embedding import Embedder
from index.embedding.protocol import FloatMatrix
from index.folder import DataFolder
from index.preparing import Preparer
from index.settings import IndexSettings
from index.staging import Stager

_ROOT = Path(__file__).parents[2]
_KEPT = _ROOT / "eval" / "reports" / "query_path.json"
_CHUNKS = 100_000
_ADDED = 1_000  # documents
_AT_A_TIME = 2_000  # documents of a job
_QUESTIONS, _WARMING = 100, 10

Figures = dict[str, Any]


class DrawnVectors:
    """The embedder of a folder, whose passages get drawn vectors; questions are encoded."""

    def __init__(self, embedder: Embedder, vectors: FloatMatrix) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._used = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Return the next vectors, whatever the texts; from the first again after the last."""
        at = [(self._used + n) % len(self._vectors) for n in range(len(texts))]
        self._used += len(texts)
        return self._vectors[at]


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--chunks", type=int, default=_CHUNKS)
    parser.add_argument("--documents", type=int, help="of the mixed corpus; default: all 2,902")
    parser.add_argument("--out", type=Path, default=_KEPT)
    given = parser.parse_args()
    console = Console()
    benchmark = read_benchmark(
        given.corpora / "bashinform" / "articles.dev.jsonl",
        given.corpora / "distractors" / "distractors.jsonl",
    )
    chosen = random.Random(0).sample(list(benchmark.headlines), _QUESTIONS + _WARMING)  # noqa: S311 - no secret
    sizes: list[Figures] = []
    with tempfile.TemporaryDirectory() as scratch:
        with console.status("embedding the mixed corpus …"):
            embedded = IndexSettings().data_dir.expanduser() / "bench" / "index"
            real = real_vectors(given.corpora, embedded, given.documents)
        data_dir = Path(scratch) / "data"
        shutil.copytree(embedded, data_dir)
        folder = _with_vectors(data_dir, drawn(real, given.chunks).vectors[len(real.vectors) :])
        sizes.append(_asked(folder, chosen))
        console.print_json(data=sizes[-1])
        documents = drawn_documents(given.corpora)
        with console.status(f"{given.chunks} chunks …"):
            while folder.library.census().chunks < given.chunks:
                _add(folder, documents, _AT_A_TIME)
        sizes.append(_asked(folder, chosen))
        with console.status("adding …"):
            sizes[-1]["change"] = _add(folder, documents, _ADDED)
        console.print_json(data=sizes[-1])
    report = {
        "created_at": now(),
        "commit": commit(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("onnxruntime", "faiss-cpu", "numpy")},
        "questions": _QUESTIONS,
        "wanted": "at 100,000: search ≤ 1.25 × bare encoding + 8 ms; ask ≤ 2 × that",
        "sizes": sizes,
    }
    given.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(str(given.out))


def _with_vectors(data_dir: Path, vectors: FloatMatrix) -> DataFolder:
    folder = DataFolder(IndexSettings(data_dir=data_dir))
    preparer = Preparer(DrawnVectors(folder.embedder, vectors), folder.settings.chunk_tokens)
    stager = Stager(folder.catalog, preparer, None)
    folder.indexer = Indexer(folder.catalog, folder.snapshots, stager)
    return folder


def _add(folder: DataFolder, documents: Iterator[Fields], count: int) -> Figures:
    """Add documents as one job; return what it took, without embedding."""
    before = folder.library.census().chunks
    some = list(islice(documents, count))
    started = time.perf_counter()
    folder.indexer.run_until(folder.jobs.accept(some, folder.settings.max_document_bytes))
    seconds = time.perf_counter() - started
    return {
        "documents": count,
        "chunks": folder.library.census().chunks - before,
        "seconds_without_embedding": round(seconds, 2),
    }


def _asked(folder: DataFolder, headlines: Sequence[Headline]) -> Figures:
    embedder = folder.embedder
    encoded, searched, answered = [], [], []
    with (
        running_service(folder.catalog.data_dir, **CACHES_OFF) as (url, _, _),
        closing(HTTPConnection(url.removeprefix("http://"), timeout=60)) as connection,
    ):
        for headline in headlines:
            start = time.perf_counter()
            embedder.embed_queries([headline.text])
            first = time.perf_counter()
            _post(connection, "/v1/search", {"query": headline.text})
            second = time.perf_counter()
            _post(connection, "/v1/ask", {"question": headline.text})
            encoded.append(first - start)
            searched.append(second - first)
            answered.append(time.perf_counter() - second)
    bare, search, ask = (p50(times) for times in (encoded, searched, answered))
    return {
        "chunks": folder.library.census().chunks,
        "bare_encode_p50_ms": bare,
        "search_p50_ms": search,
        "search_to_bare": round(search / bare, 2),
        "search_wanted_ms": round(1.25 * bare + 8, 1),
        "ask_p50_ms": ask,
        "ask_to_bare": round(ask / bare, 2),
        "ask_wanted_ms": round(2 * (1.25 * bare + 8), 1),
    }


def _post(connection: HTTPConnection, path: str, body: dict[str, str]) -> None:
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    told = answer.read()
    if answer.status != HTTPStatus.OK:
        raise RuntimeError(told.decode())


def p50(seconds: Sequence[float]) -> float:
    """Return the median in milliseconds, the first questions left out."""
    return round(1000 * median(seconds[_WARMING:]), 1)


if __name__ == "__main__":
    main()
