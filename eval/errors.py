"""Errors of evaluation, as part of the project's tree.

    InvalidInput
    └── EvaluationStopped     evaluation cannot go on
        ├── InvalidGold       gold files or corpora with faults, all of them, by line
        ├── RunMismatch       a run folder that holds another run, or is not finished
        └── SystemFailed      the judged system gave no usable response

Their sentences are English in every language: they speak to whoever keeps the gold sets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import InvalidInput
from index.messages import MessageLanguage


class EvaluationStopped(InvalidInput):
    """Evaluation cannot go on; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__("evaluation", sentence=sentence)

    def in_language(self, language: MessageLanguage) -> str:
        """Return the English sentence."""
        return str(self.values["sentence"])


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file; ``line`` counts from 1, and 0 stands for the file as a whole."""

    file: str
    line: int
    fault: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.fault}" if self.line else f"{self.file}: {self.fault}"
        )


class InvalidGold(EvaluationStopped):
    """Gold files or corpora with faults; ``problems`` names them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class RunMismatch(EvaluationStopped):
    """A run folder that holds another run than the one asked for, or none that is finished."""


class SystemFailed(EvaluationStopped):
    """The judged system gave no usable response."""
