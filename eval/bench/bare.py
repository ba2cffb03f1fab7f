"""What everything is measured against: the model in sentence-transformers, and nothing else.

In a process of its own where start-up is measured, in this one where only encoding is.
"""

import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
from sentence_transformers import SentenceTransformer

from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.embedding.protocol import FloatMatrix
from index.settings import IndexSettings

_LOAD = """
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1], device="cpu").encode(["query: яуап"])
"""


class BareModel:
    """The bundled model, loaded as a user of the library would."""

    def __init__(self, settings: IndexSettings) -> None:
        self._batch_size = settings.batch_size
        folder = bundled_folder(ADAPTED_SPEC, settings.model_dir)
        self._model = SentenceTransformer(str(folder), device="cpu")

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Return vectors of unit length of ``texts`` as they are."""
        vectors = self._model.encode(
            list(texts),
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32)


def seconds_to_load(settings: IndexSettings) -> float:
    """Return how long a fresh process takes to import the library, load and encode once."""
    folder = str(bundled_folder(ADAPTED_SPEC, settings.model_dir))
    load = [sys.executable, "-c", _LOAD, folder]
    started = time.perf_counter()
    subprocess.run(load, check=True, capture_output=True)  # noqa: S603 - fixed arguments, no shell
    return time.perf_counter() - started
