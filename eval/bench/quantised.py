"""The bundled model's graph with its layers' matrices in other forms, to be measured beside ours.

As they are (``FusedMatMul``); with a scale for 32 weights (``MatMulNBits``), the product in float32
or, at accuracy level 4, in 8 bits too, with a scale for 32 activations; or all of them as ours has
most (``DynamicQuantizeMatMul``).
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper, load_model, numpy_helper
from safetensors import safe_open

from index.embedding.onnx_embedder import GRAPH

EXACT, DYNAMIC = "fp32", "dynamic 8 bits, all matrices"
FORMS = (EXACT, "weights 8 bits, product fp32", "weights 8 bits, product 8 bits", DYNAMIC)
_ACCURACY_LEVELS = {FORMS[1]: 0, FORMS[2]: 4}
_BLOCK = 32
_LARGEST = 127
_FUSED = "com.microsoft"
_PARTS = (".numbers", ".scales", ".weight")


def converted(source: Path, target: Path, form: str) -> None:
    """Make a folder like ``source`` whose graph has its matrices in one of FORMS.

    Both lie in one file system: the files that stay are linked.
    """
    model = load_model(str(source / GRAPH), load_external_data=False)
    initial = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = []
    with safe_open(source / "model.safetensors", "numpy") as weights:
        for node in model.graph.node:
            if node.op_type not in ("DynamicQuantizeMatMul", "FusedMatMul"):
                nodes.append(node)
                continue
            name = node.input[1].removesuffix(".numbers").removesuffix(".weight")
            made, tensors = _product(node, name, weights.get_tensor(f"{name}.weight"), form)
            nodes += made
            for part in _PARTS:
                initial.pop(name + part, None)
            initial |= {
                key: numpy_helper.from_array(values, key) for key, values in tensors.items()
            }
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(initial.values())
    target.mkdir()
    (target / GRAPH).write_bytes(model.SerializeToString())
    for file in ("config.json", "tokenizer.json", "model.safetensors"):
        (target / file).hardlink_to(source / file)  # ONNX Runtime follows no symbolic link


def _product(
    node: NodeProto, name: str, weight: NDArray[np.float32], form: str
) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """Return what computes as ``node`` does, and its tensors; one of FusedMatMul adds no bias."""
    bias = node.input[4] if node.op_type == "DynamicQuantizeMatMul" else None
    names = [f"{name}{part}" for part in _PARTS]
    options: dict[str, Any] = {}
    if form == EXACT:
        kind, taken, options = "FusedMatMul", [names[2]], {"transB": 1}
        tensors: dict[str, NDArray[Any]] = {names[2]: weight}
    else:
        outputs, inputs = weight.shape
        blocks = weight.reshape(outputs, -1, inputs if form == DYNAMIC else _BLOCK)
        scales = np.maximum(np.abs(blocks).max(axis=-1, keepdims=True), 1e-12) / _LARGEST
        numbers = np.round(blocks / scales)
        taken = names[:2]
        if form == DYNAMIC:
            kind = "DynamicQuantizeMatMul"
            values = [numbers.astype(np.int8).reshape(weight.shape).T.copy(), scales.reshape(-1)]
        else:
            kind = "MatMulNBits"
            options = {"K": inputs, "N": outputs, "bits": 8, "block_size": _BLOCK}
            options["accuracy_level"] = _ACCURACY_LEVELS[form]
            values = [(numbers + 128).astype(np.uint8), scales[..., 0]]
        tensors = dict(zip(taken, values, strict=True))
    result = f"{name}.product" if bias else node.output[0]
    made = [
        helper.make_node(
            kind, [node.input[0], *taken], [result], f"{name}.product", domain=_FUSED, **options
        )
    ]
    if bias:
        made.append(helper.make_node("Add", [result, bias], [node.output[0]]))
    return made, tensors
