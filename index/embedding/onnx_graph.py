"""The model as an ONNX graph beside its sentence-transformers folder, for ONNX Runtime.

BERT (Devlin et al., 2019, arXiv:1810.04805), the mean over the tokens, and unit length, for one
text at a time. Nodes of the domain ``com.microsoft`` are those that ONNX Runtime has fused kernels
for.

The matrices of the layers are multiplied in 8 bits: whole numbers with a scale for each row of
weights, and one for all that is multiplied with them, found as it is computed. So what stands in
the same batch would change a text's vector; hence one at a time. The second matrix of each
feed-forward stays as it is: its inputs have a few very large values, and half of the error came
from there. All other weights stay in ``model.safetensors``, whose tensors are plain little-endian
numbers: the graph says where in that file each begins, and ONNX Runtime maps the table of words
into memory instead of reading it.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from safetensors import safe_open

from index.embedding.protocol import FloatMatrix

IDS = "ids"  # what the graph takes
VECTORS, TOKENS = "vectors", "tokens"  # what it gives
_WEIGHTS = "model.safetensors"
_FUSED = "com.microsoft"
# Processors without VNNI add products of 8 bits up by twos in 16 bits: with 255 × 63 they still
# fit, so that all processors compute the same.
_LARGEST = 63
_LEAST = 1e-12  # of a scale: a row of noughts has one too


def graph_of(folder: Path) -> bytes:
    """Return the ONNX file of the model in ``folder``, to be put beside its files.

    It takes ``ids``, int32 (1, tokens), and gives ``vectors``, float32 (1, dimension), of unit
    length, and ``tokens``, float32 (1, tokens, dimension), what the last layer makes of each token.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    graph = _Graph(folder / _WEIGHTS, config["num_attention_heads"], config["layer_norm_eps"])
    hidden = graph.embedded()
    for layer in range(config["num_hidden_layers"]):
        hidden = graph.layer(hidden, f"encoder.layer.{layer}")
    graph.pooled(hidden)
    return bytes(graph.model(config["hidden_size"]).SerializeToString())


class _Graph:
    """Nodes and weights, gathered in the order in which they are computed."""

    def __init__(self, weights: Path, heads: int, epsilon: float) -> None:
        self._file = weights
        self._places = _places(weights)
        self._heads, self._epsilon = heads, epsilon
        self._nodes: list[NodeProto] = []
        self._initial: dict[str, TensorProto] = {}

    def embedded(self) -> str:
        """Tokens as vectors; none has a type, so the vector of the first type is in each place."""
        with safe_open(self._file, "numpy") as stored:
            places = stored.get_tensor("embeddings.position_embeddings.weight")
            kind = stored.get_tensor("embeddings.token_type_embeddings.weight")[0]
        words = self._weight("embeddings.word_embeddings.weight")
        norm = self._affine("embeddings.LayerNorm")
        inputs = [IDS, "", words, self._own("positions", places + kind), "", *norm]
        return self._node("EmbedLayerNormalization", inputs, outputs=2, epsilon=self._epsilon)

    def layer(self, hidden: str, name: str) -> str:
        """Attention and feed-forward, each added to its input and normalised."""
        attention = f"{name}.attention"
        parts = [self._linear(hidden, f"{attention}.self.{p}") for p in ("query", "key", "value")]
        mixed = self._node("MultiHeadAttention", parts, num_heads=self._heads)
        out = self._linear(mixed, f"{attention}.output.dense")
        hidden = self._added(out, hidden, f"{attention}.output.LayerNorm")
        wide = self._node("Gelu", [self._linear(hidden, f"{name}.intermediate.dense")])
        narrow = self._exact_linear(wide, f"{name}.output.dense")
        return self._added(narrow, hidden, f"{name}.output.LayerNorm")

    def pooled(self, hidden: str) -> None:
        """The mean over the tokens at unit length."""
        axis = self._own("axis", np.array([1], np.int64))
        mean = self._node("ReduceMean", [hidden, axis], domain="", keepdims=0)
        self._nodes.append(helper.make_node("LpNormalization", [mean], [VECTORS], axis=-1, p=2))
        self._nodes.append(helper.make_node("Identity", [hidden], [TOKENS]))

    def model(self, dimension: int) -> ModelProto:
        """Everything so far as a model."""
        taken = [helper.make_tensor_value_info(IDS, TensorProto.INT32, [1, "tokens"])]
        shapes: dict[str, list[str | int | None]] = {
            VECTORS: [1, dimension],
            TOKENS: [1, "tokens", dimension],
        }
        given = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in shapes.items()
        ]
        graph = helper.make_graph(
            self._nodes, "encoder", taken, given, list(self._initial.values())
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def _exact_linear(self, inputs: str, name: str) -> str:
        product = self._node("FusedMatMul", [inputs, self._weight(f"{name}.weight")], transB=1)
        return self._node("Add", [product, self._weight(f"{name}.bias")], domain="")

    def _linear(self, inputs: str, name: str) -> str:
        with safe_open(self._file, "numpy") as stored:
            weight = stored.get_tensor(f"{name}.weight")
        scales = np.maximum(np.abs(weight).max(axis=1), _LEAST) / _LARGEST
        numbers = np.round(weight / scales[:, None]).astype(np.int8)
        names = [self._own(f"{name}.numbers", numbers.T), self._own(f"{name}.scales", scales)]
        bias = self._weight(f"{name}.bias")
        return self._node("DynamicQuantizeMatMul", [inputs, *names, "", bias])

    def _added(self, new: str, old: str, norm: str) -> str:
        inputs = [new, old, *self._affine(norm)]
        return self._node("SkipLayerNormalization", inputs, epsilon=self._epsilon)

    def _affine(self, norm: str) -> tuple[str, str]:
        return self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias")

    def _node(
        self, kind: str, inputs: list[str], *, domain: str = _FUSED, outputs: int = 1, **given: Any
    ) -> str:
        names = [f"{kind}.{len(self._nodes)}.{number}" for number in range(outputs)]
        self._nodes.append(
            helper.make_node(kind, inputs, names, name=names[0], domain=domain, **given)
        )
        return names[0]

    def _weight(self, name: str) -> str:
        """A tensor of the safetensors file, by its place there."""
        shape, offset, length = self._places[name]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", _WEIGHTS), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self._initial[name] = tensor
        return name

    def _own(self, name: str, values: "FloatMatrix | np.ndarray[Any, Any]") -> str:
        self._initial[name] = numpy_helper.from_array(values, name)
        return name


def _places(file: Path) -> dict[str, tuple[list[int], int, int]]:
    """Return shape, first byte and length of each tensor; the file begins with a table of them.

    Format: https://huggingface.co/docs/safetensors, eight bytes of the table's size, the table in
    JSON, the tensors.
    """
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        table = json.loads(stream.read(size))
    return {
        name: (entry["shape"], 8 + size + entry["data_offsets"][0], _length(*entry["data_offsets"]))
        for name, entry in table.items()
        if name != "__metadata__"
    }


def _length(begin: int, end: int) -> int:
    return end - begin
