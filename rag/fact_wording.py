"""A fact of one language said in the other: «2011 йылда» → «В 2011 году».

Only what can be said surely is said: digits, months, money and a few units have one translation. A
name in Bashkir letters has several Russian spellings, so it is left to the quotation.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal

from index.text.analysis import stem_in_both
from rag.facts import DATE, NUMBER, NUMERIC_DATE, Fact, month_index

AnswerLanguage = Literal["ba", "ru"]

_RU_OF = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_RU_IN = (
    "январе", "феврале", "марте", "апреле", "мае", "июне",
    "июле", "августе", "сентябре", "октябре", "ноябре", "декабре",
)  # fmt: skip
_BA_IN_OF_YEAR = (
    "ғинуарында", "февралендә", "мартында", "апрелендә", "майында", "июнендә",
    "июлендә", "авгусында", "сентябрендә", "октябрендә", "ноябрендә", "декабрендә",
)  # fmt: skip
_BA_OF_YEAR = (
    "ғинуары", "феврале", "марты", "апреле", "майы", "июне",
    "июле", "авгусы", "сентябре", "октябре", "ноябре", "декабре",
)  # fmt: skip
_BA_ON = (
    "ғинуарҙа", "февралдә", "мартта", "апрелдә", "майҙа", "июндә",
    "июлдә", "августа", "сентябрҙә", "октябрҙә", "ноябрҙә", "декабрҙә",
)  # fmt: skip

Forms = tuple[str, str, str, str, str]

# Stem → (Bashkir, its ablative, Russian after 1, 2 and 5).
_SCALES = {
    "мең": ("мең", "меңдән", "тысяча", "тысячи", "тысяч"),
    "тыс": ("мең", "меңдән", "тысяча", "тысячи", "тысяч"),
    "млн": ("миллион", "миллиондан", "миллион", "миллиона", "миллионов"),
    "миллион": ("миллион", "миллиондан", "миллион", "миллиона", "миллионов"),
    "млрд": ("миллиард", "миллиардтан", "миллиард", "миллиарда", "миллиардов"),
    "миллиард": ("миллиард", "миллиардтан", "миллиард", "миллиарда", "миллиардов"),
    "трлн": ("триллион", "триллиондан", "триллион", "триллиона", "триллионов"),
    "триллион": ("триллион", "триллиондан", "триллион", "триллиона", "триллионов"),
}
_UNITS = {
    "һум": ("һум", "һумдан", "рубль", "рубля", "рублей"),
    "руб": ("һум", "һумдан", "рубль", "рубля", "рублей"),
    "кеше": ("кеше", "кешенән", "человек", "человека", "человек"),
    "человек": ("кеше", "кешенән", "человек", "человека", "человек"),
    "процент": ("процент", "проценттан", "процент", "процента", "процентов"),
    "%": ("процент", "проценттан", "процент", "процента", "процентов"),
    "тонна": ("тонна", "тоннанан", "тонна", "тонны", "тонн"),
    "тонн": ("тонна", "тоннанан", "тонна", "тонны", "тонн"),
    "километр": ("километр", "километрҙан", "километр", "километра", "километров"),
    "гектар": ("гектар", "гектарҙан", "гектар", "гектара", "гектаров"),
    "предприяти": ("предприятие", "предприятиенан", "предприятие", "предприятия", "предприятий"),
    "проект": ("проект", "проекттан", "проект", "проекта", "проектов"),
    "мәктәп": ("мәктәп", "мәктәптән", "школа", "школы", "школ"),
    "школ": ("мәктәп", "мәктәптән", "школа", "школы", "школ"),
    "бала": ("бала", "баланан", "ребёнок", "ребёнка", "детей"),
    "дет": ("бала", "баланан", "ребёнок", "ребёнка", "детей"),
    "ғаилә": ("ғаилә", "ғаиләнән", "семья", "семьи", "семей"),
    "семь": ("ғаилә", "ғаиләнән", "семья", "семьи", "семей"),
    "семе": ("ғаилә", "ғаиләнән", "семья", "семьи", "семей"),
}
# What may follow such a stem: endings of cases, not those of other words («15 проекторов»).
_ENDINGS_RU = r"[ауыеёяюий]?|ов|ей|ом|ем|[аяи]м|ой|ами|ями|ах|ях|ьми|л(?:ь|[яюией]|ей|ём|ям|ями|ях)"
_ENDINGS_BA = (
    r"(?:[дтҙн][аә]н?|[ғҡ]а|[гк]ә|л[аә]|[дтҙн][ые]ң?|"
    r"(?:һы|һе|ы|е)(?:н(?:ан|ән|[аә]|д[аә]|[ые]ң)?)?)"
)
_ENDING = re.compile(rf"(?:{_ENDINGS_RU}|{_ENDINGS_BA})")
_COMPOUND = re.compile(r"-[^\W\d]")
_ROUGHLY = re.compile(r"(?:лап|ләп|лаған|ләгән)\b")
# What stands around a number, which itself is «#» here.
_MORE = re.compile(
    r"(?:бол(?:ее|ьше)|свыше)\s+(?:чем\s+)?(?:на\s+)?#|#-?\w*\s*(?:ашыу|артыҡ|күберәк)", re.I
)
_ABOUT = re.compile(r"(?:около|примерно|порядка|яҡынса)\s+#|#\s*(?:тирәһе|самаһы)", re.I)
_UP_TO = re.compile(
    r"(?:до|почти|не (?:более|больше)|менее|меньше|минимум|максимум|кәмендә|кәм тигәндә|иң күбе|"
    r"не превы\w+|по (?:крайней|меньшей) мере|не|минус|самое (?:малое|большее))"
    r"\s+(?:чем\s+)?(?:на\s+)?#|[−–]#|#-?\w*\s*(?:тиклем|ҡәҙәр|яҡын|кәм)",
    re.I,
)
# «10–15 человек», «с 2011 года», «2015 йылға тиклем», «2011 йылдан»: more than one point.
_RANGE_BEFORE, _RANGE_AFTER = re.compile(r"\d\s*[-–—]\s*$"), re.compile(r"^\s*(?:[-–—]|до)\s*\d")
_FROM_OR_TO = re.compile(
    r"\b(?:до|к|ко|с|со|по|от|после|поздн\w+|позже|ран\w+|раньше|около|примерно|яҡынса)\s+$", re.I
)
_FROM_OR_TO_AFTER = re.compile(r"^\s*(?:тиклем|ҡәҙәр|саҡлы|алып|башлап|һуң|элек|тирәһе)", re.I)
_FROM_OR_TO_ENDING = re.compile(r"^\d+\s*[-–—]\s*\d|(?:ға|гә|ҡа|кә|[ые]н[аә]|[дтҙн][аә]н)$", re.I)
_NAME = re.compile(r"[^\W\d_]{2,}")
_BARE_SURNAME = re.compile(r"(?:[оеё]в|[иы]н|[сц]кий|енко|[уюя]к|ян|дзе|ич)$")
_VOWELS = "аеёиоуыэюя"
_CYRILLIC_BASHKIR = re.compile("[ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢ]")


def say_fact(fact: Fact, sentence: str, language: AnswerLanguage) -> str | None:
    """Return the fact in ``language``, begun with a capital; None where that is not sure."""
    if fact.kind == "date":
        said = _date(fact, sentence, language)
    elif fact.kind == "number":
        said = _number(fact, sentence, language)
    elif fact.kind == "person" and _is_bare_name(fact.text):
        said = fact.text
    else:
        said = None
    return said[0].upper() + said[1:] if said else None


def _is_bare_name(name: str) -> bool:
    """Whether a name stands in its first form in both languages, as far as its endings tell.

    «Анна Петрова» is left to the quotation: «Рустэма Хамитова» is formed alike, in another case.
    """
    parts = _NAME.findall(name)
    surnames = [part for part in parts if _BARE_SURNAME.search(part)]
    bare = all(part[-1] not in _VOWELS or part in surnames for part in parts)
    return bool(surnames) and bare and not _CYRILLIC_BASHKIR.search(name)


def same_unit(one: Fact, other: Fact) -> bool:
    """Whether two numbers count the same, in either language; a bare one may count anything."""
    units = [match["unit"] for fact in (one, other) if (match := NUMBER.fullmatch(fact.text))]
    if len(units) < 2 or None in units:
        return True
    known = [_entry(_UNITS, unit) for unit in units]
    if None in known:
        return known[0] == known[1] and not set(stem_in_both(units[0])).isdisjoint(
            stem_in_both(units[1])
        )
    return known[0] == known[1]


def in_words(day: date, language: AnswerLanguage) -> str:
    """Return a day as it is written out: «1 марта 2022 года», «2022 йылдың 1 марты»."""
    if language == "ru":
        return f"{day.day} {_RU_OF[day.month - 1]} {day.year} года"
    return f"{day.year} йылдың {day.day} {_BA_OF_YEAR[day.month - 1]}"


def _date(fact: Fact, sentence: str, language: AnswerLanguage) -> str | None:
    numeric = NUMERIC_DATE.fullmatch(fact.text)
    match = DATE.fullmatch(fact.text)
    before = sentence[: fact.span.start]
    after = sentence[fact.span.end :]
    open_ended = (
        _FROM_OR_TO.search(before)
        or _FROM_OR_TO_ENDING.search(fact.text)
        or _FROM_OR_TO_AFTER.search(after)
    )
    in_a_range = _RANGE_BEFORE.search(before) or _RANGE_AFTER.search(after)
    if open_ended or in_a_range:
        return None  # left to the quotation
    day: str | None
    month: int | None
    if numeric:
        day, month, year = numeric[1].lstrip("0"), int(numeric[2]) - 1, numeric[3]
    elif match:
        day = match["day"] or match["day_after"]
        month = month_index(match["month"] or match["month_after"])
        year = match["year"] or match["year_after"]
    else:
        return None
    say = _date_in_russian if language == "ru" else _date_in_bashkir
    return say(day, month, year)


def _date_in_russian(day: str | None, month: int | None, year: str | None) -> str | None:
    of_year = f" {year} года" if year else ""
    if month is None:
        return f"в {year} году" if year else None
    return f"{day} {_RU_OF[month]}{of_year}" if day else f"в {_RU_IN[month]}{of_year}"


def _date_in_bashkir(day: str | None, month: int | None, year: str | None) -> str | None:
    number = f"{day} " if day else ""
    if month is None:
        return f"{year} йылда" if year else None
    if year:
        return f"{year} йылдың {number}{_BA_IN_OF_YEAR[month]}"
    return f"{number}{_BA_ON[month]}"


def _number(fact: Fact, sentence: str, language: AnswerLanguage) -> str | None:
    match = NUMBER.fullmatch(fact.text)
    if match is None:
        return None
    scale = _entry(_SCALES, match["scale"])
    unit = _entry(_UNITS, match["unit"])
    before, after = sentence[: fact.span.start], sentence[fact.span.end :]
    if match["unit"] != "%" and _COMPOUND.match(after):
        unit = None  # «человеко-часов», «школ-интернатов»
    if match["unit"] and unit is None:
        # An unknown unit is left out, so what follows the number is seen from there.
        after = sentence[fact.span.start + match.start("unit") :]
    if (
        match["suffix"]
        or _ROUGHLY.search(fact.text)
        or _RANGE_BEFORE.search(before)
        or _RANGE_AFTER.search(after)
    ):
        return None  # «8-се класс», «10–15 человек»: left to the quotation
    words = [match["value"]]
    plural = _plural_form(match["value"])
    if scale is not None:
        words.append(scale[0] if language == "ba" else scale[2:][plural])
        plural = 2
    if unit is not None:
        words.append(unit[0] if language == "ba" else unit[2:][plural])
    return _qualified(words, scale, unit, f"{before}#{after}", language)


def _qualified(
    words: list[str],
    scale: Forms | None,
    unit: Forms | None,
    around: str,
    language: AnswerLanguage,
) -> str | None:
    """Add «более», «около» …; None where the bare number would say something else."""
    if _UP_TO.search(around):
        return None
    last = unit or scale
    # After «более» the genitive: «более 44 миллиардов рублей», «более 3,5 миллиона рублей».
    one = _is_decimal(words[0]) or _plural_form(words[0]) == 0
    nouns = [entry for entry in (scale, unit) if entry is not None]
    genitive = [e[3] if one and at == 0 else e[4] for at, e in enumerate(nouns)]
    if _MORE.search(around):
        if last is None:
            return None
        if language == "ba":
            return " ".join([*words[:-1], last[1], "ашыу"])
        return " ".join(["более", words[0], *genitive])
    if _ABOUT.search(around):
        if language == "ba":
            return " ".join(["яҡынса", *words])
        return " ".join(["около", words[0], *genitive])
    return " ".join(words)


def _entry(table: Mapping[str, Forms], word: str | None) -> Forms | None:
    lower = (word or "").lower()
    return next(
        (
            entry
            for stem, entry in table.items()
            if lower and lower.startswith(stem) and _ENDING.fullmatch(lower, len(stem))
        ),
        None,
    )


def _plural_form(value: str) -> int:
    """0, 1, 2: the Russian form after 1, after 2–4, and after the rest."""
    if _is_decimal(value):
        return 1
    number = int(re.sub(r"\D", "", value))
    if 11 <= number % 100 <= 14:
        return 2
    return {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)


def _is_decimal(value: str) -> bool:
    return "," in value or "." in value
