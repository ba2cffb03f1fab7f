"""Whether the words of an answer are right: whole tokens against the accepted short answers."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from index.text.analysis import fold

# Said at the head of an answer; elsewhere «да» and «нет» mean other things, or are particles.
_VERDICTS = frozenset(("да", "нет", "эйе", "юк"))
_GROUPED_DIGITS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


def tokens(text: str) -> list[str]:
    """Return the words and numbers of ``text`` as they are compared.

    Lower case, letters folded as for search, «1 200» and «1200» alike, «3,5» and «3.5» too.
    """
    joined = _GROUPED_DIGITS.sub(lambda digits: re.sub(r"\s", "", digits.group()), text)
    return [
        token.replace(",", ".") if token[0].isdigit() else fold(token)
        for token in _TOKEN.findall(joined)
    ]


def says(text: str, accepted: Iterable[str]) -> bool:
    """Whether ``text`` holds one of the accepted answers as consecutive whole tokens.

    A bare yes or no counts only as the first word.
    """
    words = tokens(text)
    return any(_holds(words, tokens(answer)) for answer in accepted)


def token_f1(text: str, accepted: Iterable[str]) -> float:
    """Return the best F1 of the tokens of ``text`` against an accepted answer, from 0 to 1.

    Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016.
    """
    words = tokens(text)
    return max((_f1(words, tokens(answer)) for answer in accepted), default=0.0)


def _holds(words: Sequence[str], answer: Sequence[str]) -> bool:
    if not answer:
        return False
    places = 1 if len(answer) == 1 and answer[0] in _VERDICTS else len(words)
    return any(list(words[i : i + len(answer)]) == list(answer) for i in range(places))


def _f1(words: Sequence[str], answer: Sequence[str]) -> float:
    shared = (Counter(words) & Counter(answer)).total()
    return 2 * shared / (len(words) + len(answer)) if shared else 0.0
