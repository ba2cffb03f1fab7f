"""Embedding through ONNX Runtime: the bundled models, without the libraries of training."""

import json
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embedding.prefixed import PrefixedEmbedder
from index.embedding.protocol import EmbedderSpec, Encoded, FloatMatrix

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

GRAPH = "model.onnx"  # its name in the folder


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: "InferenceSession"
    tokenizer: "Tokenizer"
    threads: ThreadPoolExecutor
    dimension: int
    max_tokens: int


class OnnxEmbedder(PrefixedEmbedder):
    """An Embedder over a folder of ``bundled.py``, loaded at the first use.

    ``locate`` is called then for the folder. Each text is computed by one thread: as many texts at
    a time as there are processors waste less than one text shared among them.
    """

    def __init__(self, spec: EmbedderSpec, locate: Callable[[], Path]) -> None:
        super().__init__(spec)
        self._locate = locate
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
        found = [vectors for (vectors,) in self._run(texts, ["vectors"])]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *found])

    def _encode_tokens(self, prefix: str, texts: Sequence[str]) -> Encoded:
        begin = len(self._model().tokenizer.encode(prefix.rstrip()).ids) - 1  # the mark at the end
        vectors = [np.empty((0, self.dimension), np.float32)]
        tokens: list[FloatMatrix] = []
        for of_text, (of_tokens,) in self._run([prefix + t for t in texts], ["vectors", "tokens"]):
            vectors.append(of_text)
            tokens.append(of_tokens[begin:-1].copy())
        return Encoded(np.concatenate(vectors), tokens)

    def _run(self, texts: Sequence[str], wanted: Sequence[str]) -> Iterable[Sequence[FloatMatrix]]:
        """Return what is ``wanted`` of each text."""
        model = self._model()

        def computed(text: "Encoding") -> Sequence[FloatMatrix]:
            ids = np.array([_cut(text.ids, model.max_tokens)], np.int32)
            given: Sequence[FloatMatrix] = model.session.run(wanted, {"ids": ids})
            return given

        encoded = model.tokenizer.encode_batch_fast(texts)
        return map(computed, encoded) if len(encoded) == 1 else model.threads.map(computed, encoded)

    def _model(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._locate())
            return self._loaded


def _cut(ids: list[int], longest: int) -> list[int]:
    """Keep the mark at the end."""
    return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]


def _load(folder: Path) -> _Loaded:
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_mem_pattern = False  # it keeps memory for each length of a text
    return _Loaded(
        session=InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"]),
        tokenizer=Tokenizer.from_file(str(folder / "tokenizer.json")),
        threads=ThreadPoolExecutor(_threads(), thread_name_prefix="embed"),
        dimension=config["hidden_size"],
        max_tokens=config["max_position_embeddings"],
    )


def _threads() -> int:
    """As many as there are processors, or as ``OMP_NUM_THREADS`` says, which FAISS heeds too."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdigit() else os.cpu_count() or 1
