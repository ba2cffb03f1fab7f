"""What the rest of the system asks of a language model, and how it may fail.

GenerationFailed      the extractive answer must stand in; the reason is for the log
├── Abandoned         nobody waits for the answer any more
└── WrongLanguage     it answers, but not in the language asked for
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

Pieces = Generator[str, None, None]


class GenerationFailed(Exception):
    """The language model gave nothing that can be used. The message never holds what it said."""


class Abandoned(GenerationFailed):
    """Nobody waits for the answer any more."""


class WrongLanguage(GenerationFailed):
    """The answer is not in the language asked for."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a language model is given: its task and rules, then the documents and the question."""

    system: str
    user: str


class LanguageModel(Protocol):
    """A chat model. Implementations are safe to call from several threads."""

    @property
    def name(self) -> str:
        """The model as the operator configured it."""

    def pieces(self, prompt: Prompt, seconds: float, wanted: Callable[[], bool]) -> Pieces:
        """Yield the answer to ``prompt`` as it is written, whole after the last piece.

        Takes at most ``seconds``. Raises GenerationFailed where no whole answer came, and Abandoned
        soon after ``wanted`` turns false; closing the iterator ends the call too.
        """
