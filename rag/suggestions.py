"""Questions that a document itself suggests, for readers who do not know yet what to ask.

Questions that stand in the text, its title, years that are told («2011 йылда …» gives «Ҡайһы йылда
…?») and people that are named. Nothing here says that they can be answered: whoever offers them
asks them first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.sentences import sentence_spans
from rag.fact_wording import AnswerLanguage
from rag.questions import question_kind

_SHORTEST, _LONGEST = 15, 110
_YEAR = re.compile(r"\b\d{4}\b")
_HOW = re.compile(r"\b(?:как|нисек)\b", re.IGNORECASE)  # what is asked for cannot be told by it
# One clause, without what points to other sentences.
_YEAR_BA = re.compile(r"(?P<before>[^,;:«»()—]*?)\b\d{4} йылда (?P<after>[^,;:«»()—]+)\.")
_YEAR_RU = re.compile(r"В \d{4} году (?P<after>[^,;:«»()—]+)\.")
_POINTING = re.compile(
    r"\b(ул|улар|был|ошо|шул|унда|шунда|он|она|оно|они|его|её|их|это|этот|эта|эти|тут|там|здесь)\b",
    re.IGNORECASE,
)
# A first name and a surname of a man without an ending: with one the surname would be longer.
_MAN = re.compile(r"\b[А-ЯЁӘӨҮҠҒҺ][а-яёәөүҡғңҙҫһ]+ [А-ЯЁӘӨҮҠҒҺ][а-яёәөүҡғңҙҫһ]+(?:ов|ев|ин|ский)\b")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and what a quotation must hold to answer it; empty: anything."""

    question: str
    language: AnswerLanguage
    wanted: str = ""


def suggestions(title: str | None, text: str, language: AnswerLanguage) -> Iterator[Suggestion]:
    """Yield what a document suggests to ask, the most natural first; none twice."""
    seen = set()
    for suggestion in _all(title, text, language):
        if suggestion.question not in seen and _SHORTEST <= len(suggestion.question) <= _LONGEST:
            seen.add(suggestion.question)
            yield suggestion


def _all(title: str | None, text: str, language: AnswerLanguage) -> Iterator[Suggestion]:
    sentences = [" ".join(span.of(text).split()) for span in sentence_spans(text)]
    for sentence in sentences:
        if sentence.endswith("?") and (
            question_kind(sentence) != "unknown" or _HOW.search(sentence)
        ):
            yield Suggestion(sentence.lstrip("—–- "), language)
    for sentence in sentences:
        if asked := _year_question(sentence, language):
            yield asked
    if title:
        yield Suggestion(title, language)
    for name in dict.fromkeys(_MAN.findall(text)):
        yield Suggestion(f"{name} кем ул?", "ba", name)
        yield Suggestion(f"Кто такой {name}?", "ru", name)


def _year_question(sentence: str, language: AnswerLanguage) -> Suggestion | None:
    found = (_YEAR_BA if language == "ba" else _YEAR_RU).fullmatch(sentence)
    years = _YEAR.findall(sentence)
    if found is None or len(years) > 1 or _POINTING.search(sentence):
        return None
    year = years[0]
    if language == "ru":
        return Suggestion(f"В каком году {found['after']}?", "ru", year)
    before = found["before"]
    asked = f"{before}{'ҡайһы' if before else 'Ҡайһы'} йылда {found['after']}?"
    return Suggestion(asked, "ba", year)
