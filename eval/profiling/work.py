"""What a text costs the model, counted from the shapes in its graph."""

from dataclasses import dataclass
from pathlib import Path

from onnx import load_model

from index.embedding.onnx_embedder import GRAPH


@dataclass(frozen=True, slots=True)
class Work:
    """FLOPs of each token in 32 and in 8 bits, and those for each pair, which attention compares.

    A multiplication with its addition is two FLOPs; norms, activations and sums, some hundredths of
    the whole, are left out.
    """

    of_token: int
    of_token_in_8_bits: int
    of_pair: int
    weights_bytes: int  # of the matrices that each text passes through

    def flops(self, tokens: int) -> int:
        """Return what a text of so many tokens costs."""
        return (self.of_token + self.of_token_in_8_bits) * tokens + self.of_pair * tokens**2

    def seconds(self, tokens: int, gflops: float, gflops_in_8_bits: float) -> float:
        """Return how long that takes where so many GFLOPs a second are reached."""
        exact = self.of_token * tokens + self.of_pair * tokens**2
        return (exact / gflops + self.of_token_in_8_bits * tokens / gflops_in_8_bits) / 1e9


def work_of(folder: Path) -> Work:
    """Return what the graph in the folder of a bundled model computes."""
    graph = load_model(str(folder / GRAPH), load_external_data=False).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    products = {
        kind: [shapes[node.input[1]] for node in graph.node if node.op_type == kind]
        for kind in ("FusedMatMul", "DynamicQuantizeMatMul")
    }
    exact, eight_bits = (
        sum(one * other for one, other in matrices) for matrices in products.values()
    )
    width = products["DynamicQuantizeMatMul"][0][0]  # the first is that of the attention's queries
    layers = sum(node.op_type == "MultiHeadAttention" for node in graph.node)
    # Attention: which tokens, and what of them.
    return Work(2 * exact, 2 * eight_bits, layers * 2 * 2 * width, 4 * exact + eight_bits)
