"""What every system is measured through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FOUND = 10
"""Documents of a result."""

PASSAGES = 30
"""Passages asked for where a system finds passages only, so that ten documents are among them."""

CHARACTERS, OVERLAP = 600, 60
"""Size of the passages that texts are split into for the others, about 200 tokens: whole texts, as
many as the model reads of them, had done worse on such documents."""


@dataclass(frozen=True, slots=True)
class Text:
    """A document to be found; ``language`` is ba or ru."""

    id: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a system keeps its index, and the sentence-transformers folder of its model."""

    index: Path
    model: Path


class Searcher(Protocol):
    """A system over a folder; made with a Place, without loading anything yet."""

    def load(self) -> None:
        """Load the model and encode with it once."""

    def build(self, texts: Sequence[Text]) -> None:
        """Split, embed and index ``texts``, and save the index in its folder, which is empty."""

    def open(self) -> None:
        """Load the model and the saved index, for searching."""

    def search(self, query: str, language: str) -> list[str]:
        """Return the ids of at most FOUND documents in ``language``, best first, none twice."""


def best_documents(of_passages: Iterable[str]) -> list[str]:
    """Return the first FOUND documents of a ranking of passages, given as their documents' ids."""
    return list(dict.fromkeys(of_passages))[:FOUND]
