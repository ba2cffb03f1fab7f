"""Vectors taken from the mean of their language.

A multilingual model puts the texts of a language together: a Bashkir question is nearer to nearly
any Bashkir passage than to the Russian one that answers it, and some passages are near to
everything. Taking away the mean vector of the language, of questions and of passages each, undoes
much of that without touching the model: Libovický et al., "On the Language Neutrality of
Pre-trained Multilingual Representations", 2020. The means are learned by ``eval/fitting``.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from index.embedding.protocol import EmbedderSpec, FloatMatrix

_FOLDER = Path(__file__).parent / "means"
_LANGUAGES = ("ba", "ru")


@dataclass(frozen=True)
class Centring:
    """Mean vectors of one model, float32 (dimension,), by «queries.ba», «passages.ru» …

    Without means vectors stay as they are. Text that is in neither language alone is taken from
    the point between the two.
    """

    means: dict[str, FloatMatrix]

    @cached_property
    def version(self) -> str:
        """A hash of the means; empty without any."""
        digest = hashlib.sha256()
        for name in sorted(self.means):
            digest.update(name.encode() + self.means[name].astype("<f4").tobytes())
        return digest.hexdigest()[:12] if self.means else ""

    def queries(self, vectors: FloatMatrix, languages: Sequence[str]) -> FloatMatrix:
        """Return ``vectors`` (n, dimension) of queries, centred, of unit length."""
        return self._centred(vectors, "queries", languages)

    def passages(self, vectors: FloatMatrix, languages: Sequence[str]) -> FloatMatrix:
        """Return ``vectors`` (n, dimension) of passages, centred, of unit length."""
        return self._centred(vectors, "passages", languages)

    def _centred(self, vectors: FloatMatrix, role: str, languages: Sequence[str]) -> FloatMatrix:
        if not self.means or not len(vectors):
            return vectors
        known: dict[str, FloatMatrix] = {
            language: self.means[f"{role}.{language}"] for language in _LANGUAGES
        }
        between = (known["ba"] + known["ru"]) / 2
        away = vectors - np.stack([known.get(language, between) for language in languages])
        lengths = np.linalg.norm(away, axis=1, keepdims=True)
        return np.asarray(away / np.maximum(lengths, 1e-9), np.float32)


def load_centring(spec: EmbedderSpec) -> Centring:
    """Return the means that come with this version for a model; none for a model without."""
    file = _file(spec)
    return Centring(load_file(file) if file.is_file() else {})


def save_centring(spec: EmbedderSpec, centring: Centring, notes: dict[str, str]) -> None:
    """Keep the means of a model in this checkout; ``notes`` say how they were made."""
    save_file(centring.means, _file(spec), metadata=notes)


def _file(spec: EmbedderSpec) -> Path:
    name = "".join(c if c.isalnum() or c in "-." else "_" for c in f"{spec.name}-{spec.revision}")
    return _FOLDER / f"{name}.safetensors"
