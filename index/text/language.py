"""Which language a text is in: Bashkir, Russian, both, or neither.

Each word is evidence (``language_evidence.py``), and the text is what its words add up to. Short
questions are what is hard: «Кем ул Сергей Борисов?» has no Bashkir letter, many are typed on a
Russian keyboard (ҡасан → касан), and Tatar passes for Bashkir. ``eval/languages`` measures it.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.text.language_evidence import word_evidence

Language = Literal["ba", "ru", "mixed", "other"]

# A word in capitals within the text is a name as a rule, and says half as much.
NAME_WEIGHT = 0.5

_WORD = re.compile(r"[^\W\d_]+")
_UNDECIDED = 0.5
# Words that both languages borrowed look a little Bashkir. So where no word tells more than this,
# all words together must; and where all are names, as much as the second.
_BORROWED = 2.0
_NAMES = 4.0
_SURE_OF_NAME = 0.7
# A text is in another language when so many of its words are, and no fewer than speak against it.
_OTHER_SHARE = 0.15
# A word of a mixed text counts when it is clearly of one language, in log-odds.
_CLEARLY_BASHKIR = 3.0
_CLEARLY_RUSSIAN = -1.5
_MIXED_WORDS = 8
_MIXED_LEAST = 3
_MIXED_SHARE = 0.15
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A language and how sure we are of it, from 0 to 1.

    On snippets of news the confidence is about the share of right guesses (calibrated).
    """

    language: Language
    confidence: float

    @property
    def is_sure(self) -> bool:
        """Whether to act on it where being wrong would be seen."""
        return self.confidence >= _SURE


@dataclass(slots=True)
class _Tally:
    """What the words of a text add up to; words where nothing else is said."""

    letters: int = 0
    cyrillic_letters: int = 0
    capitals: int = 0
    log_odds: float = 0.0
    most_log_odds: float = 0.0
    bashkir: int = 0
    russian: int = 0
    other: float = 0.0
    bashkir_alone: float = 0.0
    function_words: int = 0
    bashkir_letters: int = 0


def detect_language(text: str) -> LanguageGuess:
    """Guess the language of a question or a sentence.

    ``other`` for text with hardly a Cyrillic letter, in Tatar, in Kazakh, or in another Cyrillic
    alphabet. Without any evidence, as for most names, the guess is ``ru`` at 0.5.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    tally = _tally(words, in_capitals=text.isupper())
    if tally.cyrillic_letters * 2 < tally.letters or not words:
        return LanguageGuess("other", 1.0 - tally.cyrillic_letters / max(tally.letters, 1))
    against = tally.bashkir_alone + tally.russian
    if tally.other > _OTHER_SHARE * len(words) and tally.other >= against:
        return LanguageGuess("other", tally.other / (tally.other + against + 0.2))
    if tally.capitals == len(words) and not tally.function_words and "?" not in text:
        return _language_of_name(tally)
    if len(words) >= _MIXED_WORDS and (share := _share_of_lesser(tally)) >= _MIXED_SHARE:
        return LanguageGuess("mixed", 2 * share)
    return _bashkir_or_russian(tally)


def _tally(words: Sequence[str], *, in_capitals: bool) -> _Tally:
    tally = _Tally()
    for place, word in enumerate(words):
        evidence = word_evidence(word)
        tally.letters += len(word)
        if not evidence.cyrillic:
            continue
        tally.cyrillic_letters += len(word)
        capital = word[0].isupper()
        tally.capitals += capital
        tally.function_words += evidence.function_word
        tally.bashkir_letters += evidence.bashkir_letters
        if capital and place and not in_capitals:
            weight = NAME_WEIGHT
        else:
            weight = 1.0
            if evidence.bashkir_letters or evidence.log_odds > _CLEARLY_BASHKIR:
                tally.bashkir += 1
            elif evidence.log_odds < _CLEARLY_RUSSIAN and not evidence.other:
                tally.russian += 1
        tally.most_log_odds = max(tally.most_log_odds, evidence.log_odds)
        # «Кем построен …?» asks in Russian, «Министр кем?» in Bashkir: at first it tells nothing.
        if place or len(words) == 1 or word.lower() != "кем":
            tally.log_odds += weight * evidence.log_odds
        tally.other += weight * evidence.other
        tally.bashkir_alone += weight * evidence.bashkir_alone
    return tally


def _language_of_name(tally: _Tally) -> LanguageGuess:
    if tally.bashkir_letters or tally.log_odds > _NAMES:
        return LanguageGuess("ba", _SURE_OF_NAME)
    return LanguageGuess("ru", _UNDECIDED)


def _share_of_lesser(tally: _Tally) -> float:
    lesser = min(tally.bashkir, tally.russian)
    return lesser / (tally.bashkir + tally.russian) if lesser >= _MIXED_LEAST else 0.0


def _bashkir_or_russian(tally: _Tally) -> LanguageGuess:
    log_odds = tally.log_odds
    told = tally.bashkir_letters or tally.function_words or tally.most_log_odds >= _BORROWED
    if log_odds > 0 and not told:
        log_odds = max(log_odds - _BORROWED, 0.0)
    confidence = 1 / (1 + math.exp(-min(abs(log_odds), 50)))
    return LanguageGuess("ba" if log_odds > 0 else "ru", confidence)


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
