"""``python -m eval.profiling.multiply THREADS``: products of matrices, copies of memory.

In a process of its own, because libraries take the number of threads from the environment when they
are loaded. The figures go to the output as JSON: GFLOP/s of a large product by BLAS and by ONNX
Runtime, in float32 and in 8 bits (whole numbers counted as FLOPs), and of a product of the shape of
the model's own; gigabytes a second read and written while large arrays are copied.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper
from onnxruntime import InferenceSession, SessionOptions

_ROUNDS = 7
_LARGE = (2048, 2048, 2048)
_OF_MODEL = (2048, 384, 1536)  # a batch of tokens through the widest layer of the bundled model
_COPIED = 64_000_000  # float32: 256 MB, more than any cache


def main() -> None:
    """Measure, print JSON."""
    threads = int(sys.argv[1])
    figures = {
        "blas_fp32": _gflops(_LARGE, by_blas(_LARGE)),
        "onnx_fp32": _gflops(_LARGE, by_onnx(_LARGE, threads, "MatMul")),
        "onnx_int8": _gflops(_LARGE, by_onnx(_LARGE, threads, "MatMulInteger")),
        "onnx_fp32_of_model": _gflops(_OF_MODEL, by_onnx(_OF_MODEL, threads, "MatMul")),
        "onnx_int8_of_model": _gflops(_OF_MODEL, by_onnx(_OF_MODEL, threads, "MatMulInteger")),
        "memory_gigabytes_per_second": _bandwidth(threads),
    }
    sys.stdout.write(json.dumps(figures))


def _gflops(shape: tuple[int, int, int], multiply: Callable[[], object]) -> float:
    """Return the best of some rounds: what else runs on the machine only takes away."""
    multiply()
    rows, inner, columns = shape
    times = max(1, 10**10 // (2 * rows * inner * columns))
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        for _ in range(times):
            multiply()
        best = min(best, (time.perf_counter() - started) / times)
    return round(2 * rows * inner * columns / best / 1e9, 1)


def by_blas(shape: tuple[int, int, int]) -> Callable[[], object]:
    """Return a product of numpy's library."""
    left, right = _matrices(shape)
    out = np.empty((shape[0], shape[2]), np.float32)
    return lambda: np.matmul(left, right, out=out)


def by_onnx(shape: tuple[int, int, int], threads: int, kind: str) -> Callable[[], Any]:
    """Return a product of ONNX Runtime; its right side is a constant, as weights are."""
    left, right = _matrices(shape)
    whole = kind == "MatMulInteger"
    if whole:
        left, right = (np.round(127 * np.abs(one)).clip(0, 127) for one in (left, right))
    types = (TensorProto.UINT8, TensorProto.INT8) if whole else (TensorProto.FLOAT,) * 2
    constant = helper.make_tensor(
        "right", types[1], right.shape, right.astype(np.int8 if whole else np.float32).tobytes(),
        raw=True,
    )  # fmt: skip
    given = helper.make_tensor_value_info("left", types[0], left.shape)
    result = TensorProto.INT32 if whole else TensorProto.FLOAT
    made = helper.make_tensor_value_info("product", result, (shape[0], shape[2]))
    node = helper.make_node(kind, ["left", "right"], ["product"])
    graph = helper.make_graph([node], "product", [given], [made], [constant])
    opsets = [helper.make_opsetid("", 21)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = SessionOptions()
    options.intra_op_num_threads = threads
    session = InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    taken = {"left": left.astype(np.uint8 if whole else np.float32)}
    return lambda: session.run(None, taken)


def _matrices(shape: tuple[int, int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    random = np.random.default_rng(0)
    rows, inner, columns = shape
    return (
        random.standard_normal((rows, inner), np.float32),
        random.standard_normal((inner, columns), np.float32),
    )


def _bandwidth(threads: int) -> float:
    parts = np.array_split(np.ones(_COPIED, np.float32), threads)
    copies = [np.empty_like(part) for part in parts]
    best = float("inf")
    for _ in range(_ROUNDS):
        workers = [
            threading.Thread(target=np.copyto, args=pair)
            for pair in zip(copies, parts, strict=True)
        ]
        started = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        best = min(best, time.perf_counter() - started)
    return round(2 * 4 * _COPIED / best / 1e9, 1)  # read and written


if __name__ == "__main__":
    main()
