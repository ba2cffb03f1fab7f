"""The suffixes of Bashkir words and the order they stand in, as strings of folded letters.

A grammar is a graph of suffix classes: from each state some suffixes lead on to others, and a word
may end in any of them. From one template per suffix, vowel harmony and the consonants at the seam
make its shapes; walking the graph makes every chain of them, with the stems that it can follow.
After Poppe, "Bashkir Manual", 1964.

In a template A is а/э, I is ы/е/о, K is г or к after a voiceless sound, L is л and N is н after a
vowel, both else з, д or т by the sound before; «(x)» stands after a consonant only, «[x]» after a
vowel only. (Folded ә is э, ҙ з, һ х, ҫ с, ғ г, ҡ к, ң н, ө о, ү у.)
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

VOWELS = "аэыеоиуяюё"
# A bare noun is apart, as nouns of the press stand without a suffix more often than not.
NOUN, VERB, BARE = 0, 1, 2

# What a suffix asks of the sound before it: a vowel; р, ҙ or a glide; another voiced consonant; a
# voiceless one. Folding and loan words leave some letters in two groups.
_SOUNDS = "VZDT"
_GROUPS = {
    **dict.fromkeys("аэыеояюё", "V"),
    **dict.fromkeys("рйу", "Z"),
    "и": "ZV",
    "з": "ZD",
    **dict.fromkeys("лмнж", "D"),
    **dict.fromkeys("бвгд", "DT"),
    **dict.fromkeys("пктсшщчцфх", "T"),
}
# How the vowels of suffixes go: back or front, and rounded or not. A folded о or у, and и and е in
# loan words, do not tell which.
_HARMONIES = ("back", "front", "back rounded", "front rounded")
_HARMONY = {
    **dict.fromkeys("аыя", 0b0001),
    **dict.fromkeys("эеиую", 0b0011),
    **dict.fromkeys("оё", 0b1111),
}
_FRONT = 0b0010
_PART = re.compile(r"\(([^)]+)\)|\[([^]]+)\]|(.)")

Suffix = tuple[str, str, str]
"""A suffix class, the template, and the state that it leads to."""


def _paradigm(name: str, then: str, templates: str) -> list[Suffix]:
    return [(name, template, then) for template in templates.split()]


_PREDICATE = _paradigm("person", "end", "мIн хIн бIз хIгIз LIр мI")
_PERSON = _paradigm("person", "end", "м хIн бIз хIгIз LAр мI LIр")
_PERSON_OF_PAST = _paradigm("person", "end", "м н к гIз лAр мI")
_PERSON_OF_PARTICIPLE = _paradigm("person", "end", "мIн хIн бIз хIгIз LAр мI")
_CASES: list[Suffix] = [
    ("genitive", "NIн", "end"),
    ("attributive", "NIкI", "end"),
    ("accusative", "NI", "end"),
    ("ablative", "NAн", "end"),
    ("locative", "LA", "located"),
    ("dative", "KA", "end"),
]
_TENSES: list[Suffix] = [
    ("present", "[й](A)", "present"),
    ("past", "NI", "past"),
    ("conditional", "хA", "past"),
    ("participle", "KAн", "participle"),
    ("pluperfect", "KAйнI", "past"),
    ("future participle", "[й]AсAк", "participle"),
    ("imperative", "хIн", "end"),
    ("imperative", "хIндAр", "end"),
    ("imperative", "(I)гIз", "end"),
    ("imperative", "[й](Aй)Iм", "end"),
    ("imperative", "[й](Aй)Iк", "end"),
    ("converb", "KAс", "end"),
    ("converb", "KAнсI", "end"),
    ("verbal noun", "(I)у", "verbal noun"),
]
_AFFIRMATIVE: list[Suffix] = [
    *_TENSES,
    ("negation", "мA", "negated"),
    ("future", "(I)р", "future"),
    ("future", "(A)р", "future"),
    ("converb", "(I)п", "end"),
    ("converb", "(I)шлAй", "end"),
]
_LAST_CASES: list[Suffix] = [(name, template, "end") for name, template, _ in _CASES]
_OF_PLURAL: list[Suffix] = [
    ("first person's", "(I)м", "owned"),
    ("second person's", "(I)н", "owned"),
    ("third person's", "[х]I", "third"),
    ("our", "(I)бIз", "cases"),
    ("your", "(I)гIз", "cases"),
    ("equative", "LAй", "end"),
    *_CASES,
    *_PREDICATE,
]
_OF_NOUN: list[Suffix] = [("plural", "LAр", "plural"), *_OF_PLURAL]
_GRAMMAR: dict[str, list[Suffix]] = {
    "end": [],
    # Nouns: number, possession, case, predicate.
    "noun": _OF_NOUN,
    "plural": _OF_PLURAL,
    "cases": _CASES,
    "owned": [
        ("genitive", "дIн", "end"),
        ("attributive", "дIкI", "end"),
        ("accusative", "дI", "end"),
        ("ablative", "дAн", "end"),
        ("locative", "дA", "located"),
        ("dative", "A", "end"),
    ],
    "third": [
        ("genitive", "нIн", "end"),
        ("attributive", "нIкI", "end"),
        ("accusative", "н", "end"),
        ("ablative", "нAн", "end"),
        ("locative", "ндA", "located"),
        ("dative", "нA", "end"),
        *_PREDICATE,
    ],
    "located": [("attributive", "гI", "attributed"), *_PREDICATE],
    "attributed": [("plural", "лAр", "attributed plural"), *_LAST_CASES],
    "attributed plural": _LAST_CASES,
    # Verbs: voice, negation, then tense and person, converb, infinitive, or a participle or verbal
    # noun, which takes the suffixes of nouns.
    "verb": [("passive", "(I)л", "voiced"), ("passive", "(I)н", "voiced"), *_AFFIRMATIVE],
    "voiced": _AFFIRMATIVE,
    "negated": [*_TENSES, ("future", "с", "future"), ("converb", "йсA", "end")],
    "present": _PERSON,
    "past": _PERSON_OF_PAST,
    "future": [
        *_PERSON_OF_PARTICIPLE,
        ("infinitive", "KA", "end"),
        ("potential", "лIк", "end"),
        ("equative", "LAй", "end"),
        ("ablative", "NAн", "end"),
    ],
    "participle": [*_PERSON_OF_PARTICIPLE, *_OF_NOUN],
    "verbal noun": [("agent", "сI", "noun"), *_OF_NOUN],
}


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of suffixes: after which stems it stands, on which part of speech, its classes.

    ``seams`` has a bit for each pair of a sound group and a harmony; see ``seam``.
    """

    seams: int
    part: int
    classes: tuple[str, ...]


def seam(stem: str, vowel: str) -> int:
    """Return the bits of the chains that can follow ``stem``, whose last vowel is ``vowel``."""
    return _seam(stem[-2:] if stem[-1] == "ь" else stem[-1], vowel)


@cache
def _seam(end: str, vowel: str) -> int:
    harmony = _HARMONY.get(vowel, 0) | (_FRONT if end[-1] == "ь" else 0)
    return sum(harmony << 4 * _SOUNDS.index(group) for group in _GROUPS.get(end[0], ""))


def suffix_chains() -> dict[str, tuple[Chain, ...]]:
    """Return the chains behind every string of suffixes, the empty one included."""
    found: dict[str, dict[tuple[int, tuple[str, ...]], int]] = defaultdict(lambda: defaultdict(int))
    for part, state in ((NOUN, "noun"), (VERB, "verb")):
        for number, group in enumerate(_SOUNDS):
            for place, harmony in enumerate(_HARMONIES):
                chains: list[tuple[str, tuple[str, ...]]] = []
                _walk(chains, state, "", group, harmony, ())
                for text, classes in chains:
                    whole = BARE if part == NOUN and not classes else part
                    found[text][whole, classes] |= 1 << 4 * number + place
    return {
        text: tuple(Chain(seams, *key) for key, seams in chains.items())
        for text, chains in found.items()
    }


def _walk(
    chains: list[tuple[str, tuple[str, ...]]],
    state: str,
    text: str,
    group: str,
    harmony: str,
    classes: tuple[str, ...],
) -> None:
    """Add every chain that goes on from here, after ``text`` and a sound of ``group``."""
    chains.append((text, classes))
    for name, template, then in _GRAMMAR[state]:
        shape, last, on = _shape(template, group, harmony)
        # к is voiced between vowels.
        voiced = text.endswith("к") and shape[0] in VOWELS
        _walk(
            chains, then, (text[:-1] + "г" if voiced else text) + shape, last, on, (*classes, name)
        )


@cache
def _shape(template: str, group: str, harmony: str) -> tuple[str, str, str]:
    """Return the letters of ``template`` after a sound of ``group``, and what follows them."""
    back, rounded = harmony.startswith("back"), harmony.endswith("rounded")
    voiced = {"V": "", "Z": "з", "D": "д", "T": "т"}[group]
    letters = {
        "A": "а" if back else "э",
        "K": "к" if group == "T" else "г",
        "L": voiced or "л",
        "N": voiced or "н",
    }
    shape = ""
    for after_consonant, after_vowel, plain in _PART.findall(template):
        for letter in plain or (after_vowel if group == "V" else after_consonant):
            # Rounding goes on through ы, е, о only.
            rounded = rounded and letter not in "Aу"
            high = "о" if rounded else "ы" if back else "е"
            shape += high if letter == "I" else letters.get(letter, letter)
    harmony = ("back" if back else "front") + (" rounded" if rounded else "")
    return shape.replace("йа", "я"), _GROUPS[shape[-1]][0], harmony
