"""``python -m eval.stemming CORPORA``: the Bashkir stemmer beside prefixes, on nouns and verbs.

The stemmer's weights are fitted to these tables; ``eval.stemming.learning`` prints its figures on
held-out lemmas, which are the same within .005.
"""

import argparse
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.headlines import typed_in_russian_letters
from eval.statistics import Interval
from eval.stemming.measures import Stem, measure
from eval.stemming.tables import UNIMORPH, VERBS, read_forms
from index.text.analysis import fold
from index.text.bashkir import stem

_PREFIXES = (4, 5, 6)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds unimorph_bak")
    arguments = parser.parse_args()
    table = Table("forms", "letters", "stems", "together", "by lemma", "apart")
    for name, path in (("nouns", arguments.corpora / UNIMORPH), ("verbs", VERBS)):
        forms = read_forms(path)
        for letters, written in (("full", str.lower), ("typed", _typed)):
            for stems, stemmer in _stemmers():
                figures = measure(forms, written, stemmer)
                shown = (figures.together, figures.together_by_lemma, figures.apart)
                table.add_row(name, letters, stems, *map(_as_text, shown))
    Console().print(table)


def _typed(word: str) -> str:
    return typed_in_russian_letters(word).lower()


def _stemmers() -> list[tuple[str, Stem]]:
    prefixes = [(f"first {count}", partial(_prefix, count)) for count in _PREFIXES]
    return [("stemmer", lambda word: stem(fold(word))), *prefixes]


def _prefix(count: int, word: str) -> str:
    return word[:count]


def _as_text(figure: Interval) -> str:
    return f"{figure.value:.3f} ({figure.low:.2f}-{figure.high:.2f})"


if __name__ == "__main__":
    main()
