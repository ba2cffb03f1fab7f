"""Whether an answer speaks the language it was asked in."""

import re

from index.text.language import detect_language

# What the detector returns for words that tell nothing.
_UNDECIDED = 0.5
_NAME_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")  # initials are no words
_TELLING = re.compile(r"[ҡғҙҫһәөүң]|^(?:да|нет|эйе|юҡ)$", re.IGNORECASE)


def speaks(words: str, language: str) -> bool | None:
    """Whether ``words``, an answer's own, are in ``language``.

    None where there is no word to judge. A lone name passes: it is written alike in both.
    """
    found = _WORD.findall(words)
    if not found:
        return None
    if _is_name(found):
        return True
    guess = detect_language(words)
    return guess.language == language or guess.confidence <= _UNDECIDED


def _is_name(words: list[str]) -> bool:
    return len(words) <= _NAME_WORDS and all(
        word[0].isupper() and not _TELLING.search(word) for word in words
    )
