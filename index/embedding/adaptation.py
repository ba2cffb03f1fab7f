"""What the adapted model has learned: differences from the weights of the base model.

The layers' matrices differ by 8-bit numbers with a scale a row, the rest by float32. The file says
which base it belongs to, so that it is not added to another model, nor twice to the same.
``eval/adaptation`` makes it, and its card (``adapted/CARD.md``).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from index.embedding.protocol import FloatMatrix
from index.errors import Damaged

ADAPTED = Path(__file__).parent / "adapted"
_FILE, _CARD = "layers.safetensors", "card.json"
_LAYERS = "encoder."  # the beginning of the names of all weights that may differ
_LARGEST = 127


@dataclass(frozen=True, slots=True)
class Adaptation:
    """Differences by the name of the weight, float32, and the digest of the base's layers."""

    base: str
    differences: Mapping[str, FloatMatrix]


def _revision() -> str:
    card = json.loads((ADAPTED / _CARD).read_text(encoding="utf-8"))
    return str(card["sha256"])[:12]


ADAPTED_REVISION = _revision()


def read_adaptation(folder: Path = ADAPTED) -> Adaptation:
    """Read the file in ``folder``. Raises Damaged where it is not the one that the card names."""
    file = folder / _FILE
    card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
    try:
        if file_sha256(folder) != card["sha256"]:
            raise Damaged("model.adaptation_damaged", file=file.name)
        with safe_open(file, "numpy") as stored:
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - it is no mapping
            base = stored.metadata()["base"]
    except (OSError, SafetensorError) as error:
        raise Damaged("model.adaptation_damaged", file=file.name) from error
    differences = {}
    for name, values in tensors.items():
        if values.dtype == np.int8:
            differences[name] = values.astype(np.float32) * tensors[_scale(name)]
        elif not name.endswith(_scale("")):
            differences[name] = values
    return Adaptation(base, differences)


def apply_adaptation(
    adaptation: Adaptation, weights: Mapping[str, FloatMatrix]
) -> dict[str, FloatMatrix]:
    """Return ``weights`` with the differences added.

    Raises Damaged where they are not those of the base: of another model, or adapted already.
    """
    if layers_digest(weights) != adaptation.base:
        raise Damaged("model.other_base")
    return {
        name: weight + adaptation.differences[name] if name in adaptation.differences else weight
        for name, weight in weights.items()
    }


def save_adaptation(
    base: Mapping[str, FloatMatrix], adapted: Mapping[str, FloatMatrix], folder: Path = ADAPTED
) -> str:
    """Write what ``adapted`` layers differ by from ``base`` into ``folder``; return its hash."""
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, weight in adapted.items():
        difference = weight - base[name]
        if difference.ndim == 1:
            tensors[name] = difference
        else:
            scale = np.maximum(np.abs(difference).max(axis=1, keepdims=True), 1e-12) / _LARGEST
            tensors[name] = np.round(difference / scale).astype(np.int8)
            tensors[_scale(name)] = scale.astype(np.float32)
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / _FILE, metadata={"base": layers_digest(base)})
    return file_sha256(folder)


def file_sha256(folder: Path = ADAPTED) -> str:
    """Return the hash of the file of differences."""
    with (folder / _FILE).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def layers_digest(weights: Mapping[str, FloatMatrix]) -> str:
    """Return a hash of the weights that an adaptation may change."""
    digest = hashlib.sha256()
    for name in sorted(name for name in weights if name.startswith(_LAYERS)):
        digest.update(name.encode() + weights[name].astype("<f4").tobytes())
    return digest.hexdigest()


def _scale(name: str) -> str:
    return f"{name}.scale"
