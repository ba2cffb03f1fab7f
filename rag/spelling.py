"""Other spellings of a word: names in the other language, and slips of the typist.

Optimal string alignment: Damerau, "A technique for computer detection and correction of spelling
errors", 1964.
"""

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.reader import IndexView
from index.remembered import Remembered
from index.text.skeletons import Skeletons, skeletons

_SHORTEST, _LONG = 4, 8  # letters of a term that may have one slip, and two
_SHORTEST_WORD = 5  # letters of the word that it is of
_MOST = 3
_KEPT_LETTERS = 64  # more than an alphabet
_VOWELS = "аоуэяюеиы"
# What is typed for letters that the Russian keyboard lacks, beside what folding undoes: «кайда» for
# «ҡайҙа», «салам» for «сәләм».
_TYPED = str.maketrans("эз", "ад")

# The index gives the same string for the same letter.
_by_consonants: Remembered[str, Skeletons] = Remembered(Skeletons, _KEPT_LETTERS)


def names_spelt_otherwise(term: str, written: str, view: IndexView) -> list[str]:
    """Return terms of the index that may be the name ``written`` as others spell it.

    Хәмитов and Хамитов, Әлфиә Вәлиева and Альфия Валеева.
    """
    wanted = skeletons(term) if written[0].isupper() else frozenset()
    if not wanted:
        return []
    shortest = min(wanted, key=len)
    return [
        other
        for stems in _beginning_alike(term, view)
        for other in _by_consonants.of(stems).beginning_with(shortest)
        if other != term and not wanted.isdisjoint(skeletons(other))
    ]


def slips_of(term: str, written: str, view: IndexView) -> list[str]:
    """Return terms of the index that ``written`` may be a slip of; none of a word that it has."""
    if len(term) < _SHORTEST or len(written) < _SHORTEST_WORD or term[0].isdigit():
        return []
    near = [stem for stems in _beginning_alike(term, view) for stem in stems.split("\n")]
    if term in near:
        return []
    found = process.extract(
        term,
        near,
        scorer=OSA.distance,
        processor=lambda word: word.translate(_TYPED),
        score_cutoff=1 if len(term) < _LONG else 2,
        limit=_MOST,
    )
    return [other for other, _, _ in found]


def _beginning_alike(term: str, view: IndexView) -> list[str]:
    """Return terms of the index, one a line, by their first letters."""
    # The first vowel of a name changes with the language too: «Әхмәт», «Ахмет».
    first = _VOWELS if term[0] in _VOWELS else term[0]
    return [view.beginning_with(letter) for letter in first]
