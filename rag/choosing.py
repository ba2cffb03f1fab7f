"""Which sentences an answer quotes, and how they stand to each other: as one, at odds, a list."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.analysis import fold
from index.text.skeletons import skeletons_of
from rag.evidence import FEATURES, Candidate
from rag.fact_wording import AnswerLanguage, same_unit
from rag.facts import Fact
from rag.figures import figures
from rag.likely import EXPECTED
from rag.questions import Kind
from rag.scoring import Scored, load_weights

# Differences of the sentence model's score, which is a logit.
AS_LIKELY = 2.0  # a further sentence is quoted where the first may be wrong
_HARDLY_LESS = 1.0  # this near, the same document's next one, even beside a fact
_AGREES_WITHIN = 3.0  # what says the same needs to be less near
_DIFFERS_WITHIN = 1.0  # what the place of the document among those found gives is left out
_LIST_WITHIN = 2.0
MOST = 3
_COVERAGE = FEATURES.index("coverage")
_PLACES = [FEATURES.index("rank"), FEATURES.index("document_rank")]
_NAME = re.compile(r"[^\W\d_]{2,}")
_MUCH_COVERED = 0.7  # of the question's words: else a sentence speaks of something else


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence to quote, the fact in it that was asked for, and what says the same elsewhere."""

    candidate: Candidate
    fact: Fact | None
    agreeing: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an answer quotes; ``differ``: its sentences answer differently, the newest is first."""

    choices: Sequence[Choice]
    differ: bool = False


def choose(best_first: Sequence[Scored], kind: Kind, language: AnswerLanguage) -> Chosen:
    """Return what an answer in ``language`` quotes of sentences ordered by how likely they answer.

    A date, a number or a person that was asked for and found needs no second sentence beside it,
    unless its document has one that is as likely, or another document says another one.
    """
    best = best_first[0]
    if kind == "list":
        return Chosen([Choice(one, None) for one in _list(best_first)])
    fact = answering_fact(best.candidate, kind)
    if fact is None:
        return Chosen(_likely(best_first[:MOST], kind, AS_LIKELY))
    choice = Choice(best.candidate, fact, list(_agreeing(best_first, fact, kind))[: MOST - 1])
    choice = _in_language(choice, kind, language)
    if other := _at_odds(best_first, fact, kind):
        both = sorted((choice, other), key=_published, reverse=True)
        return Chosen(both, differ=True)
    if choice.agreeing:
        return Chosen([choice])
    beside = _likely(best_first[:2], kind, _HARDLY_LESS)[1:]
    return Chosen([choice, *(one for one in beside if _document(one) == _document(choice))])


def _in_language(choice: Choice, kind: Kind, language: AnswerLanguage) -> Choice:
    """Return a choice led by the version of its document that the asker reads, if that agrees."""
    best = choice.candidate
    translations = {one.document_id for one in best.hit.relatives.translations}
    for other in choice.agreeing if best.language != language else ():
        if other.language == language and other.hit.passage.document_id in translations:
            rest = [best, *(one for one in choice.agreeing if one is not other)]
            return Choice(other, answering_fact(other, kind), rest)
    return choice


def _likely(best_first: Sequence[Scored], kind: Kind, within: float) -> list[Choice]:
    near = [s.candidate for s in best_first if best_first[0].score - s.score < within]
    return [Choice(one, answering_fact(one, kind)) for one in near]


def answering_fact(chosen: Candidate, kind: Kind) -> Fact | None:
    """Return the fact that was asked for; None where it is not clear which.

    «К 2030 году — 25, а к 2036 году — 40»: the one next to what the question says itself.
    """
    expected = EXPECTED.get(kind, ())
    facts = [fact for fact in chosen.facts if fact.kind in expected]
    if chosen.said and facts:
        return min(facts, key=lambda fact: min(_distance(fact, other) for other in chosen.said))
    return facts[0] if len({fact.text for fact in facts}) == 1 else None


def _list(best_first: Sequence[Scored]) -> list[Candidate]:
    """Return the likely sentences of the best one's document, in the order in which they stand."""
    best = best_first[0]
    document = best.candidate.hit.passage.document_id
    near = [
        scored.candidate
        for scored in best_first
        if scored.candidate.hit.passage.document_id == document
        and best.score - scored.score < _LIST_WITHIN
    ]
    return sorted(near[:MOST], key=lambda one: one.span)


def _agreeing(best_first: Sequence[Scored], fact: Fact, kind: Kind) -> Iterator[Candidate]:
    for scored, other in _elsewhere(best_first, kind, _AGREES_WITHIN):
        if same_fact(fact, other):
            yield scored.candidate


def _at_odds(best_first: Sequence[Scored], fact: Fact, kind: Kind) -> Choice | None:
    best = best_first[0].candidate
    if best.features[_COVERAGE] < _MUCH_COVERED:
        return None
    for scored, other in _elsewhere(best_first, kind, math.inf):
        if _by_itself(best_first[0]) - _by_itself(scored) >= _DIFFERS_WITHIN:
            continue
        covered = scored.candidate.features[_COVERAGE]
        if covered >= best.features[_COVERAGE] and contradict(fact, other):
            return Choice(scored.candidate, other)
    return None


def _by_itself(scored: Scored) -> float:
    """Return the score without the place: of two documents that say it alike, one is the second."""
    places = scored.candidate.features[_PLACES]
    return scored.score - float(places @ load_weights().sentence[_PLACES])


def _elsewhere(
    best_first: Sequence[Scored], kind: Kind, within: float
) -> Iterator[tuple[Scored, Fact]]:
    """Yield the best sentence of each further document, with the fact in it that was asked for."""
    best = best_first[0]
    seen = {best.candidate.hit.passage.document_id}
    for scored in best_first[1:]:
        document = scored.candidate.hit.passage.document_id
        fact = answering_fact(scored.candidate, kind)
        if best.score - scored.score < within and document not in seen and fact is not None:
            seen.add(document)
            yield scored, fact


def same_fact(one: Fact, other: Fact) -> bool:
    """Whether two facts of a kind say the same, in whichever language and spelling.

    The less exact one must hold: «2011 йылда» agrees with «15 февраля 2011 года», «Хамитов Р. З.»
    with «Рустэм Хамитов». Units are not compared.
    """
    if one.kind in ("date", "number"):
        first, second = figures(one.text), figures(other.text)
        if not (first.numbers and second.numbers):  # «один», «пятый»
            return fold(one.text) == fold(other.text)
        return first.hold(second) or second.hold(first)
    fewer, more = sorted((_names(one), _names(other)), key=len)
    return bool(fewer) and all(any(a & b for b in more) for a in fewer)


def contradict(one: Fact, other: Fact) -> bool:
    """Whether two facts of a kind cannot both be what was asked for.

    «15 февраля» and «2011 год» say different things of a date, and may both be right; so may
    «3 месяца» and «25 миллионов рублей».
    """
    if one.kind == "number" and not same_unit(one, other):
        return False
    if one.kind == "date":
        dates = figures(one.text).dates, figures(other.text).dates
        return any(first.contradicts(second) for first in dates[0] for second in dates[1])
    return not same_fact(one, other)


def _names(fact: Fact) -> list[frozenset[str]]:
    """Return the skeletons of each name; initials say too little."""
    return [skeletons_of(name) for name in _NAME.findall(fact.text)]


def _document(choice: Choice) -> str:
    return choice.candidate.hit.passage.document_id


def _published(choice: Choice) -> str:
    return choice.candidate.hit.passage.published_at or ""


def _distance(fact: Fact, other: Fact) -> int:
    return max(fact.span.start - other.span.end, other.span.start - fact.span.end, 0)
