"""Where sentences begin and end in Bashkir and Russian text.

A sentence ends at «.», «!», «?», «…» (with what closes after it) before white space, unless what
follows goes on in lower case or what stands before is an initial or an abbreviation. A line end is
a sentence end where the line is finished or the next one starts afresh; a blank line always is.
"""

import re

from index.text.spans import Span, trimmed

# Never last in a sentence: a name or a number follows.
_LEADING = frozenset(
    """
    г просп пр д кв стр им исем ст п пос с см ср рис табл проф акад ред соч св т тт гл ч
    """.split()
)
_ENDING = re.compile(r"[.!?…]+[»”\"')\]]*(?=\s)|\n")
# «на ул. Ленина» is a street; «…тине ул.» is the Bashkir pronoun, and the end.
_STREET = re.compile(r"(?:^|[,;(]|\b(?:на|по|с|до|от|у|к))\s*ул\.$")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.$")
_NUMBER_BEFORE = re.compile(r"\d\s*[^\W\d_]+\.$")
_FINISHED = re.compile(r"[.!?…:;»”\"')\]]\s*$")
_OPENING = "«“„\"'([—–-•*#"


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of ``text`` in order, without the white space around them.

    The spans do not overlap, and every character outside them is white space.
    """
    spans = []
    start = 0
    for ending in _ENDING.finditer(text):
        if ending.start() < start:
            continue
        if _is_boundary(text, start, ending):
            spans.append(trimmed(text, start, ending.end()))
            start = ending.end()
    spans.append(trimmed(text, start, len(text)))
    return [span for span in spans if len(span)]


def _is_boundary(text: str, start: int, ending: re.Match[str]) -> bool:
    rest = text[ending.end() : ending.end() + 80]
    following = rest.lstrip()
    if not following:
        return True
    if ending.group() == "\n":
        return _ends_line(text[max(start, ending.start() - 80) : ending.start()], rest)
    if "\n\n" in rest[: len(rest) - len(following)]:
        return True
    if _goes_on(following):
        return False
    if ending.group()[0] != "." or ending.group() != ".":
        return True
    return not _is_abbreviation(text[max(start, ending.start() - 40) : ending.end()])


def _ends_line(line: str, rest: str) -> bool:
    if (
        not line.strip()
        or rest.startswith("\n")
        or rest[: len(rest) - len(rest.lstrip())].count("\n")
    ):
        return True
    return bool(_FINISHED.search(line)) or not _goes_on(rest.lstrip())


def _goes_on(following: str) -> bool:
    """Whether the text after a mark continues the sentence: «…! — тине ул», «т. е. так»."""
    first = following.lstrip(_OPENING + " \u00a0")
    return bool(first) and first[0].islower()


def _is_abbreviation(before: str) -> bool:
    word = _LAST_WORD.search(before)
    if word is None:
        return False
    last = word.group(1)
    if last == "ул":
        return bool(_STREET.search(before))
    if len(last) == 1 and last.isupper():
        return True  # an initial: «Н.Э. Бауман»
    if last in _LEADING:
        return not _NUMBER_BEFORE.search(before)  # «г. Уфа», but «в 2024 г. Затем»
    return False
