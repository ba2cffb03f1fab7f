"""What a named person is: «заместитель министра Олег Тыщенко», «Сергей Борисов — президент …»."""

import re

from index.text.analysis import fold, stem_in_both
from rag.query import Query

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ASKED = re.compile(
    r"(?<!\w)(?:кто так(?:ой|ая|ие|ов)|кем (?:является|являлся|являлась|являются)|кем ул)(?!\w)"
)
# What stands before a name and says what its bearer does, not what he is.
_TELLS = re.compile(
    r"(?:сказа|отмет|сообщ|подчерк|расска|заяв|добав|объясн|ответ|счита|говор|поясн)\w*",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\s*[,—–-]\s*[^\W\d_A-ZА-ЯЁҠҒҘҪҺӘӨҮҢ][^\W\d_]{3,}")
_SHORTEST = 4  # letters of a role: no preposition


def asks_for_role(question: str) -> bool:
    """Whether a question is what a named person is: «Кто такой …?», «… кем ул?»."""
    return bool(_ASKED.search(" ".join(fold(word) for word in _TOKEN.findall(question))))


def tells_role(text: str, query: Query) -> bool:
    """Whether a sentence says what the person whom a question names is, beside the name."""
    sought = {term for word in query.words for term in word.alternatives}
    tokens = list(_TOKEN.finditer(text))
    named = [not sought.isdisjoint(stem_in_both(token.group())) for token in tokens]
    if sum(named) < len(query.words):
        return False
    first, last = named.index(True), len(named) - 1 - named[::-1].index(True)
    while first and tokens[first - 1].group()[0].isupper():
        first -= 1
    before = tokens[first - 1].group() if first else ""
    role = before.islower() and len(before) >= _SHORTEST and not _TELLS.fullmatch(before)
    return role or bool(_AFTER.match(text, tokens[last].end()))
