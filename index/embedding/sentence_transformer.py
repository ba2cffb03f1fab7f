"""Embedding through sentence-transformers: any model that it can load from a folder."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.prefixed import PrefixedEmbedder
from index.embedding.protocol import EmbedderSpec, Encoded, FloatMatrix
from index.errors import Unavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformerEmbedder(PrefixedEmbedder):
    """An Embedder over a folder that sentence-transformers can load.

    The libraries (seconds) and the weights are loaded at the first use; ``locate`` is called then
    for the folder. Calls from several threads take turns: one encode already uses every core.
    """

    def __init__(self, spec: EmbedderSpec, locate: Callable[[], Path], batch_size: int) -> None:
        super().__init__(spec)
        self._locate = locate
        self._batch_size = batch_size
        self._loaded: SentenceTransformer | None = None
        self._turn = threading.RLock()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model().get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, the prefix and the model's own markers included."""
        return int(self._model().max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without prefix and markers."""
        if not texts:
            return []
        with self._turn:
            tokenizer = self._model().tokenizer
            encoded = tokenizer(list(texts), add_special_tokens=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def first_tokens(self, text: str, count: int) -> str:
        """Return the beginning of ``text`` that makes up at most ``count`` tokens."""
        with self._turn:
            tokenizer = self._model().tokenizer
            encoded = tokenizer(
                text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
            )
        ends = [end for _, end in encoded["offset_mapping"]]
        return text if len(ends) <= count else text[: ends[count - 1]]

    def _encode(self, texts: list[str]) -> FloatMatrix:
        with self._turn:
            vectors = self._model().encode(
                texts,
                batch_size=self._batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, np.float32).reshape(len(texts), self.dimension)

    def _encode_tokens(self, prefix: str, texts: Sequence[str]) -> Encoded:
        begin = self._before_text(prefix)
        with self._turn:
            encoded: Any = self._model().encode(
                [prefix + text for text in texts],
                batch_size=self._batch_size,
                output_value=None,
                show_progress_bar=False,
            )
        vectors = np.empty((len(texts), self.dimension), np.float32)
        tokens = []
        for vector, one in zip(vectors, encoded, strict=True):
            vector[:] = one["sentence_embedding"].numpy()
            end = int(one["attention_mask"].sum()) - 1  # before the mark at the end
            tokens.append(one["token_embeddings"][begin:end].numpy())
        return Encoded(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), tokens)

    def _before_text(self, prefix: str) -> int:
        """Return how many tokens stand before a text: the mark at the beginning and the prefix."""
        with self._turn:
            return len(self._model().tokenizer(prefix.rstrip())["input_ids"]) - 1

    def _model(self) -> "SentenceTransformer":
        with self._turn:
            if self._loaded is None:
                self._loaded = _load(self._locate())
            return self._loaded


def _load(folder: Path) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call] # a bar a load says nothing
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError, KeyError) as error:
        raise Unavailable("model.not_loadable", model=folder) from error
