"""The forms that a Bashkir verb can have, in full letters; ``verbs.tsv`` keeps those attested.

Written apart from the stemmer and in the other direction, so that neither hides the other's
mistakes. The tables follow Poppe, "Bashkir Manual", 1964. In a template A is а/ә, I is ы/е/о/ө,
U is у/ү, K is ҡ/к, G is ғ/г and after a voiceless sound ҡ/к, N is н and L is л after a vowel, both
else ҙ, д or т by the sound before; «(x)» stands after a consonant only, «[x]» after a vowel only.
"""

import re
from collections.abc import Iterator

_VOWELS = "аәыеоөуүиэюя"
_GLIDES = "уүй"
_BACK = "аыоуюя"
_VOICELESS = "пктсшҡҫһф"
_PART = re.compile(r"\(([^)]+)\)|\[([^]]+)\]|(.)")

_PRESENT = {"1;SG": "м", "2;SG": "һIң", "3;SG": "", "1;PL": "бIҙ", "2;PL": "һIғIҙ", "3;PL": "LAр"}
_PAST = {"1;SG": "м", "2;SG": "ң", "3;SG": "", "1;PL": "K", "2;PL": "ғIҙ", "3;PL": "лAр"}
_PARTICIPLE = {"1;SG": "мIн", "2;SG": "һIң", "3;SG": "", "1;PL": "бIҙ", "3;PL": "LAр"}
_CASES = {"NOM": "", "ACC": "NI", "GEN": "NIң", "DAT": "GA", "LOC": "LA", "ABL": "NAн"}
_CASES_OF_THIRD = {"ACC": "н", "GEN": "нIң", "DAT": "нA", "LOC": "ндA", "ABL": "нAн"}

_FINITE = {
    "PRS": (("[й](A)", "мAй"), _PRESENT),
    "PST": (("NI", "мANI"), _PAST),
    "COND": (("һA", "мAһA"), _PAST),
    "PST;EVID": (("GAн", "мAғAн"), _PARTICIPLE),
    "FUT": (("(I)р", "мAҫ"), _PARTICIPLE),
    "FUT;DEF": (("[й]AсAK", "мAйAсAK"), _PARTICIPLE),
}
_NOMINAL = {
    "V.PTCP;PST": ("GAн", "мAғAн"),
    "V.PTCP;FUT": ("[й]AсAK", "мAйAсAK"),
    "V.MSDR": ("(I)U", "мAU"),
    "N;AGENT": ("(I)UсI", "мAUсI"),
}
_OTHER = {
    "V;NFIN": ("(I)рGA", "мAҫKA"),
    "V.CVB;PRF": ("(I)п", "мAйсA"),
    "V.CVB;PRIOR": ("GAс", "мAғAс"),
    "V.CVB;TERM": ("GAнсI", "мAғAнсI"),
    "V.PTCP;POT": ("(I)рлIK", "мAҫлIK"),
    "V;IMP;2;SG": ("", "мA"),
    "V;IMP;2;PL": ("(I)ғIҙ", "мAғIҙ"),
    "V;IMP;3;SG": ("һIн", "мAһIн"),
    "V;IMP;3;PL": ("һIндAр", "мAһIндAр"),
    "V;OPT;1;SG": ("(A)йIм", "мAйIм"),
    "V;OPT;1;PL": ("(A)йIK", "мAйIK"),
}


def forms(stem: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of the verb with this stem, each with its features as UniMorph writes them.

    The passive, which keeps the verb's meaning, is among them; causative and reciprocal are verbs
    of their own.
    """
    passive = add(stem, "(I)н" if "л" in stem[-2:] else "(I)л")
    for voice, base in (("", stem), (";PASS", passive)):
        for polarity, sign in enumerate(("", ";NEG")):
            for features, suffixes in _chains(polarity):
                word = base
                for suffix in suffixes:
                    word = add(word, suffix)
                yield word, features + sign + voice


def verbal_noun(stem: str) -> str:
    """Return the form that dictionaries list the verb under: «яҙыу» of «яҙ»."""
    return add(stem, "(I)U")


def add(word: str, template: str) -> str:
    """Return ``word`` with one more suffix, as they sound together: «тап», «(I)п»: «табып»."""
    ends_in_vowel = _is_vowel(word[-1])
    for after_consonant, after_vowel, plain in _PART.findall(template):
        wanted = plain or (after_vowel if ends_in_vowel else after_consonant)
        word = _met(word, "".join(_sound(word, letter) for letter in wanted))
    return word


def _chains(polarity: int) -> Iterator[tuple[str, list[str]]]:
    for tense, (bases, persons) in _FINITE.items():
        for person, ending in persons.items():
            yield f"V;{tense};{person}", [bases[polarity], ending]
    for name, bases in _NOMINAL.items():
        for case, ending in _CASES.items():
            yield f"{name};{case}", [bases[polarity], ending]
        yield f"{name};NOM;PSS3S", [bases[polarity], "I"]
        for case, ending in _CASES_OF_THIRD.items():
            yield f"{name};{case};PSS3S", [bases[polarity], "I" + ending]
    for name, bases in _OTHER.items():
        yield name, [bases[polarity]]


def _is_vowel(letter: str) -> bool:
    """Return whether a suffix takes ``letter`` for a vowel; у and ү at the end count as glides."""
    return letter in _VOWELS and letter not in _GLIDES


def _sound(word: str, letter: str) -> str:
    """Return the letter that an archiphoneme of a template becomes after ``word``."""
    last = next((one for one in reversed(word) if one in _VOWELS), "а")
    back, end = last in _BACK, word[-1]
    voiced = "ҙ" if end in "рҙ" + _GLIDES else "т" if end in _VOICELESS else "д"
    high = {"о": "о", "ө": "ө"}.get(last, "ы" if back else "е")
    return {
        "A": "а" if back else "ә",
        "I": high,
        "U": "у" if back else "ү",
        "K": "ҡ" if back else "к",
        "G": ("ҡ" if back else "к") if end in _VOICELESS else ("ғ" if back else "г"),
        "N": "н" if _is_vowel(end) else voiced,
        "L": "л" if _is_vowel(end) else voiced,
    }.get(letter, letter)


def _met(word: str, suffix: str) -> str:
    """Return both joined: п, ҡ and к are voiced between vowels, йа is written я."""
    if suffix[:1] == "а" and word[-1] == "й":
        return word[:-1] + "я" + suffix[1:]
    if suffix and suffix[0] in _VOWELS and word[-2:-1] and word[-2] in _VOWELS:
        return word[:-1] + {"п": "б", "ҡ": "ғ", "к": "г"}.get(word[-1], word[-1]) + suffix
    return word + suffix
