"""Whether quotations say what a claim does, across Bashkir and Russian and their spellings.

What can be checked surely is: every number, every date and every name of the claim must occur in
the quotations, nothing but words may stand in it, and a third of the words that carry its sense
must be there too; a claim that denies needs a sign of denial in them. That the quotations mean it,
or say it of the same person, is not checked.
"""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Prefix

from index.text.analysis import analyse, fold, stem_in_both
from index.text.skeletons import skeletons_of
from rag.figures import figures
from rag.lexicon import Lexicon

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_SHARE = 1 / 3
_LEAST_SHARED, _LONGEST_END = 6, 3  # letters of stems that differ by their endings
_LEAST_PROBABILITY = 0.2  # of a translation that may stand for a name
# Markup, addresses and brackets that markers are made of: no part of an answer in words.
_NO_WORDS = re.compile(r"[<>\[\]【】{}|\\]|://|\bwww\.|\w@\w")
# A claim that surely denies something needs a quotation that may: for quotations any sign will do.
_DENIES = re.compile(
    r"\b(?:не(?! (?:менее|более|только)\b)|нет|юҡ|түгел)\b|\w(?:маған|мәгән|(?:маҫ|мәҫ)\b)",
    re.IGNORECASE,
)
_MAY_DENY = re.compile(
    r"\b(?:не|ни|без|отказ|отмен|отсутств|запре)\w*|\b(?:юҡ|түгел)|\w(?:ма|мә|һыҙ|һеҙ)",
    re.IGNORECASE,
)
_LATIN = re.compile("[A-Za-z]")
# What an answer may begin with, capitalised, that no document need say.
_OPENINGS = frozenset(
    fold(word)
    for word in """
    да нет согласно документ документах документе предложению тексту текст источнику
    данным сообщается также однако кроме всего именно она они этот эта это его её их
    эйе юҡ документта документтарҙа документтар мәғлүмәт мәғлүмәттәргә
    билдәле шулай әммә ә барлығы ул улар был уның уларҙың
    """.split()
)


class Quoted:
    """The words, names, numbers and dates of some quotations."""

    def __init__(self, quotes: Sequence[str], lexicon: Lexicon) -> None:
        text = "\n".join(quotes)
        words = _WORD.findall(text)
        names = [word for word in words if word[0].isupper()]
        self._lexicon = lexicon
        self._stems = frozenset(stem for word in words for stem in stem_in_both(word))
        self._skeletons = frozenset(bones for word in names for bones in skeletons_of(word))
        self._initials = frozenset(fold(word)[:1] for word in names)
        self._figures = figures(text)
        self._may_deny = bool(_MAY_DENY.search(text))

    def support(self, claim: str, ordinary: frozenset[str]) -> bool:
        """Whether they say the claim.

        Its first word counts as a name unless it is among ``ordinary`` stems, as ``ordinary_stems``
        gives them.
        """
        claimed = figures(claim)
        if _NO_WORDS.search(claim) or not self._figures.hold(claimed):
            return False
        words = _WORD.findall(claim)
        for place, word in enumerate(words):
            first = place == 0 and (fold(word) in _OPENINGS or _is_among(word, ordinary))
            name = word[0].isupper() or _LATIN.search(word)
            if name and not first and not self._names(word):
                return False
        if not is_checkable(claim) or (_DENIES.search(claim) and not self._may_deny):
            return False
        carrying = _carrying(words)
        held = sum(self._says(word) for word in carrying)
        return held >= _LEAST_SHARE * len(carrying)

    def _names(self, word: str) -> bool:
        if len(word) == 1:
            return fold(word) in self._initials or not analyse(word)
        return not analyse(word) or self._says(word)

    def _says(self, word: str) -> bool:
        if _is_among(word, self._stems) or self._begins_alike(word):
            return True
        if word[0].isupper() and not self._skeletons.isdisjoint(skeletons_of(word)):
            return True
        return any(
            other in self._stems
            for stem in stem_in_both(word)
            for other, probability in self._lexicon.translations(stem)
            if probability >= _LEAST_PROBABILITY
        )

    def _begins_alike(self, word: str) -> bool:
        """Whether a word of theirs differs by its ending alone: «кластерлы», «кластерный»."""
        for stem in stem_in_both(word):
            for other in self._stems:
                shared = Prefix.similarity(stem, other)
                if shared >= _LEAST_SHARED and max(len(stem), len(other)) - shared <= _LONGEST_END:
                    return True
        return False


def is_checkable(text: str) -> bool:
    """Whether anything in a text can be checked; «Да», «Там же», «А когда?» say nothing of it."""
    return bool(_carrying(_WORD.findall(text)) or figures(text).numbers)


def ordinary_stems(texts: Iterable[str]) -> frozenset[str]:
    """Return the stems of words that stand in lower case somewhere: they are no names."""
    words = (word for text in texts for word in _WORD.findall(text) if word[0].islower())
    return frozenset(stem for word in words for stem in stem_in_both(word))


def _carrying(words: Sequence[str]) -> list[str]:
    return [word for word in words if len(word) > 1 and analyse(word)]


def _is_among(word: str, stems: frozenset[str]) -> bool:
    return any(stem in stems for stem in stem_in_both(word))
