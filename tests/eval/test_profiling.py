"""Stages that are timed, what a text costs a model, and the tables of a profile."""

import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from eval.profiling import anchors, stopwatch
from eval.profiling.machine import reached
from eval.profiling.multiply import by_onnx
from eval.profiling.questions import stages_of
from eval.profiling.stopwatch import Stopwatch
from eval.profiling.tables import markdown
from eval.profiling.work import Work, work_of
from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.folder import DataFolder
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, ingest

_HERE = "tests.eval.test_profiling"


def outer() -> int:
    return inner() + inner()


def inner() -> int:
    return 1


class Held:
    def once(self) -> int:
        return inner()


@pytest.fixture
def _each_look_at_the_clock_is_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: Iterator[int] = count()
    clock = SimpleNamespace(perf_counter=lambda: float(next(seconds)))
    monkeypatch.setattr(stopwatch, "time", clock)


@pytest.mark.usefixtures("_each_look_at_the_clock_is_a_second")
def test_a_stage_within_another_counts_for_itself_alone() -> None:
    watch = Stopwatch({"out": [f"{_HERE}:outer"], "in": [f"{_HERE}:inner"]})
    with watch.running():
        assert outer() == 2

    assert watch.seconds == {"out": 3.0, "in": 2.0}  # looks at 0 and 5; 1 and 2, 3 and 4


def test_a_stage_of_another_thread_counts_for_itself_and_for_none_that_waits() -> None:
    there, go = threading.Event(), threading.Event()

    def hold() -> int:
        there.set()
        assert go.wait(20)
        return 1

    watch = Stopwatch({"out": [f"{_HERE}:outer"], "held": [f"{_HERE}:Held.once"]})
    with watch.running(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "inner", hold)
        other = threading.Thread(target=Held().once)
        other.start()
        assert there.wait(20)  # the other is in the midst of its stage
        patch.undo()
        outer()
        before = dict(watch.seconds)
        time.sleep(0.05)
        go.set()
        other.join()

    assert before["held"] == 0.0 < before["out"]
    assert watch.seconds["held"] >= before["out"] + 0.05
    assert watch.seconds["out"] == before["out"]


@pytest.mark.usefixtures("_each_look_at_the_clock_is_a_second")
def test_methods_are_timed_too_and_afterwards_all_is_as_before() -> None:
    before = Held.once, inner
    watch = Stopwatch({"held": [f"{_HERE}:Held.once"], "in": [f"{_HERE}:inner"]})
    with watch.running():
        Held().once()

    assert (Held.once, inner) == before
    assert watch.seconds == {"held": 2.0, "in": 1.0}
    watch.reset()
    assert watch.seconds == {"held": 0.0, "in": 0.0}


def test_after_an_error_all_is_as_before() -> None:
    before = Held.once
    with pytest.raises(TypeError), Stopwatch({"held": [f"{_HERE}:Held.once"]}).running():
        Held.once()  # type: ignore[call-arg] # of nothing

    assert Held.once is before


def test_a_function_that_is_gone_is_named() -> None:
    with pytest.raises(AttributeError, match=r"IndexView\.sideways is gone"):
        Stopwatch({"dense": ["index.reader:IndexView.sideways"]})


@pytest.mark.parametrize("stages", ["QUERY", "ANSWER", "DOCUMENT"])
def test_all_named_functions_are_there(stages: str) -> None:
    Stopwatch(getattr(anchors, stages))


def test_a_function_is_timed_wherever_it_was_imported(folder: DataFolder) -> None:
    stages = {name: anchors.DOCUMENT[name] for name in ("catalog", "chunk", "terms", "publish")}
    watch = Stopwatch(stages)
    with watch.running():
        ingest(folder, {"id": "a", "text": "Өфө ҡалаһы."})

    assert all(seconds > 0 for seconds in watch.seconds.values())


def test_every_query_is_asked_once_after_the_first_ones() -> None:
    asked: list[str] = []
    queries = [str(number) for number in range(21)]
    stages = {"out": [f"{_HERE}:outer"]}

    figures = stages_of(asked.append, queries, stages, FakeEmbedder())

    assert asked == queries
    assert figures["queries"] == 11
    assert figures["stages_ms"] == {"out": 0.0}


def test_the_work_of_the_bundled_model_is_counted_from_its_graph() -> None:
    work = work_of(bundled_folder(ADAPTED_SPEC, IndexSettings().model_dir))

    # Twelve layers: four matrices of 384 by 384 and two of 384 by 1536, a product and a sum each.
    # The last one is not in 8 bits.
    exact, eight_bits = 12 * 384 * 1536, 12 * (4 * 384**2 + 384 * 1536)
    assert work == Work(2 * exact, 2 * eight_bits, 12 * 4 * 384, 4 * exact + eight_bits)
    assert work.flops(100) == 100 * 2 * (exact + eight_bits) + 100**2 * 12 * 4 * 384
    assert work.seconds(1, 1.0, 1e9) == pytest.approx((2 * exact + 12 * 4 * 384) / 1e9, rel=1e-6)


def test_what_is_reached_counts_the_prefix_and_the_marks() -> None:
    texts = ["Өфө", "Уфа"]
    figures = reached(FakeEmbedder(), Work(10**9, 10**9, 0, 0), (100.0, 100.0), texts, texts[:1])

    # «passage», four letters a token, its colon, the word, and two marks.
    assert figures["batches"]["tokens_a_text"] == 2 + 1 + 1 + 2
    assert figures["batches"]["texts"] == 2
    assert figures["queries"]["texts"] == 1


@pytest.mark.parametrize("kind", ["MatMul", "MatMulInteger"])
def test_what_is_timed_is_a_product(kind: str) -> None:
    (product,) = by_onnx((8, 16, 4), 1, kind)()

    assert product.shape == (8, 4)
    assert product.dtype == (np.int32 if kind == "MatMulInteger" else np.float32)
    assert np.abs(product).max() > 0


def test_tables_have_a_row_for_each_stage() -> None:
    stages = {"encode": 5.0, "words": 2.0}
    of_query = {"whole_ms": 10.0, "with_stopwatch_ms": 10.0, "tokenise_ms": 0.5}
    speeds = dict.fromkeys(
        ("blas_fp32", "onnx_fp32", "onnx_int8", "onnx_fp32_of_model", "onnx_int8_of_model"), 7.0
    )
    report = {
        "chunks": 12000,
        "search": {**of_query, "stages_ms": stages},
        "answer": {**of_query, "stages_ms": {"encode": 5.0, "confidence": 1.0}},
        "http": {"whole_ms": 12.0, "beside_ms": 2.0},
        "documents": {
            "documents": 3, "tokens": 1500, "seconds": 4.0,
            "stages_seconds": {"embed": 3.0, "the rest": 1.0},
        },
        "machine": {"by_threads": {"1": {**speeds, "memory_gigabytes_per_second": 9.0}}},
        "model": {
            "reached": {
                "batches": {
                    "tokens_a_text": 180.0, "tokens_per_second": 4000, "ms_a_text": 45.0,
                    "gflops": 170.0, "of_limit": 0.8,
                }
            }
        },
    }  # fmt: skip

    lines = markdown(report).splitlines()

    assert "| encode | 5.00 | 50% | 5.00 | 50% |" in lines
    assert "| words | 2.00 | 20% | – | – |" in lines
    assert "| confidence | – | – | 1.00 | 10% |" in lines
    assert "| embed | 3.00 | 75.0% |" in lines
    assert "| batches | 180.0 | 4,000 | 45.0 | 170.0 | 80% |" in lines
    assert "12,000 chunks" in markdown(report)
