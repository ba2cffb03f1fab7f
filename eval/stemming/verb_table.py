"""``python -m eval.stemming.verb_table CORPORA``: make ``verbs.tsv`` of ``verb_stems.txt`` anew.

Kept are the forms of each verb that stand in the press, under the verbal noun as in dictionaries.
A form that two features share, or that is another word too (ҡала: «stays» and «town»), stands once.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from eval.stemming.paradigm import forms, verbal_noun
from eval.stemming.press import count_words
from eval.stemming.tables import VERBS, Form

ATTESTED = 3
"""How often a form stands in the press at least: below that, misprints are too many."""

_STEMS = VERBS.with_name("verb_stems.txt")


def verb_stems() -> list[str]:
    """Return the stems of the verbs in the table, in full letters."""
    return _STEMS.read_text(encoding="utf-8").split()


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder of corpora")
    counts = count_words(parser.parse_args().corpora)
    rows = (row for stem in verb_stems() for row in _attested(stem, counts))
    lines = (f"{row.lemma}\t{row.word}\t{row.features}\n" for row in rows)
    VERBS.write_text("".join(lines), encoding="utf-8")


def _attested(stem: str, counts: dict[str, int]) -> Iterator[Form]:
    seen = set()
    for word, features in forms(stem):
        if word not in seen and counts.get(word, 0) >= ATTESTED:
            seen.add(word)
            yield Form(verbal_noun(stem), word, features)


if __name__ == "__main__":
    main()
