"""What a text costs the model, counted from the shapes in its graph."""

from dataclasses import dataclass
from pathlib import Path

from onnx import load_model

from index.embedding.onnx_embedder import GRAPH


@dataclass(frozen=True, slots=True)
class Work:
    """FLOPs of each token, and those for each pair of tokens, which attention compares.

    A multiplication with its addition is two FLOPs; norms, activations and sums, some hundredths of
    the whole, are left out.
    """

    of_token: int
    of_pair: int
    weights_bytes: int  # of the matrices that each batch passes through

    def flops(self, tokens: int) -> int:
        """Return what a text of so many tokens costs."""
        return self.of_token * tokens + self.of_pair * tokens**2


def work_of(folder: Path) -> Work:
    """Return what the graph in the folder of a bundled model computes."""
    graph = load_model(str(folder / GRAPH), load_external_data=False).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    of_token = of_pair = weights = width = 0
    for node in graph.node:
        if node.op_type == "FusedMatMul":
            outputs, inputs = shapes[node.input[1]]
            width = width or outputs  # the first is that of the attention's queries
            of_token += 2 * inputs * outputs
            weights += 4 * inputs * outputs
        elif node.op_type == "MultiHeadAttention":
            of_pair += 2 * 2 * width  # which tokens, and what of them
    return Work(of_token, of_pair, weights)
