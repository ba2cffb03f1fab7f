"""Words as they are matched: folded to the Russian keyboard and cut to a stem.

A first analyser: five letters stand for the stem. On headlines → bodies that measured better than
whole words in both languages, and it needs no dictionary (ARCHITECTURE.md has the figures).
"""

import re
from dataclasses import dataclass

from index.text.spans import Span
from index.text.wordlists import word_list

ANALYSER_VERSION = "folded-prefix-5/1"

_STEM_LETTERS = 5
# What people type for letters that the Russian keyboard lacks.
_FOLD = str.maketrans("ҡғҙҫһәөүңё", "кгзсхэоуне")
# Latin and Greek letters, and those of neighbour alphabets, that stand inside Cyrillic words.
_LOOKALIKE = str.maketrans(
    "aceopxyhəζαқҳұABCEHKMOPTXYƏ",
    "асеорхуһәҙаҡһүАВСЕНКМОРТХУӘ",
)
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """What a word is matched by, and where the word stands in the text."""

    text: str
    span: Span


def fold(word: str) -> str:
    """Return ``word`` in lower case, look-alikes repaired, as typed on a Russian keyboard."""
    repaired = word.translate(_LOOKALIKE) if _CYRILLIC.search(word) else word
    return repaired.casefold().translate(_FOLD)


_STOP = frozenset(fold(word) for name in ("ba_stop", "ru_stop") for word in word_list(name))


def analyse(text: str) -> list[Term]:
    """Return the terms of ``text`` in order, stop words left out.

    Numbers stay whole, with «,» as «.»: «1 200» is two terms, «3,5» one.
    """
    terms = []
    for token in _TOKEN.finditer(text):
        word = token.group()
        folded = word.replace(",", ".") if word[0].isdigit() else fold(word)
        if folded not in _STOP:
            stem = folded if word[0].isdigit() else folded[:_STEM_LETTERS]
            terms.append(Term(stem, Span(*token.span())))
    return terms
