"""The circuit: a model that fails is left alone for a while."""

from rag.generation.circuit import Circuit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_and_tries_again_after_the_pause() -> None:
    clock = Clock()
    circuit = Circuit(2, 30, clock)
    circuit.failed()
    circuit.succeeded()
    circuit.failed()
    assert circuit.allows()
    circuit.failed()
    assert not circuit.allows()
    clock.now += 29
    assert not circuit.allows()
    clock.now += 1
    assert circuit.allows()
    assert not circuit.allows()  # the others wait for what the first one finds
    circuit.failed()
    clock.now += 29
    assert not circuit.allows()
    clock.now += 1
    assert circuit.allows()
    circuit.succeeded()
    assert all(circuit.allows() for _ in range(3))


def test_one_that_tries_and_never_says_how_it_went_is_followed_by_another() -> None:
    clock = Clock()
    circuit = Circuit(1, 30, clock)
    circuit.failed()
    clock.now += 30
    assert circuit.allows()
    clock.now += 30
    assert circuit.allows()
