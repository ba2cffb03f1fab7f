"""The bundled model's graph with its layers' matrices in 8 bits, to be measured beside fp32.

Weights alone (``MatMulNBits``: a scale for 32 weights; the product in float32 or, at accuracy level
4, in 8 bits too, with a scale for 32 activations), or a scale for a row of weights and one for all
activations of a batch (``DynamicQuantizeMatMul``).
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper, load_model, numpy_helper
from safetensors import safe_open

from index.embedding.onnx_embedder import GRAPH

FORMS = {
    "weights 8 bits, product fp32": 0,
    "weights 8 bits, product 8 bits": 4,
    "dynamic 8 bits": None,
}
_BLOCK = 32
_LARGEST = 127


def quantised(source: Path, target: Path, accuracy_level: int | None) -> None:
    """Make a folder like ``source`` whose graph is of this accuracy level, or None for dynamic.

    Both lie in one file system: the files that stay are linked.
    """
    model = load_model(str(source / GRAPH), load_external_data=False)
    initial = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = []
    with safe_open(source / "model.safetensors", "numpy") as weights:
        for node in model.graph.node:
            if node.op_type != "FusedMatMul":
                nodes.append(node)
                continue
            name = node.input[1]
            new, tensors = _product(node, weights.get_tensor(name), accuracy_level)
            nodes.append(new)
            del initial[name]
            initial |= {
                key: numpy_helper.from_array(values, key) for key, values in tensors.items()
            }
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(initial.values())
    target.mkdir()
    (target / GRAPH).write_bytes(model.SerializeToString())
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (target / name).hardlink_to(source / name)  # ONNX Runtime follows no symbolic link


def _product(
    node: NodeProto, weight: NDArray[np.float32], accuracy_level: int | None
) -> tuple[NodeProto, dict[str, NDArray[Any]]]:
    name, (outputs, inputs) = node.input[1], weight.shape
    blocks = weight.reshape(outputs, -1, _BLOCK if accuracy_level is not None else inputs)
    scales = np.maximum(np.abs(blocks).max(axis=-1, keepdims=True), 1e-12) / _LARGEST
    numbers = np.round(blocks / scales)
    names = [f"{name}.numbers", f"{name}.scales"]
    if accuracy_level is None:
        kind, options = "DynamicQuantizeMatMul", {}
        tensors = [numbers.astype(np.int8).reshape(weight.shape).T.copy(), scales.reshape(-1)]
    else:
        kind = "MatMulNBits"
        options = {"K": inputs, "N": outputs, "bits": 8, "block_size": _BLOCK}
        options["accuracy_level"] = accuracy_level
        tensors = [(numbers + 128).astype(np.uint8), scales[..., 0]]
    new = helper.make_node(
        kind, [node.input[0], *names], node.output, node.name, domain="com.microsoft", **options
    )
    return new, dict(zip(names, tensors, strict=True))
