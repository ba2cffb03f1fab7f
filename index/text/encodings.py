"""Which of the encodings of the Russian past a text is in, and whether it was once read in another.

Both are one question: does it look like Bashkir or Russian? Letters have their frequencies, a
capital does not follow a small letter, and words of two scripts are rare; what was read in a wrong
encoding breaks all of this within a few words.
"""

import math
import re
from functools import cache

# UTF-8 apart, in which a text of any length proves itself.
LEGACY = ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5")

# Of 10,000 letters in 3,000 articles of Bashinform in both languages.
_FREQUENCIES = """
а 962 е 705 о 665 н 641 р 628 и 625 т 602 л 484 с 432 ы 372 к 313 ә 310 м 307 д 279 у 274 в 267
б 241 п 215 й 156 г 144 я 136 ш 131 ҡ 94 з 92 ҙ 91 х 89 ь 80 ө 77 һ 74 ғ 74 ч 62 ү 57 ж 48 ф 48
ц 48 ң 47 ю 36 э 26 щ 19 ҫ 11 ъ 4 ё 3
""".split()
_LETTERS = {
    letter: math.log(int(count) / 10_000)
    for letter, count in zip(_FREQUENCIES[::2], _FREQUENCIES[1::2], strict=True)
}
_MARKS = {
    **dict.fromkeys("„“”’…№§°", math.log(1 / 1000)),
    **dict.fromkeys("«»—–\u00a0", math.log(1 / 300)),
}
_ODD = math.log(1 / 100_000)
_INITIAL = -0.7  # capitals, at the beginning of a word and elsewhere
_CAPITAL = -1.5
_ALL_CAPITALS = -0.3  # each of a text that has no small letter
_BROKEN_CASE = -4.0
_TWO_SCRIPTS = -4.0
_CAPITAL_INSIDE = re.compile("[а-яё][А-ЯЁ]")
_CONTROLS = frozenset(chr(code) for code in range(32)) - frozenset("\t\n\r\f\v\x1a")

_PLAUSIBLE = -5.0
# By how much a repair must look better than what was there, where it leaves something odd or not.
_BETTER, _SLIGHTLY_BETTER = 1.0, 0.1
# By how much where all are capitals, which letters alone must tell, and for all characters
# together, so that of a few only what is beyond doubt is repaired.
_BETTER_THAN_CAPITALS, _BETTER_IN_ALL = 0.7, 12.0
_SAMPLE = 4000
_TOO_FEW = 4  # of fewer characters anything can be made


def plausibility(text: str) -> float:
    """Return how much the characters beyond ASCII look like Bashkir or Russian.

    The mean log-likelihood of a character, about −3.5 for sound text and below −5 for text that was
    read in a wrong encoding; 0 for ASCII alone.
    """
    total, count, before = 0.0, 0, ""
    all_capitals = text.isupper()
    for character in text:
        if character < "\x80":
            if character in _CONTROLS:
                total, count = total + _ODD, count + 1
            elif character.isalpha() and _is_cyrillic(before):
                total += _TWO_SCRIPTS
        else:
            count += 1
            small = character.lower()
            total += _LETTERS.get(small) or _MARKS.get(character, _ODD)
            if small != character and all_capitals:
                total += _ALL_CAPITALS
            elif small != character:
                total += _CAPITAL if before.isalpha() else _INITIAL
                total += _BROKEN_CASE if before.islower() else 0.0
            if before.isascii() and before.isalpha() and _is_cyrillic(character):
                total += _TWO_SCRIPTS
        before = character
    return total / count if count else 0.0


def legacy_encoding(data: bytes) -> str | None:
    """Return the 8-bit Cyrillic encoding, or the UTF-16 without a mark, that ``data`` is in.

    None where in none of them it looks like Bashkir or Russian.
    """
    names = ("utf-16-le", "utf-16-be") if b"\0" in data else LEGACY
    best, encoding = _PLAUSIBLE, None
    for name in names:
        text = _decoded(_sample(data), name)
        if text is not None and (score := plausibility(text)) > best:
            best, encoding = score, name
    return encoding


def without_mojibake(text: str) -> str:
    """Undo one round of decoding in a wrong encoding: «РЈС„Р°» and «сТЮ» are «Уфа».

    Text that looks sound, or that no such round explains, is returned as it is.
    """
    sample = text[:_SAMPLE]
    # Small letters read in a wrong encoding may be capitals, and nothing but, that look sound.
    if not sample.isupper() and not _is_suspicious(sample):
        return text
    score, pair = max((plausibility(_reread(sample, *pair)), pair) for pair in _PAIRS)
    if score < max(_PLAUSIBLE, plausibility(sample) + _margin(sample, _reread(sample, *pair))):
        return text
    return _reread(text, *pair)


def _margin(sample: str, repaired: str) -> float:
    """Return by how much a repair must be more plausible than what was there."""
    if sample.isupper():
        margin = _BETTER_THAN_CAPITALS
    else:
        margin = _BETTER if _is_suspicious(repaired) else _SLIGHTLY_BETTER
    beyond = sum(character >= "\x80" for character in sample)
    return max(margin, _BETTER_IN_ALL / max(1, beyond))


_PAIRS = [
    (wrong, right)
    for wrong in ("cp1252", *LEGACY)
    for right in ("utf-8", *LEGACY)
    if wrong != right
]


def _reread(text: str, wrong: str, right: str) -> str:
    """Return ``text`` with each line that this makes more plausible written so and read so."""
    return "".join(_reread_line(line, wrong, right) for line in text.splitlines(keepends=True))


def _reread_line(line: str, wrong: str, right: str) -> str:
    if line.isascii():
        return line
    try:
        read = line.translate(_bytes_of(wrong)).encode("latin-1").decode(right)
    except UnicodeError:
        return line
    return read if plausibility(read) > plausibility(line) else line


@cache
def _bytes_of(encoding: str) -> dict[int, int]:
    """Return the byte, as a code point below 256, of each character of an 8-bit encoding.

    What the encoding leaves open stands for itself, as browsers have it, or as U+FFFD where it is
    one byte alone. Other characters below 256 become one that cannot be written.
    """
    table = dict.fromkeys(range(0x80, 0x100), 0x100)
    undefined = []
    for byte in range(0x80, 0x100):
        try:
            table[ord(bytes([byte]).decode(encoding))] = byte
        except UnicodeDecodeError:
            undefined.append(byte)
        if byte < 0xA0 and table[byte] == 0x100:
            table[byte] = byte
    if len(undefined) == 1:
        table[0xFFFD] = undefined[0]
    return table


def _is_suspicious(text: str) -> bool:
    """Whether letters are odd or badly put together, as far as a glance can tell."""
    beyond = [character for character in text if character >= "\x80"]
    if len(beyond) < _TOO_FEW:
        return False
    odd = sum(c.lower() not in _LETTERS and c not in _MARKS for c in beyond)
    odd += len(_CAPITAL_INSIDE.findall(text))
    # One odd character is a slip or meant; a wrong encoding leaves many.
    return odd > max(1, len(beyond) / 100) or plausibility(text) < _PLAUSIBLE


def _is_cyrillic(character: str) -> bool:
    return "\u0400" <= character <= "\u052f"


def _sample(data: bytes) -> bytes:
    """Return the beginning, from where something beyond ASCII stands, cut between characters."""
    start = next((i for i, byte in enumerate(data[:1_000_000]) if byte >= 0x80 or not byte), 0)
    start = max(0, start - _SAMPLE // 2) // 4 * 4
    return data[start : start + 4 * _SAMPLE]


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
