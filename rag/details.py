"""What exactly a question asks for, beyond its kind: a year, a share, money, a number of something.

«В каком году» is not answered by «1 апреля», nor «нисә студент» by a number of towns: questions
that nothing answers are told by this more surely than by how near they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.text.analysis import fold, stem_in_both, terms_of
from rag.facts import Fact
from rag.figures import Figures, figures
from rag.query import Query, Word

_TOKEN = re.compile(r"\w+")
_YEAR_ASKED = re.compile(r"(?<!\w)(?:как\w+ год\w*|кай[хс]ы йыл\w*|нисэнсе йыл\w*)")
_SHARE_ASKED = re.compile(r"(?<!\w)процент")
_HOW_MANY = re.compile(r"скольк\w*|купме\w*|нисэу?(?!нсе)\w*")
_AMOUNT_ASKED = re.compile(
    r"как\w+ (?:\w+ )?(?:объем|сумм|размер|стоимост)|(?:хакы|кулэме) (?:купме|ниндэй)"
)
# Folded, as all of the question is.
_MONEY_ASKED = re.compile(
    r"(?<!\w)(?:сто[ия]\w*|обо[шй]\w*|ден[её]г|деньг\w*|сумм\w*|рубл\w*|акса\w*|хум\w*|хакы?|тора|"
    r"тулэ\w*|компенсац\w*|бюджет\w*|финанс\w*)(?!\w)"
)
_SPENT = re.compile(r"(?<!\w)(?:влож|выдел|зарабо|заплат|купи)")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_SHARE = re.compile(r"%|процент|проценҡ", re.IGNORECASE)
_SCALE = r"(?:мең|тыс|млн|миллион|млрд|миллиард|трлн|триллион)\w*"
_CURRENCY = r"(?:руб|һум|доллар|евро|₽|\$)"
_MONEY = re.compile(
    rf"\d[\d\s.,]*\s*(?:-\w{{1,3}}\s+)?(?:{_SCALE})?\.?\s*(?:\w+\s+)?{_CURRENCY}"
    rf"|{_SCALE}\.?\s*{_CURRENCY}",
    re.IGNORECASE,
)
_COUNTED = 3  # words behind «сколько» among which is what is counted
_NOT_THE_FIRST = 0.2  # less, for each word that stands before the one that is found
_BEFORE, _BEHIND = 2, 3  # words around a number that may say of what it is

DETAILS = (
    "ordinary",  # share of the question's words that are neither names nor numbers in the sentence
    "names",  # share of its names
    "near_ordinary",  # of the former, in the sentence and its two neighbours
    "lost",  # how many of them are not in the sentence
    "detail",  # holds just what is asked for: a year, a share, money, a number of it
    "missing_detail",  # is asked for such a thing and does not hold it
    "other_year",  # speaks of years, of none of those that the question speaks of
    "unmet_numbers",  # share of the question's numbers that are not in the sentence
)
_NOTHING_TO_HOLD = 0.5

DetailKind = Literal["year", "share", "money", "number", "count"]


@dataclass(frozen=True, slots=True)
class Detail:
    """What is asked for; ``counted`` are the words of which one says what is counted."""

    kind: DetailKind
    counted: Sequence[Word] = ()

    def held(self, text: str, facts: Sequence[Fact], said: Figures) -> float:
        """Return how surely a sentence holds it, from 0 to 1.

        ``facts`` are those of the sentence, and ``said`` the figures, that the question says not,
        or says, itself.
        """
        match self.kind:
            case "year":
                years = {int(year) for year in _YEAR.findall(text)}
                return float(any(year not in said.numbers for year in years))
            case "share":
                return float(bool(_SHARE.search(text)))
            case "money":
                return float(bool(_MONEY.search(text)))
            case "number":
                return float(any(fact.kind == "number" for fact in facts))
            case "count":
                numbers = (fact for fact in facts if fact.kind == "number")
                return max((self._counts(text, number) for number in numbers), default=0.0)

    def _counts(self, text: str, number: Fact) -> float:
        """Return how surely a number is one of what is counted."""
        before = _TOKEN.findall(text[: number.span.start])[-_BEFORE:]
        behind = _TOKEN.findall(text[number.span.end :])[:_BEHIND]
        around = _terms(" ".join([*before, *_TOKEN.findall(number.text), *behind]))
        found = (
            at for at, word in enumerate(self.counted) if not around.isdisjoint(word.alternatives)
        )
        return max((1 - _NOT_THE_FIRST * at for at in found), default=0.0)


def detail_of(query: Query) -> Detail | None:
    """Return the detail that a question asks for, None where it asks for none that is known."""
    written = _TOKEN.findall(query.text)
    folded = [fold(word) for word in written]
    whole = " ".join(folded)
    if _YEAR_ASKED.search(whole):
        return Detail("year")
    at = next((i for i, word in enumerate(folded) if _HOW_MANY.fullmatch(word)), None)
    if at is None:
        if not _AMOUNT_ASKED.search(whole):
            return None
        return Detail("money" if _MONEY_ASKED.search(whole) else "number")
    if _SHARE_ASKED.search(whole):
        return Detail("share")
    behind = written[at + 1 : at + 1 + _COUNTED]
    if _asks_for_money(folded, at, whole):
        return Detail("money")
    counted = (_word_of(query, word) for word in behind)
    return Detail("count", [word for word in counted if word is not None])


def _asks_for_money(folded: Sequence[str], at: int, whole: str) -> bool:
    russian = folded[at].startswith("скольк")
    near = " ".join(folded[at + 1 : at + 1 + _COUNTED])
    anywhere = not russian or (at > 0 and folded[at - 1] in ("во", "за"))
    return bool(
        _MONEY_ASKED.search(whole if anywhere else near) or (russian and _SPENT.search(whole))
    )


def _word_of(query: Query, written: str) -> Word | None:
    """Return the word of the query that is written so, None for a stop word."""
    terms = _terms(written)
    return next((word for word in query.words if not terms.isdisjoint([word.term])), None)


def _terms(text: str) -> frozenset[str]:
    """Return the terms of a text in either language."""
    both = (stem for word in _TOKEN.findall(text) for stem in stem_in_both(word))
    return frozenset(terms_of(text)).union(both)


class Details:
    """What a question asks for and says, to be looked for in sentences."""

    def __init__(self, query: Query) -> None:
        self._detail = detail_of(query)
        self._said = figures(query.text)
        self._years = set(_YEAR.findall(query.text))
        names = np.array([word.is_name for word in query.words], bool)
        numbers = np.array([word.is_number for word in query.words], bool)
        self._names, self._ordinary = names & ~numbers, ~names & ~numbers

    def features(
        self,
        text: str,
        facts: Sequence[Fact],
        held: NDArray[np.float64],
        near: NDArray[np.float64],
    ) -> tuple[float, ...]:
        """Return the DETAILS of a sentence.

        ``facts`` are those that the question does not say; ``held`` and ``near``, (words,), how
        surely the sentence alone and with its neighbours holds the question's words.
        """
        ordinary = _share(held, self._ordinary)
        detail = self._detail.held(text, facts, self._said) if self._detail else 0.0
        years = set(_YEAR.findall(text))
        numbers = self._said.numbers
        return (
            ordinary,
            _share(held, self._names),
            _share(near, self._ordinary),
            (1 - ordinary) * float(self._ordinary.sum()),
            detail,
            self._detail is not None and not detail,
            bool(years and self._years and not years & self._years),
            len(numbers - figures(text).numbers) / len(numbers) if numbers else 0.0,
        )


def _share(held: NDArray[np.float64], of: NDArray[np.bool_]) -> float:
    return float((held[of] > 0).mean()) if of.any() else _NOTHING_TO_HOLD
