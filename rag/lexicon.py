"""What a term of a question is called in the other language.

``lexicon.tsv.gz`` holds pairs of a Bashkir and a Russian term, as ``index.text.analysis`` gives
them, with the probability of each given the other; ``eval/lexicon`` learned it from translated
sentences. It belongs to one version of the analyser, and must be learned anew with the next.

A term and its translations are searched as alternatives, of which the best one counts. Adding up
their frequencies (Darwish and Oard, "Probabilistic structured query methods", 2003) was a little
better by itself and no better after fusion; ``eval/lexicon/README.md`` has the figures.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LEXICON_FILE = "lexicon.tsv.gz"
MOST_TRANSLATIONS = 8
LEAST_PROBABILITY = 0.02
# Flattens probabilities into weights: that a word has five forms makes none of them less right.
_POWER = 0.3

_ANALYSER = "# analyser: "


@dataclass(frozen=True, slots=True)
class Entry:
    """A Bashkir and a Russian term, and the probability of each where the other is translated."""

    ba: str
    ru: str
    ru_given_ba: float
    ba_given_ru: float

    def line(self) -> str:
        """Return the entry as it stands in the file."""
        return f"{self.ba}\t{self.ru}\t{self.ru_given_ba:.3f}\t{self.ba_given_ru:.3f}"


class Lexicon:
    """Translations of terms, both ways; safe to share between threads."""

    def __init__(self, lines: Iterable[str], analyser: str) -> None:
        """Take ``lines`` of entries whose terms the version ``analyser`` of the analyser gave."""
        self.analyser = analyser
        # Read only when asked for: parsing all takes four times as long as finding their terms.
        self._lines: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            ba, ru, _ = line.split("\t", 2)
            self._lines[ba].append(line)
            self._lines[ru].append(line)

    def translations(self, term: str) -> Sequence[tuple[str, float]]:
        """Return terms of the other language and the probability of each, best first; often none.

        At most MOST_TRANSLATIONS, none below LEAST_PROBABILITY, never the term itself. A term that
        both languages have is looked up in both.
        """
        found: dict[str, float] = {}
        for line in self._lines.get(term, ()):
            ba, ru, ru_given_ba, ba_given_ru = line.split("\t")
            other, probability = (
                (ru, float(ru_given_ba)) if ba == term else (ba, float(ba_given_ru))
            )
            if probability >= max(LEAST_PROBABILITY, found.get(other, 0.0)):
                found[other] = probability
        best_first = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return best_first[:MOST_TRANSLATIONS]

    def alternatives(self, term: str) -> Mapping[str, float]:
        """Return what is searched instead of ``term``: terms by weight, above 0 to 1.

        The term itself stands first, with weight 1.
        """
        return {term: 1.0} | {other: p**_POWER for other, p in self.translations(term)}


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon that comes with this version."""
    return read_lexicon(files("rag").joinpath(LEXICON_FILE).read_bytes())


def read_lexicon(content: bytes) -> Lexicon:
    """Return the lexicon of a file's ``content``."""
    lines = gzip.decompress(content).decode("utf-8").splitlines()
    notes = [line for line in lines if line.startswith("#")]
    (analyser,) = (note.removeprefix(_ANALYSER) for note in notes if note.startswith(_ANALYSER))
    return Lexicon(lines[len(notes) :], analyser)


def lexicon_content(entries: Iterable[Entry], analyser: str, notes: Iterable[str]) -> bytes:
    """Return a file of ``entries`` headed by ``notes``; the same bytes for the same entries."""
    head = [*(f"# {note}" for note in notes), _ANALYSER + analyser]
    text = "\n".join([*head, *(entry.line() for entry in entries)]) + "\n"
    return gzip.compress(text.encode("utf-8"), mtime=0)
