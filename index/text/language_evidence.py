"""What a single word says about the language of the text it stands in.

Bashkir against Russian is a sum of the weights of letter n-grams, which ``eval/languages/learn.py``
learns from parallel news in full and in Russian-keyboard spelling, and of function words, which are
rare in news and decide questions. For Tatar and Kazakh, which would pass for Bashkir, there are
signs written by hand.
"""

import re
from functools import lru_cache
from importlib.resources import files
from itertools import repeat
from typing import NamedTuple

from index.text.wordlists import word_list

LONGEST_NGRAM = 5
NGRAMS = "ba_ru_ngrams"

HUNDREDTHS = 100  # of log-odds, in which the weights are written
_BASHKIR_LETTERS = re.compile("[ҡғҙҫһәөүң]")
# Bashkir alone has them: Tatar and Kazakh write the other five as well.
_BASHKIR_ALONE = re.compile("[ҡҙҫ]")
_AT_HOME = re.compile("[а-яёҡғҙҫһәөүң]+")  # a word of the two alphabets
_CYRILLIC = re.compile("[\u0400-\u052f]")
# Latin letters typed for the Cyrillic ones that look the same.
_LOOK_ALIKES = str.maketrans("əaeopcyxhö", "әаеорсухһө")
# Bashkir has «с» where Tatar has «ч»; its words with «ч» are borrowed, and their vowels Russian.
# Tatar adds -нар and -ны where Bashkir has -дар and -ты, and writes «авыл» for «ауыл».
_TATAR_WITH_CH = re.compile(
    r"ч.*[әөү]|[әөү].*ч|[аыяә]ч[аә]к(?:$|[лм])|"
    r"(?:[аы]чы|[ае]че|чык|гач|кач|нчы|енче|ынча|чылык)$"
)
_TATAR = re.compile(r"^яңа|^авы[лрз]|[мн]н[аә]р|(?:иләр|[кгшл]иясе|кны|[пктшс]н[ые]ң)$")
_BASHKIR_WORDS = word_list("ba_function")
_RUSSIAN_WORDS = word_list("ru_function")
_OTHER_WORDS = word_list("tt_function") | word_list("kk_function")
_FUNCTION_WORD = 2.0
# Learned from both spellings, the n-grams know little of the letters themselves.
_BASHKIR_SPELLING = 1.0


class WordEvidence(NamedTuple):
    """What one word tells."""

    cyrillic: bool
    """Whether at least half of its letters are; if not, the rest is false and 0."""
    log_odds: float
    """Of Bashkir (positive) against Russian (negative)."""
    function_word: bool
    """Whether it is on the list of either language."""
    bashkir_letters: bool
    """Whether it has a letter that Russian lacks."""
    bashkir_alone: bool
    """Whether it has a letter that Tatar and Kazakh lack."""
    other: int
    """1 for a word or an ending of Tatar or Kazakh, 2 for a letter of another alphabet, else 0."""


_NOT_CYRILLIC = WordEvidence(False, 0.0, False, False, False, 0)


@lru_cache(maxsize=1 << 15)
def word_evidence(word: str) -> WordEvidence:
    """Return what ``word`` tells; capitals do not matter."""
    if word.isascii():
        return _NOT_CYRILLIC
    spelling = word.casefold()
    foreign = False
    if not _AT_HOME.fullmatch(spelling):
        spelling = spelling.translate(_LOOK_ALIKES)
        if 2 * len(_CYRILLIC.findall(spelling)) < len(spelling):
            return _NOT_CYRILLIC
        foreign = not _AT_HOME.fullmatch(spelling)
    bashkir_letters = bool(_BASHKIR_LETTERS.search(spelling))
    listed = (spelling in _BASHKIR_WORDS) - (spelling in _RUSSIAN_WORDS)
    weights = ngram_weights()
    return WordEvidence(
        cyrillic=True,
        log_odds=sum(map(weights.get, ngrams(spelling), repeat(0))) / HUNDREDTHS
        + _FUNCTION_WORD * listed
        + _BASHKIR_SPELLING * bashkir_letters,
        function_word=bool(listed),
        bashkir_letters=bashkir_letters,
        bashkir_alone=not foreign and bool(_BASHKIR_ALONE.search(spelling)),
        other=2 if foreign else int(spelling in _OTHER_WORDS or _is_tatar(spelling)),
    )


def _is_tatar(word: str) -> bool:
    return bool(_TATAR.search(word)) or ("ч" in word and bool(_TATAR_WITH_CH.search(word)))


def ngrams(word: str) -> list[str]:
    """Return the n-grams of a word with its ends marked, 2 to LONGEST_NGRAM letters, and itself."""
    marked = f"^{word}$"
    length = len(marked)
    found = [
        marked[start : start + n]
        for n in range(2, LONGEST_NGRAM + 1)
        for start in range(length - n + 1)
    ]
    if length > LONGEST_NGRAM:
        found.append(marked)
    return found


@lru_cache(maxsize=1)
def ngram_weights() -> dict[str, int]:
    """Return the learned weights, in hundredths of log-odds; positive for Bashkir."""
    text = files("index.text").joinpath("words", f"{NGRAMS}.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {ngram: int(weight) for ngram, weight in rows}
