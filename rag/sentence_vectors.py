"""Sentences as the model sees them: a vector for each, and for each of its tokens."""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.embedding.centring import Centring
from index.embedding.protocol import Embedder, FloatMatrix
from index.text.language import detect_language

HalfMatrix = NDArray[np.float16]


class EncodedSentence(NamedTuple):
    """A sentence as a unit vector, float32 (dimension,), and its tokens, (tokens, dimension).

    There is at least one token; what the model has no token for is its own.
    """

    vector: FloatMatrix
    tokens: HalfMatrix


class SentenceVectors:
    """Encodes sentences; those last used are kept. Safe to share between threads.

    Tokens have half the precision: what is compared with them does not need more, and so twice as
    many are kept.
    """

    def __init__(
        self, embedder: Embedder, centring: Centring, kept_bytes: int = 50_000_000
    ) -> None:
        self._embedder = embedder
        self._centring = centring
        self._kept: LRUCache[str, EncodedSentence] = LRUCache(
            kept_bytes, getsizeof=lambda one: one.vector.nbytes + one.tokens.nbytes
        )
        self._turn = threading.Lock()

    def of(self, sentences: Sequence[str]) -> list[EncodedSentence]:
        """Return the sentences encoded as passages, their vectors centred by their languages."""
        with self._turn:
            found = {text: self._kept[text] for text in sentences if text in self._kept}
        new = [text for text in dict.fromkeys(sentences) if text not in found]
        if new:
            languages = [detect_language(text).language for text in new]
            vectors, tokens = self._embedder.encode_passages(new)
            centred = self._centring.passages(vectors, languages)
            for text, vector, own in zip(new, centred, tokens, strict=True):
                found[text] = EncodedSentence(vector, some_tokens(own, vector).astype(np.float16))
            with self._turn:
                for text in new:
                    self._kept[text] = found[text]
        return [found[text] for text in sentences]


def some_tokens(tokens: FloatMatrix, vector: FloatMatrix) -> FloatMatrix:
    """Return ``tokens`` (tokens, dimension); of a text without any its vector (dimension,)."""
    return tokens if len(tokens) else vector[None]
