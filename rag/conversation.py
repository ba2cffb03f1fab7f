"""Follow-up questions made whole: «А когда?» after «Кто открыл школу в Сибае?».

By rules: what the earlier question was about is put before the follow-up, its question words left
out — «Открыл школу в Сибае — а когда?».
"""

import re
from collections.abc import Sequence

from index.text.analysis import analyse, fold
from rag.courtesy import small_talk, without_courtesy
from rag.types import Turn

_OPENING = re.compile(r"^\s*(?:а|ә|э|и|һәм|хэм|ну|ә һуң)\s", re.IGNORECASE)
_POINTS_BACK = frozenset(
    fold(word)
    for word in """
    он она оно они его её их ему ей им него неё них нём ней этот эта эти того этого тот
    этой этом этих туда оттуда ул уны уның уға унда унан улар уларҙы уларҙың уларға быны бының
    шунда шул шуның шуларҙың ошо тегендә эту этому этим эти этих этими ими ошоноң ошоға ошонда
    быға бында шунан шуға подробнее тулыраҡ
    """.split()
)
# These point back too, or do not: «там» in «там-там», Russian «был», «это» in «что это такое».
_MAY_POINT_BACK = frozenset(fold(word) for word in "там тогда это был".split())
# Alone or with one word they ask about what was said; with two, of something new.
_ASKS_MORE = frozenset(
    fold(word) for word in "сколько когда где почему ҡасан ҡайҙа күпме нисә ниңә".split()
)
_QUESTION_WORDS = frozenset(
    fold(word)
    for word in """
    кто что кого кому ком чем где когда куда откуда почему зачем сколько какой какая какое какие
    каком каких какую какого каким скольки чей чья чьё году год числа месяце ли
    кем кемдәр нимә ниндәй
    ҡасан ҡайҙа ҡайҙан ҡайһы нисә нисек күпме ниңә йылда
    """.split()
)
_BEFORE_THEM = frozenset("и в во на с к по о об за из от до у".split())
_WORD = re.compile(r"[^\W_]+")
_FEW_TERMS, _SEVERAL_TERMS = 2, 4


def whole_question(question: str, history: Sequence[Turn]) -> str:
    """Return the question as it is understood: with what it takes from the earlier turns."""
    earlier = [
        without_courtesy(turn.content)
        for turn in history
        if turn.role == "user" and small_talk(turn.content) is None
    ]
    if not question or not earlier or not _is_follow_up(question):
        return question
    about = " ".join(earlier[-2:]) if _is_follow_up(earlier[-1]) else earlier[-1]
    topic = _topic(about)
    if not topic:
        return question
    return f"{topic[0].upper()}{topic[1:]} — {question[0].lower()}{question[1:]}"


def _is_follow_up(question: str) -> bool:
    words = [fold(word) for word in _WORD.findall(question)]
    terms = len(analyse(question))
    opens, points = bool(_OPENING.match(question)), not _POINTS_BACK.isdisjoint(words)
    may_point = not _MAY_POINT_BACK.isdisjoint(words)
    return bool(
        terms == 0
        or (opens and (points or may_point))
        or ((opens or points) and terms <= _SEVERAL_TERMS)
        or (may_point and terms <= _FEW_TERMS)
        or (terms < _FEW_TERMS and not _ASKS_MORE.isdisjoint(words))
    )


def _topic(question: str) -> str:
    """Return the question without the question words it begins with: «в каком году», «о ком»."""
    begin = 0
    words = list(_WORD.finditer(question))
    for place, word in enumerate(words):
        said = fold(word.group())
        if said in _QUESTION_WORDS:
            begin = word.end()
        elif said not in _BEFORE_THEM or place + 1 == len(words):
            break
    return question[begin:].strip(" ,—–-?!.")[:500]
