"""What the rest of the system asks of an embedding model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

FloatMatrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """What makes two embedders interchangeable: vectors of one may be searched with the other.

    ``revision`` changes with the weights or the tokenizer; the prefixes stand before each text.
    """

    name: str
    revision: str
    query_prefix: str
    passage_prefix: str
    pooling: str


class Encoded(NamedTuple):
    """Texts as vectors, float32 (texts, dimension), each of unit length, and their tokens.

    Of each text float32 (its tokens, dimension), of the model's last layer; those of the prefix and
    of the model's own markers are left out.
    """

    vectors: FloatMatrix
    tokens: Sequence[FloatMatrix]


class Embedder(Protocol):
    """A text embedding model. Implementations are safe to call from several threads."""

    @property
    def spec(self) -> EmbedderSpec:
        """Name, revision and prefixes; known without loading the weights."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, the prefix and the model's own markers included."""

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """Return float32 vectors of shape (len(texts), dimension), each of unit length."""

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Return float32 vectors of shape (len(texts), dimension), each of unit length.

        Input beyond ``max_tokens`` is cut.
        """

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Return the vectors of ``embed_queries`` and those of the tokens."""

    def encode_passages(self, texts: Sequence[str]) -> Encoded:
        """Return the vectors of ``embed_passages`` and those of the tokens."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without prefix and markers."""

    def first_tokens(self, text: str, count: int) -> str:
        """Return the beginning of ``text`` that makes up at most ``count`` tokens."""
