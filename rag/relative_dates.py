"""«В прошлом году», «былтыр», «бөгөн»: which year or day that is, counted from the document's date.

A quotation that says so is understood as of today by who reads it; a note beside it says what its
document meant, or that the document has no date.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from index.messages import message
from rag.fact_wording import AnswerLanguage, in_words
from rag.facts import DATE

_OF_YEAR = r"год(?:а|у|ом|е)?"
_YEAR = r"йыл(?:ы|дың|да|ға|дан|ғы|дағы)?"
_LAST = r"(?:прошл|минувш)\w+"
_THIS = r"(?:эт(?:от|ого|ому|им|ом)|текущ\w+|нынешн\w+)"
_NEXT = r"(?:следующ|будущ|грядущ)\w+"

# Years, then days, from the document's own. Weeks and months are left alone: their edges are vague.
_PATTERNS: Sequence[tuple[Literal["year", "day"], int, str]] = (
    ("year", -1, rf"{_LAST} {_OF_YEAR}|(?:үткән|уҙған) {_YEAR}|былтыр(?:ғы)?"),
    ("year", 0, rf"{_THIS} {_OF_YEAR}|(?:был|ошо|ағымдағы) {_YEAR}|быйыл(?:ғы)?"),
    ("year", 1, rf"{_NEXT} {_OF_YEAR}|(?:киләһе|килер) {_YEAR}"),
    ("day", -1, r"вчера|кисә"),
    ("day", 0, r"сегодня|бөгөн"),
    ("day", 1, r"завтра|иртәгә"),
)
_COMPILED = [
    (unit, steps, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE))
    for unit, steps, pattern in _PATTERNS
]


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """What a sentence says, and how many years or days from its document's date that is."""

    said: str
    unit: Literal["year", "day"]
    steps: int


def relative_date(sentence: str) -> RelativeDate | None:
    """Return the first year or day that ``sentence`` counts from its own time.

    None where it names a year: «в 2013 году …, а в следующем году …» counts from that.
    """
    if any(match["year"] or match["year_after"] for match in DATE.finditer(sentence)):
        return None
    found = [
        (match.start(), RelativeDate(match.group(), unit, steps))
        for unit, steps, pattern in _COMPILED
        if (match := pattern.search(sentence))
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def day_of(published_at: str) -> date:
    """Return the day of a moment in RFC 3339, as it stands there."""
    return date.fromisoformat(published_at[:10])


def note_on(relative: RelativeDate, published_at: str | None, language: AnswerLanguage) -> str:
    """Return what is to stand beside the quotation, in brackets.

    ``published_at`` is the document's date in RFC 3339.
    """
    if published_at is None:
        return message("answer.undated", language, said=relative.said)
    published = day_of(published_at)
    if relative.unit == "year":
        year = published.year + relative.steps
        return message("answer.relative_year", language, said=relative.said, year=year)
    try:
        day = in_words(published + timedelta(days=relative.steps), language)
    except OverflowError:
        return message("answer.undated", language, said=relative.said)
    return message("answer.relative_day", language, said=relative.said, day=day)
