"""What embedders have in common: texts are encoded with the prefix of their role."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from index.embedding.protocol import EmbedderSpec, Encoded, FloatMatrix


class PrefixedEmbedder(ABC):
    """The part of an Embedder that puts prefixes before texts, over two ways of encoding them."""

    def __init__(self, spec: EmbedderSpec) -> None:
        self._spec = spec

    @property
    def spec(self) -> EmbedderSpec:
        """Name, revision and prefixes; known without loading the weights."""
        return self._spec

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """Return float32 vectors of shape (len(texts), dimension), each of unit length."""
        return self._encode([self._spec.query_prefix + text for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Return float32 vectors of shape (len(texts), dimension), each of unit length."""
        return self._encode([self._spec.passage_prefix + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Return the vectors of ``embed_queries`` and those of the tokens."""
        return self._encode_tokens(self._spec.query_prefix, texts)

    def encode_passages(self, texts: Sequence[str]) -> Encoded:
        """Return the vectors of ``embed_passages`` and those of the tokens."""
        return self._encode_tokens(self._spec.passage_prefix, texts)

    @abstractmethod
    def _encode(self, texts: list[str]) -> FloatMatrix:
        """Return the vectors of texts that have their prefixes."""

    @abstractmethod
    def _encode_tokens(self, prefix: str, texts: Sequence[str]) -> Encoded:
        """Return the vectors of texts with ``prefix``, and of their tokens without it."""
