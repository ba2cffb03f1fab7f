"""What a question asks for: a person, a date, a number, a place … — in both languages.

Words are compared folded, so that «ҡасан» and «касан» are one.
"""

import re
from typing import Literal

from index.text.analysis import fold
from rag.facts import find_facts

Kind = Literal[
    "who", "when", "where", "how_many", "why", "which", "yes_no", "what", "list", "unknown"
]

_WORD = re.compile(r"[^\W\d_]+")
_WHICH_BA = r"(?:кай[хс]ы|ниндэй)"
_PLURAL_BA = r"\w+(?:лар|лэр|дар|дэр|тар|тэр|зар|зэр)\w*"
_AMOUNT_RU = r"(?:объем|сумм|размер|числен|количеств|стоимост|площад|дол|бюджет|цен)\w*"
_TIME_RU = (
    r"(?:год(?:а|у|ом|е|ы|ах)?|числ(?:а|о|у|е)|месяц\w*|день|дн(?:я|и|е|ях)|дат(?:а|ы|у|е|ой)|"
    r"век(?:а|е|у)?|врем(?:я|ени))"
)

# The first to begin in the question counts, and of those the first in this table: «в каком году»
# is a "when", though «каком» alone is a "which".
_PATTERNS: dict[Kind, tuple[str, ...]] = {
    # Of a person that is named, what he is: another person is no answer.
    "what": (
        r"кто так(?:ой|ая|ие|ов)|кем (?:является|являлся|являлась|являются|работает|работал\w*)",
        r"кем ул(?:ар)? \w+|^(?:\w+ )+кем ул(?:ар)?$",
        r"(?:что|чем|чему|чего)|ним[эа]\w*",
    ),
    "when": (
        r"когда",
        r"к как\w+ сроку",
        rf"(?:с )?(?:как\w+|котор\w+|чьем) {_TIME_RU}",
        r"дат\w+ (?:провед|основ|откр)\w*",
        r"касан\w*",
        rf"{_WHICH_BA} (?:йыл|кон|ай|вакыт)\w*",
        r"нисэнсе (?:йыл|ай|кон|числ)\w*",
    ),
    "how_many": (
        r"(?:на|во )?скольк\w*",
        rf"каков\w* (?:\w+ )?{_AMOUNT_RU}",
        rf"как\w+ {_AMOUNT_RU}",
        r"купме\w*",
        r"нисэу?\w*",
        r"ниндэй (?:кулэм|сумма|хак)\w*",
        r"(?:кулэме|хаклы|хакы|сумма\w+|хаман) (?:\w+ )?(?:ниндэй|купме)",
    ),
    "where": (
        r"где|куда|откуда",
        r"как\w+ (?:город|район|стран|сел)\w*",
        r"ка[й][зд]а\w*",
        rf"{_WHICH_BA} (?:кала|район|ил|ауыл|урын)\w*",
    ),
    "why": (
        r"почему|зачем|отчего|из за чего",
        r"(?:по )?как\w+ причин\w*",
        r"нинэ|ни осон|ни сэбэп\w*|ниндэй сэбэп\w*",
    ),
    "who": (
        r"кто|кого|кому|кем|чей|чья|чье|чьи\w*|чьей",
        r"кем(?:де|ден|гэ|дэ|дэн|дэр\w*|дер\w*)",
    ),
    "list": (
        r"каки[ех]|назовите|перечислите",
        r"кай[хс]ылар\w*",
        rf"{_WHICH_BA} {_PLURAL_BA}",
    ),
    "which": (r"как(?:ой|ая|ое|ого|ую|им|ом)|котор\w+", r"ниндэй\w*|кай[хс]ы\w*|нисэнсе"),
    "yes_no": (r"\w+ ли|верно|правда", r"\w{2,}(?:мы|ме|мо)$"),
}
_COMPILED = tuple(
    (kind, re.compile(rf"(?<!\S)(?:{'|'.join(patterns)})(?!\S)"))
    for kind, patterns in _PATTERNS.items()
)


def question_kind(question: str) -> Kind:
    """Return what the question asks for; ``unknown`` for a bare topic."""
    folded = _folded(question)
    found = [(m.start(), at, k) for at, (k, p) in enumerate(_COMPILED) if (m := p.search(folded))]
    kind = min(found)[2] if found else "unknown"
    return "what" if kind == "who" and _asks_of_a_person(question) else kind


def _asks_of_a_person(question: str) -> bool:
    """Whether a person is named and nothing else is said: «Рөстәм Хәмитов кем?»."""
    persons = [fact for fact in find_facts(question) if fact.kind == "person"]
    return any(_folded(question.replace(fact.text, " ")) in ("кем", "кто") for fact in persons)


def _folded(question: str) -> str:
    return " ".join(fold(word) for word in _WORD.findall(question))
