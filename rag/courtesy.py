"""What is said out of politeness: nothing but a greeting or thanks, or beside a question.

Words are compared folded, so that «сәләм» and «сэлэм» are one.
"""

import re
from typing import Literal

from index.text.analysis import fold

_WORD = re.compile(r"[^\W\d_]+")
_HAIL = (
    r"привет(?:ик|ствую)?|здравствуй(?:те)?|здрас(?:ь?те)|и[сх]энме(?:хегез)?|"
    r"добр\w+ (?:день|утро|вечер)|"
    r"сэлэм(?:дэр|лэр)?|салам|хаумы\w*|(?:хэйерле|хайырлы) (?:кон|иртэ|кис)(?:тэр)?|"
    r"спасибо|благодарю|рэхмэт(?:лемен|тэр)?|рахмат|hello|hi|thanks|thank you"
)
# These open no question, unless a mark ends them: «Салют в парке — когда?», «Как дела в Уфе?».
_MAY_HAIL = (
    r"салют|как дела|(?:хэлдэр|хэлегез|эштэр) нисек|благодар(?:им|ствую|ность)|пока|до свидания|"
    r"хау бул\w*|хуш(?: бул\w*)?"
)
_GREETING = re.compile(rf"(?<!\S)(?:{_HAIL}|{_MAY_HAIL})(?!\S)")
_THANKS = re.compile(r"спасиб|благодар|рэхмэт|рахмат|thank")
_ADDRESS = frozenset(
    "хезгэ бик зур большое вам тебе всем и есть друзья дустар йэмэгэт туган ук же огромное "
    "за ответ помощь яуап осон яуабыгыз".split()
)

# What goes with thanks; alone it says that the answer was understood.
_UNDERSTOOD = frozenset("ок ok окей хорошо ладно понятно ясно все ярай анланым анлашылды".split())

_PLEASE = r"пожалуйста|будь(?:те)? (?:добр\w?|любезн\w)|зинхар(?:зар)?(?: осон)?"
_ASKED_TO_SAY = (
    r"(?:не )?(?:(?:мож(?:ешь|ете)|могли бы)(?: ли)?(?: (?:вы|мне))? )?"
    r"(?:(?:под)?скаж(?:и|ите|ешь|ете)|(?:под)?сказать|ответь(?:те)?|ответить|"
    r"объясни(?:те|ть)?|сообщи(?:те|ть)?|расскажи(?:те)?|рассказать)(?: (?:мне|нам))?"
    r"(?! (?:ли|подробн\w+|больше|еще)(?!\w))|"
    r"эйт(?:егез(?:се)?|хэгез(?:се)?|сэле|се)|эйтеп бир(?:егез(?:се)?|се)|"
    r"хойлэ(?:гез(?:се)?|се|п бир(?:егез(?:се)?|се))|яуап бир(?:егез(?:се)?|се)"
)
_SORRY = r"извини(?:те)?|прости(?:те)?(?! ли)|гэфу ит(?:егез)?"
_MARKS = r"[\s,.!?;:)—–-]"
_BEFORE = re.compile(
    rf"(?:{_HAIL}|{_PLEASE}|{_ASKED_TO_SAY}|{_SORRY})(?: (?:{'|'.join(_ADDRESS)})(?!\w))*(?!\w)"
    rf"{_MARKS}*|(?:{_MAY_HAIL}){_MARKS}*[,.!?;)]{_MARKS}*"
)
_TOLD_OF = re.compile(r"расска\w+\W+(?:\w+\W+)?(?P<of>(?:о|об|обо|про) )(?!чем|ком|как)")
_AFTER = re.compile(
    rf" (?:турахында|хакында|турала)(?: {_PLEASE},?)? "
    r"(?:хойлэ\w*|эйт\w*)(?: бир\w*)?\W*$|"
    rf",\s*(?:{_PLEASE}|(?:заранее |алдан )?(?:спасибо|рэхмэт))\W*$"
)


def small_talk(question: str) -> Literal["greeting", "thanks"] | None:
    """Return what the text is where it is nothing but a greeting or thanks."""
    folded = " ".join(fold(word) for word in _WORD.findall(question))
    greeting = _GREETING.search(folded)
    rest = [word for word in _GREETING.sub(" ", folded).split() if word not in _ADDRESS]
    if _UNDERSTOOD.issuperset(rest) and (rest or _THANKS.search(folded)):
        return "thanks"
    return "greeting" if greeting and not rest else None


def without_courtesy(question: str) -> str:
    """Return what is asked: a question, on one line, without greetings and requests to answer it.

    «Добрый день. Скажите, пожалуйста, когда …» → «когда …»; as it is where nothing would be left.
    """
    folded = _WORD.sub(lambda word: _folded(word.group()), question)
    begin = 0
    while (match := _BEFORE.match(folded, begin)) and match.end() > begin:
        begin = match.end()
    if (told := _TOLD_OF.search(folded)) and told.start("of") == begin:
        begin = told.end()
    end = after.start() if (after := _AFTER.search(folded, begin)) else len(question)
    asked = question[begin:end].strip()
    return asked if _WORD.search(asked) else question


def _folded(word: str) -> str:
    """Return a word folded, letter for letter."""
    folded = fold(word)
    return folded if len(folded) == len(word) else word.lower()[: len(word)].ljust(len(word))
