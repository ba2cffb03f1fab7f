"""Stand-ins for the model, where the real one would hide or slow down what is tested."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embedding import Embedder, EmbedderSpec
from index.embedding.centring import Centring
from index.embedding.protocol import Encoded, FloatMatrix
from index.folder import DataFolder
from index.job_records import JobRecord
from index.readers import Unreadable
from index.settings import IndexSettings

FAKE_SPEC = EmbedderSpec("fake", "1", "query: ", "passage: ", "sum of words")

_TOKEN = re.compile(r"\w{1,4}|[^\w\s]")


class FakeEmbedder:
    """An Embedder without a model: each word has a direction drawn from its own hash.

    A text is the sum of its words, so that texts that share words are near, and the same text has
    the same vector in every process. Words of more than four letters are several tokens.
    """

    def __init__(self, spec: EmbedderSpec = FAKE_SPEC, dimension: int = 32) -> None:
        self._spec = spec
        self._dimension = dimension
        self.embedded: list[str] = []

    @property
    def spec(self) -> EmbedderSpec:
        return self._spec

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def max_tokens(self) -> int:
        return 512

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        return self._vectors([self._spec.query_prefix + text for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        self.embedded += texts
        return self._vectors([self._spec.passage_prefix + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        return Encoded(self.embed_queries(texts), self._tokens(texts))

    def encode_passages(self, texts: Sequence[str]) -> Encoded:
        return Encoded(self.embed_passages(texts), self._tokens(texts))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_TOKEN.findall(text)) for text in texts]

    def first_tokens(self, text: str, count: int) -> str:
        ends = [match.end() for match in _TOKEN.finditer(text)]
        return text if len(ends) <= count else text[: ends[count - 1]]

    def _tokens(self, texts: Sequence[str]) -> list[FloatMatrix]:
        """Return the directions of the words, each drawn to what is common to its text."""
        model, size = self._spec.revision, self._dimension
        found = []
        for text in texts:
            words = [_direction(model, word, size) for word in _TOKEN.findall(text.casefold())]
            rows = np.array(words, np.float32).reshape(-1, size)
            found.append(rows + rows.mean(axis=0) if len(rows) else rows)
        return found

    def _vectors(self, texts: Sequence[str]) -> FloatMatrix:
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            tokens = _TOKEN.findall(text)[: self.max_tokens]
            for word in tokens or [""]:
                row += _direction(self._spec.revision, word, self._dimension)
            row /= np.linalg.norm(row)
        return vectors


@cache
def _direction(model: str, word: str, dimension: int) -> FloatMatrix:
    seed = hashlib.sha256(f"{model} {word}".encode()).digest()
    return np.random.default_rng(list(seed)).standard_normal(dimension).astype(np.float32)


def fake_centring(dimension: int = 32) -> Centring:
    """Return means that differ with the role and the language, for vectors of this dimension."""
    names = ("queries.ba", "queries.ru", "passages.ba", "passages.ru")
    tenth = np.float32(0.1)
    return Centring({name: _direction("means", name, dimension) * tenth for name in names})


def open_folder(settings: IndexSettings, embedder: Embedder) -> DataFolder:
    """Open a data folder with this embedder instead of the one that the settings name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.folder.open_embedder", lambda settings, on_convert: embedder)
        return DataFolder(settings)


def fake_folder(
    data_dir: Path,
    embedder: FakeEmbedder | None = None,
    chunk_tokens: int = 32,
    centring: Centring | None = None,
) -> DataFolder:
    """Open a data folder over the fake embedder, which has no means unless they are given."""
    settings = IndexSettings(data_dir=data_dir, chunk_tokens=chunk_tokens)
    with pytest.MonkeyPatch.context() as patch:
        if centring is not None:
            patch.setattr("index.folder.load_centring", lambda spec: centring)
        return open_folder(settings, embedder or FakeEmbedder())


def ingest(folder: DataFolder, *documents: Mapping[str, Any] | Unreadable) -> JobRecord:
    """Accept the documents as one job and work until it is finished."""
    job = folder.jobs.accept(documents, folder.settings.max_document_bytes)
    return folder.indexer.run_until(job)
