"""Where the words of a question stand in a text."""

from collections.abc import Iterable
from functools import lru_cache

from index.text.analysis import EQUIVALENTS, TOKEN, spellings, term_of
from index.text.bashkir import voiceless
from index.text.language import Language
from index.text.spans import Span

_KEPT_BEGINNINGS = 5_000  # more than the pairs of letters that texts in two alphabets begin with


class Occurrences:
    """Finds the words of texts whose terms are wanted; not to be shared between threads.

    To find the term of a word takes longer than all else. Stems begin as their words do, so that
    most words are known by their first two letters not to be wanted.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        """``wanted`` are terms (see analyse)."""
        self._wanted = frozenset(wanted)
        same = {word for word, term in EQUIVALENTS.items() if term in self._wanted}
        self._beginnings = {_beginning(term) for term in self._wanted | same}
        self._begins: dict[str, bool] = {}  # first letters as they are written

    def places(self, text: str, language: Language) -> list[Span]:
        """Return where the words of ``text`` stand whose terms are wanted, in order."""
        bashkir, begins, found = language == "ba", self._begins, []
        for token in TOKEN.finditer(text):
            word = token.group()
            first = word[:2]
            may_be = begins.get(first)
            if may_be is None:
                may_be = begins[first] = self._may_begin(first)
            if may_be and (term := term_of(word, bashkir)) and term in self._wanted:
                found.append(Span(*token.span()))
        return found

    def _may_begin(self, written: str) -> bool:
        """Whether a word that begins as it is ``written`` may have a wanted term."""
        return written[0].isdigit() or not self._beginnings.isdisjoint(_beginnings(written))


@lru_cache(_KEPT_BEGINNINGS)
def _beginnings(written: str) -> frozenset[str]:
    """Return what the term of a word may begin with whose first letters are ``written``."""
    both = {_beginning(spelling) for spelling in spellings(written)}
    return frozenset(both | {one[:1] for one in both})  # there are stems of one letter


def _beginning(term: str) -> str:
    # The last letter of a stem may have been made voiceless, and be the second one.
    return term[:1] + voiceless(term[1:2])
