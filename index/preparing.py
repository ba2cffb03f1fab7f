"""From a document to what is stored of it: chunks, and vectors of those that are not known yet.

Nothing here needs the catalog, so that it is done alike in this process and in others.
"""

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from index.chunking import CHUNKER_VERSION, Chunk, chunk_text
from index.embedding.protocol import Embedder

_TITLE_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Given:
    """A document to prepare; the chunks that have these keys need no vector."""

    title: str | None
    text: str
    known: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class PreparedChunk:
    """A chunk and the text that is embedded for it, with its key."""

    chunk: Chunk
    key: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """The chunks of a document, and vectors as little-endian float32 by key, not of all."""

    chunks: Sequence[PreparedChunk]
    vectors: Mapping[bytes, bytes]


class Workers(Protocol):
    """Other processes that prepare documents."""

    @property
    def most_characters(self) -> int:
        """How much text they are given at a time: enough to be worth their start."""

    def prepare(self, documents: Sequence[Given]) -> Generator[list[Prepared], None, None]:
        """Yield what becomes of the documents, some at a time, in their order.

        Each is done once, whatever happens to a worker. Raises NoWorkers where all are gone, or
        none could be started.
        """


class Preparer:
    """Chunks and embeds for one model and one length of chunks.

    What two of them make is the same where their ``made_by`` is.
    """

    def __init__(self, embedder: Embedder, chunk_tokens: int) -> None:
        self._embedder = embedder
        self._chunk_tokens = chunk_tokens
        self._model = json.dumps(asdict(embedder.spec), sort_keys=True).encode()
        self.made_by = f"{CHUNKER_VERSION} {chunk_tokens} {self._model.decode()}"

    def cut(self, title: str | None, text: str) -> list[PreparedChunk]:
        """Chunk a text; its title is embedded as context of every passage."""
        context = self._embedder.first_tokens(title, _TITLE_TOKENS) + "\n" if title else ""
        prepared = []
        for chunk in chunk_text(text, self._embedder.count_tokens, self._chunk_tokens):
            given = context + chunk.span.of(text)
            key = hashlib.sha256(self._model + b"\0" + given.encode()).digest()
            prepared.append(PreparedChunk(chunk, key, given))
        return prepared

    def embed(self, texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
        """Return vectors as little-endian float32, by the keys of the texts."""
        if not texts:
            return {}
        embedded = self._embedder.embed_passages(list(texts.values()))
        return {
            key: vector.astype("<f4").tobytes() for key, vector in zip(texts, embedded, strict=True)
        }

    def prepare(self, documents: Sequence[Given]) -> list[Prepared]:
        """Chunk documents and embed what is not known, each text once."""
        cut = [self.cut(document.title, document.text) for document in documents]
        new = [
            {chunk.key: chunk.text for chunk in chunks if chunk.key not in document.known}
            for document, chunks in zip(documents, cut, strict=True)
        ]
        vectors = self.embed({key: text for wanted in new for key, text in wanted.items()})
        return [
            Prepared(chunks, {key: vectors[key] for key in wanted})
            for chunks, wanted in zip(cut, new, strict=True)
        ]
