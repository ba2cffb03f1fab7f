"""Numbers and dates as values, however they are written: «44 млрд», «ике», «15.02.2024»."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rag.facts import COMPOUND, DATE, NUMERIC_DATE, month_index

_SCALES = {"мең": 3, "тыс": 3, "млн": 6, "миллион": 6, "млрд": 9, "миллиард": 9, "трлн": 12,
           "триллион": 12}  # fmt: skip
_SCALE = "|".join(_SCALES)
_NUMBER = re.compile(
    r"(?P<value>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
    rf"(?:\s*-?\s*(?P<scale>{_SCALE})\w*)?",
    re.IGNORECASE,
)
_WORDS = {
    1: "бер один одна одно одну одного одной одному одним одном",
    2: "ике два две двух двум двумя",
    3: "өс три трех трёх трем трём тремя",
    4: "дүрт четыре четырех четырёх четырем четырём четырьмя",
    5: "биш пять пяти пятью",
    6: "алты шесть шести шестью",
    7: "ете семь семи семью",
    8: "һигеҙ восемь восьми восемью",
    9: "туғыҙ девять девяти девятью",
    10: "ун десять десяти десятью",
    11: "одиннадцать одиннадцати",
    12: "двенадцать двенадцати",
    13: "тринадцать тринадцати",
    14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати",
    16: "шестнадцать шестнадцати",
    17: "семнадцать семнадцати",
    18: "восемнадцать восемнадцати",
    19: "девятнадцать девятнадцати",
    20: "егерме двадцать двадцати",
    30: "утыҙ тридцать тридцати",
    40: "ҡырҡ сорок сорока",
    50: "илле пятьдесят пятидесяти",
    60: "алтмыш шестьдесят шестидесяти",
    70: "етмеш семьдесят семидесяти",
    80: "һикһән восемьдесят восьмидесяти",
    90: "туҡһан девяносто девяноста",
    100: "йөҙ сто ста",
    200: "двести двухсот двумстам двумястами",
    300: "триста трехсот трёхсот трёмстам тремястами",
    400: "четыреста четырехсот четырёхсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
}
_VALUES = {word: value for value, words in _WORDS.items() for word in words.split()}
_WORD = re.compile(r"[^\W\d_]+")
_SCALED = re.compile(rf"(?P<scale>{_SCALE})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Date:
    """What is said of a date; ``days`` are two for «5–6 мая», none where no day is said."""

    days: frozenset[int]
    month: int | None
    year: int | None

    def says(self, other: "Date", numbers: frozenset[Decimal]) -> bool:
        """Whether this date says what ``other`` does; its year may stand among ``numbers``."""
        year = other.year in (None, self.year) or (
            self.year is None and Decimal(other.year or 0) in numbers
        )
        return other.days <= self.days and other.month in (None, self.month) and year

    def contradicts(self, other: "Date") -> bool:
        """Whether day, month or year, where both say one, differ."""
        return (
            bool(self.days and other.days and not self.days & other.days)
            or (None not in (self.month, other.month) and self.month != other.month)
            or (None not in (self.year, other.year) and self.year != other.year)
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """The dates of a text, and all of its numbers, those of the dates included."""

    dates: tuple[Date, ...]
    numbers: frozenset[Decimal]

    def hold(self, others: "Figures") -> bool:
        """Whether these say every date and number of ``others``."""
        return others.numbers <= self.numbers and all(
            any(date.says(other, self.numbers) for date in self.dates)
            for other in others.dates
            if other.month is not None
        )


def figures(text: str) -> Figures:
    """Return the dates and numbers of a text in either language."""
    dates = tuple(_dates(text))
    numeric = NUMERIC_DATE.sub(" ", text)
    said = {*_digits(numeric), *_words(numeric)}
    for date in dates:
        said |= {Decimal(day) for day in date.days} | ({Decimal(date.year)} if date.year else set())
    return Figures(dates, frozenset(said))


def _dates(text: str) -> Iterator[Date]:
    for match in NUMERIC_DATE.finditer(text):
        day, month, full_year = map(int, match.groups())
        yield Date(frozenset({day}), month - 1, full_year)
    for match in DATE.finditer(text):
        month_word = match["month"] or match["month_after"]
        year_text = match["year"] or match["year_after"]
        if match["month"]:
            days = re.findall(r"\d+", match.group().partition(match["month"])[0])
        else:
            days = [match["day_after"]] if match["day_after"] else []
        year = int(year_text) if year_text else None
        yield Date(frozenset(map(int, days)), month_index(month_word), year)


def _digits(text: str) -> Iterator[Decimal]:
    for match in COMPOUND.finditer(text):
        yield sum(_parts(match.group()), Decimal(0))  # «2 миллиона 500 тысяч» is 2.5 million
    yield from _parts(COMPOUND.sub(" ", text))


def _parts(text: str) -> Iterator[Decimal]:
    for match in _NUMBER.finditer(text):
        value = Decimal(re.sub(r"\s", "", match["value"]).replace(",", "."))
        yield _scaled(value, match["scale"])


def _words(text: str) -> Iterator[Decimal]:
    """Yield the numbers said in words: «егерме биш», «двести тысяч», «ике миллион өс йөҙ мең».

    «Бер», «один» alone are left out: as often as not they are no number.
    """
    said, part, least, end = Decimal(0), 0, Decimal("Infinity"), 0
    for match in _WORD.finditer(text):
        value = _VALUES.get(match.group().lower(), 0)
        scale = _SCALED.match(match.group())
        goes_on = not text[end : match.start()].strip()
        end = match.end()
        if goes_on and scale and part > 0 and (factor := _scaled(Decimal(1), scale[0])) < least:
            said, part, least = said + part * factor, 0, factor
        elif goes_on and value == 100 and 1 < part < 10:
            part *= 100  # «өс йөҙ»
        elif goes_on and value and value < _place(part):
            part += value
        else:
            if said + part > 1:
                yield said + part
            said, part, least = Decimal(0), value, Decimal("Infinity")
    if said + part > 1:
        yield said + part


def _place(part: int) -> int:
    """Return what a further word must stay below: «сто» takes «пять», «двадцать» too."""
    return next((place for place in (1000, 100, 10) if part % place == 0), 1)


def _scaled(value: Decimal, scale: str | None) -> Decimal:
    return value.scaleb(_SCALES[scale.lower()]) if scale else value
