"""Which language a text is in: Bashkir, Russian, both, or neither.

Short questions decide it: «Кем ул Сергей Борисов?» has no Bashkir letter, and a statistical
detector calls it Russian. So function words and endings are counted beside the letters, also as
they look when typed on a Russian keyboard (ҡасан → касан).
"""

import re
from dataclasses import dataclass
from typing import Literal

from index.text.wordlists import word_list

Language = Literal["ba", "ru", "mixed", "other"]

_BASHKIR_LETTERS = frozenset("ҡғҙҫһәөүң")
_RUSSIAN_ONLY_HINT = frozenset("ъщёц")
_FOREIGN_LETTERS = frozenset("іїєґўҷқҳӣӯұ")
_WORD = re.compile(r"[^\W\d_]+")

# Words of each language that hardly occur in the other; Bashkir ones spelt both ways.
_BASHKIR_WORDS = word_list("ba_function")
_RUSSIAN_WORDS = word_list("ru_function")
_BASHKIR_ENDING = re.compile(
    r"(?:лар|ләр|лэр|тар|тәр|тэр|дар|дәр|дэр|ҙар|ҙәр|зар|зэр|нан|нән|нэн|тан|тән|дан|дән|дэн|"
    r"ның|нең|дың|дең|тың|тең|ҙың|ҙең|нын|лыҡ|лек|лык|лыҡта|ған|гән|гэн|ҡан|кән|кэн|"
    r"ға|гә|гэ|ҡа|һы|һе|ында|ендә|ендэ|ында|лы|ле|сы|се|мы|ме|мо|мө|ыуы|еүе|еуе|ылды|елде|лды|лде|"
    r"алған|ылған|ылган|елгән|елгэн|асаҡ|асак|әсәк|эсэк)$"
)
_RUSSIAN_ENDING = re.compile(
    r"(?:ый|ий|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ыми|ими|ых|их|ую|юю|ость|ости|ться|тся|ает|ют|ит|"
    r"ила|ало|али|ился|лись|ать|ять|ить|еть|ский|ского|ской|ские|ция|ции|ение|ения|ов|ев|ами|ями|ах|ях)$"
)


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A language and how sure we are of it, from 0 to 1."""

    language: Language
    confidence: float


def detect_language(text: str) -> LanguageGuess:
    """Guess the language of a question or a sentence.

    ``other`` for text with hardly a Cyrillic letter, or of another Cyrillic alphabet.
    """
    written = _WORD.findall(text)
    words = [word.casefold() for word in written]
    letters = "".join(words)
    cyrillic = sum("\u0400" <= letter <= "\u052f" for letter in letters)
    if not letters or cyrillic < 0.5 * len(letters):
        return LanguageGuess("other", 1.0 - (cyrillic / len(letters) if letters else 0.0))
    if sum(letter in _FOREIGN_LETTERS for letter in letters) > 0.02 * cyrillic:
        return LanguageGuess("other", 0.9)
    # «Кем построен …?» asks in Russian, «Министр кем?» in Bashkir; and a name is no one's word.
    at_first = 0.0 if words[0] == "кем" else _bashkir_evidence(words[0])
    bashkir = at_first + sum(
        _bashkir_evidence(word) * (0.5 if spelt[0].isupper() else 1.0)
        for word, spelt in zip(words[1:], written[1:], strict=True)
    )
    russian = sum(_russian_evidence(word) for word in words)
    total = bashkir + russian
    if total == 0:
        return LanguageGuess("ru", 0.5)
    share = bashkir / total
    if len(words) >= 12 and 0.35 < share < 0.65:
        return LanguageGuess("mixed", 1.0 - abs(share - 0.5) * 2)
    return LanguageGuess("ba", share) if share >= 0.5 else LanguageGuess("ru", 1.0 - share)


def _bashkir_evidence(word: str) -> float:
    if any(letter in _BASHKIR_LETTERS for letter in word):
        return 2.0
    if word in _BASHKIR_WORDS:
        return 1.5
    return 0.5 if len(word) > 4 and _BASHKIR_ENDING.search(word) else 0.0


def _russian_evidence(word: str) -> float:
    if word in _RUSSIAN_WORDS:
        return 1.5
    hint = 0.5 if any(letter in _RUSSIAN_ONLY_HINT for letter in word) else 0.0
    return hint + (0.7 if len(word) > 3 and _RUSSIAN_ENDING.search(word) else 0.0)


def language_of_parts(parts: list[tuple[Language, int]]) -> Language:
    """Return the language of a text from its sentences, given as (language, characters).

    ``mixed`` where neither Bashkir nor Russian makes up four fifths of the two.
    """
    weight = {"ba": 0, "ru": 0, "mixed": 0, "other": 0}
    for language, characters in parts:
        weight[language] += characters
    known = weight["ba"] + weight["ru"] + weight["mixed"]
    if known <= weight["other"]:
        return "other"
    if weight["ba"] >= 0.8 * known:
        return "ba"
    if weight["ru"] >= 0.8 * known:
        return "ru"
    return "mixed"
