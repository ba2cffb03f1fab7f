"""A stemmer for Bashkir, on words folded to the Russian keyboard.

Every way to split a word into a stem and a chain of suffixes that the grammar allows
(``bashkir_suffixes``) gets a score: a weight for each suffix class, and how many words of the press
show the stem. The best split gives the stem. What is taken off:

- nouns: number (-лар), possession (-ым, -ын, -ы, -ыбыз, -ыгыз), case (-нын, -ны, -га, -ла, -нан)
  and what builds on it (-лагы, -ныкы, -лай), predicate (-мын, -хын, -быз, -лыр, -мы);
- verbs: passive (-ыл, -ын), negation (-ма), tense (-а, -ды, -ган, -ыр, -асак, -ха), person (-м, -н,
  -к, -быз, -лар), imperative, converb (-ып, -гас, -гансы), infinitive (-ырга), participles and the
  verbal noun (-ыу) with the suffixes of nouns, the agent (-ыусы).

What makes another word stays on: -лык, -сы, -лы, -хыз, causative and reciprocal. Stems that sound
differently before a vowel meet in one form: г and б at the end become к and п (китабы: китап), a
dropped vowel returns (халкы: халык), й comes out of я (куя: куй), ь of a loan word falls.

The stem is a key for matching and not always a word: клуб gives «клуп». The stem of a stem can be
shorter still, as a stem alone may look like a word with a suffix; stem words once. Weights and
stems are learned by ``python -m eval.stemming.learning``.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from index.text.bashkir_suffixes import BARE, NOUN, VERB, VOWELS, Chain, seam, suffix_chains

_VOICELESS = str.maketrans("гб", "кп")
# What may have stood between the last two consonants of a stem, by the vowel before them.
_DROPPED = {"а": "ы", "ы": "ы", "я": "ы", "э": "е", "е": "е", "и": "е", "у": "ые", "о": "оые"}
# Unknown stems that are longer score like this many letters.
_LONGEST_STEM = 40
_LEVEL = ("level as a noun", "level as a verb", "level as a bare noun")
_HIGH = "ыео"
_SHORT = {2: "two letters", 3: "three letters"}


Levels = Mapping[str, tuple[int, int]]
"""Known stems, each with its level as a noun and as a verb: the binary logarithm of how many words
of the press show it."""


def stem_features(stem: str, part: int, levels: Levels) -> list[tuple[str, float]]:
    """Return what speaks for ``stem`` as a part of speech, each by the name of its weight."""
    features = [("verb", 1.0)] if part == VERB else []
    if part == VERB and stem[-1] in _HIGH:
        features.append(("verb in ы, е, о", 1.0))
    if len(stem) in _SHORT:
        features.append((_SHORT[len(stem)], 1.0))
    if stem in levels:
        features.append((_LEVEL[part], float(levels[stem][part == VERB])))
    else:
        features.append(("letter of an unknown stem", float(len(stem))))
    return features


class Stemmer:
    """Chooses the best split by ``weights`` of features and suffix classes, and by known stems."""

    def __init__(self, weights: Mapping[str, float], levels: Levels) -> None:
        def scores(stem: str) -> tuple[float, ...]:
            both = (stem_features(stem, part, levels) for part in (NOUN, VERB, BARE))
            return tuple(sum(weights[name] * value for name, value in found) for found in both)

        self._known = {stem: scores(stem) for stem in levels}
        self._unknown = {
            high: [scores("*" * letters + end) for letters in range(_LONGEST_STEM)]
            for high, end in ((False, "*"), (True, "ы"))
        }
        self._chains = {
            letters: [
                (one.seams, one.part, sum(map(weights.__getitem__, one.classes))) for one in found
            ]
            for letters, found in chains().items()
        }

    def best(self, word: str) -> tuple[str, int]:
        """Return the stem of a folded word without hyphens, and which part of speech it is."""
        best, best_score = (word, NOUN), float("-inf")
        for stem, letters, joint, restored in splits(word):
            scores = self._known.get(stem)
            if scores is None:
                # A vowel is put back only where the stem with it is known.
                if restored:
                    continue
                scores = self._unknown[stem[-1] in _HIGH][min(len(stem), _LONGEST_STEM) - 1]
            for seams, part, weight in self._chains[letters]:
                if seams & joint and scores[part] + weight > best_score:
                    best, best_score = (stem, part), scores[part] + weight
        return best


def stem(word: str) -> str:
    """Return the stem of a word in folded letters: «балаларыбызга» and «балам» give «бала».

    Of a word with hyphens or spaces the last part is stemmed. What is no Bashkir word comes back as
    it is. The stem is never empty nor longer than the word.
    """
    start = max(word.rfind("-"), word.rfind(" ")) + 1
    return word[:start] + _stemmer().best(word[start:])[0]


@cache
def _stemmer() -> Stemmer:
    weights = {name: float(weight) for name, weight in _table("ba_suffixes")}
    levels = {stem: (int(both[0]), int(both[1])) for stem, both in _table("ba_stems")}
    return Stemmer(weights, levels)


def _table(name: str) -> list[list[str]]:
    text = files("index.text").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@cache
def chains() -> dict[str, tuple[Chain, ...]]:
    """Return the chains of suffixes by their letters."""
    return suffix_chains()


@cache
def _longest_chain() -> int:
    return max(map(len, chains()))


def splits(word: str) -> Iterator[tuple[str, str, int, bool]]:
    """Yield the ways to split ``word``: stem, letters of the suffixes, seam, vowel restored.

    The stem is in the one form for all its variants; the seam is that of ``Chain.seams``.
    """
    known = chains()
    first = max(2, len(word) - _longest_chain())
    vowel = ""
    for place, letter in enumerate(word, start=1):
        if letter in VOWELS:
            vowel = letter
        if place < first or not vowel:
            continue
        rest = word[place:]
        if rest in known:
            yield normal(word[:place]), rest, seam(word[:place], vowel), False
            if (
                rest
                and rest[0] in VOWELS
                and letter not in VOWELS
                and word[place - 2] not in VOWELS
            ):
                for dropped in _DROPPED.get(vowel, ""):
                    whole = word[: place - 1] + dropped + letter
                    yield normal(whole), rest, seam(whole, dropped), True
        # The й of a verb's stem and the а of the suffix are written я.
        if rest[:1] == "я" and letter in VOWELS and "а" + rest[1:] in known:
            whole = word[:place] + "й"
            yield whole, "а" + rest[1:], seam(whole, vowel), False


def normal(stem: str) -> str:
    """Return ``stem`` in the one form for all its variants."""
    stem = stem.rstrip("ьъ") or stem
    return stem[:-1] + stem[-1].translate(_VOICELESS)
