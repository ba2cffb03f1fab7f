"""Calls of a language model as all of them are made: through the circuit, within bounds."""

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from rag.generation.circuit import Circuit
from rag.generation.protocol import Abandoned, GenerationFailed, LanguageModel, Pieces, Prompt

_LONGEST = 4000  # characters; a model that writes on has lost its way
# Some models write what they think before what they say; even those told not to leave the tags.
_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>\s*|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a question may cost: ``seconds`` after it came, and for each prompt ``tokens``.

    ``count`` returns the number of tokens of a text.
    """

    seconds: float
    tokens: int
    count: Callable[[str], int]


class GuardedModel:
    """A language model whose failures open a circuit; safe to share between threads.

    ``bounds`` are for those who call it to keep.
    """

    def __init__(self, model: LanguageModel, circuit: Circuit, bounds: Bounds) -> None:
        self.bounds = bounds
        self._model = model
        self._circuit = circuit

    @property
    def name(self) -> str:
        """The model as the operator configured it."""
        return self._model.name

    def pieces(self, prompt: Prompt, seconds: float, wanted: Callable[[], bool]) -> Pieces:
        """Yield what the model writes, and tell the circuit how it went.

        Raises GenerationFailed, also where the answer is blank, has no end or is not waited for any
        more, and while the circuit is open.
        """
        if seconds <= 0:
            raise GenerationFailed("no time left")
        if not self._circuit.allows():
            raise GenerationFailed("the circuit is open")
        length, blank = 0, True
        try:
            with closing(self._model.pieces(prompt, seconds, wanted)) as pieces:
                for piece in pieces:
                    length += len(piece)
                    blank = blank and not piece.strip()
                    if length > _LONGEST:
                        raise GenerationFailed("endless")
                    yield piece
            if blank:
                raise GenerationFailed("empty")
        except Abandoned:
            raise
        except GenerationFailed:
            self._circuit.failed()
            raise
        except GeneratorExit:  # it writes, though nothing that can be shown
            self._circuit.succeeded()
            raise
        self._circuit.succeeded()


def spoken(text: str) -> str:
    """Return what a model says, without what it thinks aloud before."""
    return _THOUGHTS.sub("", text)
