"""Embedding through ONNX Runtime: the bundled models, without the libraries of training."""

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embedding.prefixed import PrefixedEmbedder
from index.embedding.protocol import EmbedderSpec, Encoded, FloatMatrix

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPH = "model.onnx"  # its name in the folder
_MOST_PADDING = 16  # tokens; a batch of its own costs about as much as that for a few texts
_MOST_TOKENS = 2048  # of a batch, padding included: more leaves the processor's cache and is slower


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: "InferenceSession"
    tokenizer: "Tokenizer"
    dimension: int
    max_tokens: int


class OnnxEmbedder(PrefixedEmbedder):
    """An Embedder over a folder of ``bundled.py``, loaded at the first use.

    ``locate`` is called then for the folder. Calls of several threads run side by side.
    """

    def __init__(self, spec: EmbedderSpec, locate: Callable[[], Path], batch_size: int) -> None:
        super().__init__(spec)
        self._locate = locate
        self._batch_size = batch_size
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._model().dimension

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, the prefix and the model's own markers included."""
        return self._model().max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without prefix and markers."""
        tokenizer = self._model().tokenizer
        encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(text.ids) for text in encoded]

    def first_tokens(self, text: str, count: int) -> str:
        """Return the beginning of ``text`` that makes up at most ``count`` tokens."""
        offsets = self._model().tokenizer.encode(text, add_special_tokens=False).offsets
        return text if len(offsets) <= count else text[: offsets[count - 1][1]]

    def _encode(self, texts: list[str]) -> FloatMatrix:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for batch, _, (of_texts,) in self._run(texts, ["vectors"]):
            vectors[batch] = of_texts
        return vectors

    def _encode_tokens(self, prefix: str, texts: Sequence[str]) -> Encoded:
        begin = len(self._model().tokenizer.encode(prefix.rstrip()).ids) - 1  # the mark at the end
        vectors = np.empty((len(texts), self.dimension), np.float32)
        tokens: list[FloatMatrix] = [vectors[:0]] * len(texts)
        for batch, lengths, (of_texts, of_tokens) in self._run(
            [prefix + text for text in texts], ["vectors", "tokens"]
        ):
            vectors[batch] = of_texts
            for number, length, own in zip(batch, lengths, of_tokens, strict=True):
                tokens[number] = own[begin : length - 1].copy()
        return Encoded(vectors, tokens)

    def _run(
        self, texts: Sequence[str], wanted: Sequence[str]
    ) -> Iterator[tuple[list[int], NDArray[np.int64], Sequence[FloatMatrix]]]:
        """Yield the numbers of the texts of a batch, their lengths, and what is ``wanted``."""
        model = self._model()
        tokens = [
            _cut(encoded.ids, model.max_tokens)
            for encoded in model.tokenizer.encode_batch_fast(texts)
        ]
        for batch in _batches([len(ids) for ids in tokens], self._batch_size):
            lengths = np.array([len(tokens[number]) for number in batch])
            mask = np.arange(lengths.max()) < lengths[:, None]
            ids = np.zeros(mask.shape, np.int32)
            ids[mask] = np.concatenate([tokens[number] for number in batch])
            taken = {"ids": ids, "mask": mask.astype(np.int32)}
            yield batch, lengths, model.session.run(wanted, taken)

    def _model(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._locate())
            return self._loaded


def _cut(ids: list[int], longest: int) -> list[int]:
    """Keep the mark at the end."""
    return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]


def _batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield the numbers of texts that go together: of about one length, the longest first."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        longest = lengths[batch[0]] if batch else 0
        room = min(most, _MOST_TOKENS // max(longest, 1))
        if batch and (len(batch) >= room or longest - lengths[number] > _MOST_PADDING):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _load(folder: Path) -> _Loaded:
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    options = SessionOptions()
    options.intra_op_num_threads = _threads()
    options.enable_mem_pattern = False  # it keeps memory for each shape of a batch; they all differ
    # A thread that waits for work in a loop takes the processor from everything else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return _Loaded(
        session=InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"]),
        tokenizer=Tokenizer.from_file(str(folder / "tokenizer.json")),
        dimension=config["hidden_size"],
        max_tokens=config["max_position_embeddings"],
    )


def _threads() -> int:
    """As many as there are processors, or as ``OMP_NUM_THREADS`` says, which FAISS heeds too."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdigit() else os.cpu_count() or 1
