"""Numbers, dates, persons and places in a sentence, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index.text.spans import Span

FactKind = Literal["date", "number", "person", "place"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can answer on its own, and where it stands in the sentence."""

    kind: FactKind
    span: Span
    text: str


MONTH_STEMS = (
    ("ғинуар", "январ"), ("феврал", "феврал"), ("март", "март"), ("апрел", "апрел"),
    ("май", "ма"), ("июн", "июн"), ("июл", "июл"), ("август", "август"),
    ("сентябр", "сентябр"), ("октябр", "октябр"), ("ноябр", "ноябр"), ("декабр", "декабр"),
)  # fmt: skip
_MONTH = "|".join(
    sorted(
        {rf"{stem}\w*" for pair in MONTH_STEMS for stem in pair if stem != "ма"} | {r"ма[йяюе]\w*"}
    )
)
_YEAR_WORD = r"(?:й(?:ыл\w*|\.)|г(?:од\w*|\.)?)"
DATE = re.compile(
    rf"(?:(?P<day>[0-3]?\d)(?:\s*[-–]\s*[0-3]?\d)?\s+)?(?<!\w)(?P<month>{_MONTH})\b"
    rf"(?:\s+(?P<year_after>(?:1[5-9]|20)\d\d)(?:\s*-?\s*{_YEAR_WORD})?)?"
    rf"|(?P<year>(?<!\d)(?:1[5-9]|20)\d\d)(?!\d)(?:\s*[-–]\s*(?:се|сы|нсе|нсы))?\s*{_YEAR_WORD}(?!\w)"
    rf"(?:\s+(?:(?P<day_after>[0-3]?\d)\s+)?(?P<month_after>{_MONTH})\b)?(?!\w)",
    re.IGNORECASE,
)
# Day, month, year: «12.04.2011».
NUMERIC_DATE = re.compile(r"(?<![\d.])([0-3]?\d)\.(0?[1-9]|1[0-2])\.((?:19|20)\d\d)(?!\d|\.\d)")
_SCALE = "мең|тыс|млн|миллион|млрд|миллиард|трлн|триллион"
# «2 миллиона 500 тысяч», «2 мең 500»: one number in parts.
_NOT_A_DATE = rf"(?![\d.,:]|\s*(?:-\s*\w|{_MONTH}|{_YEAR_WORD}\b))"
_PART = rf"\d{{1,3}}\s*(?:{_SCALE})\w*\.?"
COMPOUND = re.compile(
    rf"(?<![\w.,-])(?:\d+(?:[.,]\d+)?\s*(?:{_SCALE})\w*\.?(?:\s+{_PART})+"
    rf"(?:(?<=\w)\s+\d{{1,3}}{_NOT_A_DATE})?|\d{{1,3}}\s*(?:мең|тыс)\w*\.?\s+\d{{1,3}}{_NOT_A_DATE}"
    r")(?:\s*(?:%|[^\W\d_]+))?",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"(?<![\w.,-])(?P<value>\d{1,3}(?:[ \u00a0]\d{3})+|\d+(?:[.,]\d+)?)(?!\d)"
    r"(?:\s*-\s*(?P<suffix>[^\W\d]{1,3})(?!\w))?"
    rf"(?:\s*(?P<scale>{_SCALE})\w*\.?)?"
    r"(?:\s*(?P<unit>%|[^\W\d_]+))?",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"\b(бер|ике|өс|дүрт|биш|алты|ете|һигеҙ|туғыҙ|ун|егерме|утыҙ|ҡырҡ|илле|йөҙ|"
    r"од(?:ин|на|но)|дв[аеух]+|тр(?:и|ех|ёх)|четыр\w+|пят\w+|шест\w+|сем[ьи]|восем\w*|девят\w+|десят\w+|"
    r"двадцат\w+|тридцат\w+|сорок|пятьдесят|сто)\b",
    re.IGNORECASE,
)
_CAPITAL = r"[А-ЯЁҠҒҘҪҺӘӨҮҢ]"
_NAME_PART = rf"{_CAPITAL}[а-яёҡғҙҫһәөүң]+(?:-{_CAPITAL}[а-яёҡғҙҫһәөүң]+)?"
_PERSON = re.compile(
    rf"(?:{_CAPITAL}\.\s?{_CAPITAL}?\.?\s?{_NAME_PART}|{_NAME_PART}(?:\s+{_NAME_PART}){{1,2}}"
    rf"|{_NAME_PART}\s+{_CAPITAL}\.(?:\s?{_CAPITAL}\.)?+(?!\s?{_NAME_PART}))"
)
# Words that begin a sentence with a capital, before a name.
_OPENING = re.compile(
    r"[\s«\"—–-]*(?:Вчера|Сегодня|Завтра|Затем|Потом|Тогда|Ранее|Позже|Также|Накануне|Недавно|"
    r"Теперь|Сейчас|Когда|Однако|Кроме|После|Наградили|Назначен\w*|Выступил\w*|Глава|Директор|"
    r"Президент\w*|Министр\w*|Губернатор\w*|Депутат\w*|Улица|Проспект|Площадь|"
    r"Кисә|Бөгөн|Иртәгә|Һуңынан|Шунан|Элек|Әле|Хәҙер|Тағы|Урам)(?!\w)"
)
_SURNAME = re.compile(
    r"(?:ов|ев|ёв|ин|ын|ова|ева|ёва|ина|ына|ский|ская|цкий|цкая|енко|ук|юк|ян|ич|дзе)"
    r"(?:а|у|ым|ом|ой|е|ну|ны|на|ға|гә|ҡа|кә|дың|дең|тың|тең|ның|нең|ҙың|ҙең|ды|де|ты|те|ҙы|ҙе|"
    r"дан|дән|тан|тән|нан|нән|ҙан|ҙән|да|дә|та|тә|ҙа|ҙә)?$"
)
_PLACE = re.compile(
    rf"(?:\b(?:в|во|на|из)\s+)(?P<ru>{_NAME_PART}(?:\s{_NAME_PART})?)"
    rf"|(?P<ba>{_CAPITAL}[а-яёҡғҙҫһәөүң]+?(?:ла|лә|да|дә|та|тә|ҙа|ҙә|нан|нән|тан|тән|дан|дән|ҙан|ҙән|ға|гә|ҡа|кә))\b"
)


def find_facts(sentence: str) -> list[Fact]:
    """Return the dates, numbers, persons and places of a sentence, in order of their places."""
    facts = list(_dates(sentence))
    taken = [fact.span for fact in facts]
    facts += [fact for fact in _numbers(sentence) if not _overlaps(fact.span, taken)]
    facts += _persons(sentence)
    facts += _places(sentence)
    return sorted(facts, key=lambda fact: fact.span)


def month_index(word: str | None) -> int | None:
    """Return the month that ``word`` is a form of, from 0; None for no month."""
    lower = (word or "").lower()
    return next(
        (i for i, stems in enumerate(MONTH_STEMS) if lower and lower.startswith(stems)), None
    )


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _dates(sentence: str) -> Iterator[Fact]:
    for match in NUMERIC_DATE.finditer(sentence):
        yield Fact("date", Span(*match.span()), match.group())
    for match in DATE.finditer(sentence):
        if match["day"] or match["year"] or match["year_after"]:
            yield Fact("date", Span(*match.span()), match.group())


def _numbers(sentence: str) -> Iterator[Fact]:
    whole: list[Span] = []
    for pattern in (COMPOUND, NUMBER, _NUMBER_WORD):
        for match in pattern.finditer(sentence):
            span = Span(*match.span())
            if not _overlaps(span, whole):
                yield Fact("number", span, match.group())
            if pattern is COMPOUND:
                whole.append(span)


def _persons(sentence: str) -> Iterator[Fact]:
    opening = _OPENING.match(sentence)
    for match in _PERSON.finditer(sentence, opening.end() if opening else 0):
        if "." in match.group() or any(_SURNAME.search(part) for part in match.group().split()):
            yield Fact("person", Span(*match.span()), match.group())


def _places(sentence: str) -> Iterator[Fact]:
    for match in _PLACE.finditer(sentence):
        group = "ru" if match["ru"] else "ba"
        yield Fact("place", Span(*match.span(group)), match[group])
