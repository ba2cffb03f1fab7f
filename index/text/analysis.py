"""Words as they are matched: folded to the Russian keyboard, and by their stems.

Bashkir words are stemmed by a stemmer of our own, Russian ones by Snowball's. What was compared
with stems stands in ARCHITECTURE.md.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from index.text.bashkir import stem as bashkir_stem
from index.text.language import Language, detect_language
from index.text.spans import Span
from index.text.wordlists import word_list, word_pairs

ANALYSER_VERSION = "stems/1"

_KEPT_WORDS = 100_000
_BASHKIR_LETTERS = frozenset("ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢ")
# What people type for letters that the Russian keyboard lacks.
_FOLD = str.maketrans("ҡғҙҫһәөүңё", "кгзсхэоуне")
# Latin and Greek letters, and those of neighbour alphabets, that stand inside Cyrillic words.
_LOOKALIKE = str.maketrans(
    "aceopxyhəζαқҳұABCEHKMOPTXYƏ",
    "асеорхуһәҙаҡһүАВСЕНКМОРТХУӘ",
)
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_TOKEN = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d.,]*\d)|\d+(?:[.,]\d+)*|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """What a word is matched by, and where the word stands in the text."""

    text: str
    span: Span


def fold(word: str) -> str:
    """Return ``word`` in lower case, look-alikes repaired, as typed on a Russian keyboard."""
    return _repaired(word).casefold().translate(_FOLD)


def _repaired(word: str) -> str:
    return word.translate(_LOOKALIKE) if _CYRILLIC.search(word) else word


_STOP = frozenset(fold(word) for name in ("ba_stop", "ru_stop") for word in word_list(name))
_SAME = {fold(word): fold(other) for word, other in word_pairs("equivalents")}


def analyse(text: str, language: Language | None = None) -> list[Term]:
    """Return the terms of ``text`` in order, stop words left out.

    ``language`` decides how words are stemmed; without it, it is found from the text. Numbers stay
    whole: «1 200» is «1200», «3,5» is «3.5».
    """
    return [Term(term, Span(start, end)) for term, start, end in placed_terms(text, language)]


def terms_of(text: str, language: Language | None = None) -> list[str]:
    """Return the terms that ``analyse`` gives, without their places."""
    return [term for term, _, _ in placed_terms(text, language)]


def placed_terms(text: str, language: Language | None = None) -> Iterator[tuple[str, int, int]]:
    """Yield what ``analyse`` gives as plain values, which takes half the time: term, start, end."""
    bashkir = (language or detect_language(text).language) == "ba"
    for token in _TOKEN.finditer(text):
        term = _term(token.group(), bashkir)
        if term:
            yield term, token.start(), token.end()


def stem_in_both(word: str) -> tuple[str, str]:
    """Return the Bashkir and the Russian stem of a word as it is written."""
    folded = fold(word)
    return _stem(folded, bashkir=True), _stem(folded, bashkir=False)


def _number(written: str) -> str:
    return re.sub(r"\s", "", written).replace(",", ".")


@lru_cache(maxsize=_KEPT_WORDS)
def _term(word: str, bashkir: bool) -> str:
    """Return what a word or a number is matched by; empty for a stop word."""
    if word[0].isdigit():
        return _number(word)
    folded = fold(word)
    if folded in _STOP:
        return ""
    return _stem(folded, bashkir or not _BASHKIR_LETTERS.isdisjoint(_repaired(word)))


def _stem(folded: str, bashkir: bool) -> str:
    if folded in _SAME:
        return _SAME[folded]
    return bashkir_stem(folded) if bashkir else russian_stem(folded)


def russian_stem(folded: str) -> str:
    """Return the stem that Porter's stemmer for Russian gives (Snowball, snowballstem.org)."""
    return str(_of_thread.russian.stemWord(folded))


class _Stemmers(threading.local):
    """Snowball's stemmer keeps the word in hand: shared by threads, it stems a mixture of two."""

    def __init__(self) -> None:
        self.russian = Stemmer.Stemmer("russian")


_of_thread = _Stemmers()
