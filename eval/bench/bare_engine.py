"""Our own engine without anything around it: the chunks of some documents, encoded."""

import random
import time
from collections.abc import Iterable, Sequence
from statistics import median

from eval.bench.press import Fields
from index.chunking import chunk_text
from index.embedding.protocol import Embedder

_WARMING = 64  # chunks
_DOCUMENTS = 200


class BareEngine:
    """Encodes a sample of the chunks of ``documents``, again and again, and keeps how fast.

    A round takes about ``seconds``, on the machine as it is when the sample is drawn.
    """

    def __init__(
        self, embedder: Embedder, documents: Sequence[Fields], chunk_tokens: int, seconds: float
    ) -> None:
        chosen = random.Random(0)  # noqa: S311 - not for secrets
        some = chosen.sample(list(documents), min(_DOCUMENTS, len(documents)))
        chunks = [
            chunk.span.of(one["text"])
            for one in some
            for chunk in chunk_text(one["text"], embedder.count_tokens, chunk_tokens)
        ]
        chosen.shuffle(chunks)
        self._embedder = embedder
        self.tokens_per_character = sum(embedder.count_tokens(chunks)) / _characters(some)
        self._sample = chunks[:_WARMING]
        self._tokens = sum(embedder.count_tokens(self._sample))
        self.tokens_per_second: list[float] = []
        embedder.embed_passages(self._sample[:8])
        rate = self.measure() / self._tokens  # samples a second
        self.tokens_per_second.clear()
        self._sample = chunks[: max(_WARMING, round(_WARMING * rate * seconds))]
        self._tokens = sum(embedder.count_tokens(self._sample))

    def measure(self) -> float:
        """Encode the sample once more; return the tokens per second."""
        started = time.perf_counter()
        self._embedder.embed_passages(self._sample)
        self.tokens_per_second.append(self._tokens / (time.perf_counter() - started))
        return self.tokens_per_second[-1]

    def median(self) -> float:
        """Return the median of the rounds so far, in tokens per second."""
        return median(self.tokens_per_second)

    def documents_of(self, seconds: float, documents: Sequence[Fields]) -> int:
        """Return how many of ``documents``, taken at random, are encoded in ``seconds``."""
        tokens = self.median() * seconds
        mean = _characters(documents) * self.tokens_per_character / len(documents)
        return max(1, min(len(documents), round(tokens / mean)))


def _characters(documents: Iterable[Fields]) -> int:
    return sum(len(one["text"]) for one in documents)
