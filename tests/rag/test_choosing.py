"""Which sentences an answer quotes, and how they stand to each other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from index.passages import Passage
from index.relations import Relative, Relatives
from index.text.language import detect_language
from index.text.spans import Span
from rag.choosing import choose, contradict, same_fact
from rag.evidence import FEATURES, Candidate
from rag.fact_wording import AnswerLanguage
from rag.facts import Fact, find_facts
from rag.questions import Kind
from rag.retrieval import Hit
from rag.scoring import Scored


def scored(
    text: str,
    score: float,
    document: str,
    published: str | None = None,
    covered: float = 0.9,
    start: int = 0,
) -> Scored:
    language = detect_language(text).language
    span = Span(start, start + len(text))
    passage = Passage(start, document, 1, None, None, language, published, None, span, text)
    features = np.zeros(len(FEATURES))
    features[FEATURES.index("coverage")] = covered
    hit = Hit(passage, 0.0, 0.0, 0.0, [])
    return Scored(Candidate(hit, span, text, language, find_facts(text), [], features), score)


def documents(best_first: Sequence[Scored], kind: Kind) -> list[str]:
    chosen = choose(best_first, kind, "ru").choices
    return [choice.candidate.hit.passage.document_id for choice in chosen]


OPENED = scored("Центр открыт в 2011 году.", 5.0, "ru")
SAME = scored("Үҙәк 2011 йылда асылды.", 3.0, "ba")
OTHER = scored("Центр открыт в 2012 году.", 4.5, "later", "2024-01-01")


def test_what_says_the_same_elsewhere_is_cited_with_it() -> None:
    (choice,) = choose([OPENED, SAME], "when", "ru").choices
    assert [one.hit.passage.document_id for one in choice.agreeing] == ["ba"]
    assert choice.fact is not None
    assert choice.fact.text == "2011 году"


@pytest.mark.parametrize(
    ("language", "translations", "first"),
    [("ba", ["ba"], "ba"), ("ba", ["other"], "ru"), ("ba", [], "ru"), ("ru", ["ba"], "ru")],
)
def test_of_two_versions_of_a_document_the_askers_own_is_quoted_first(
    language: AnswerLanguage, translations: list[str], first: str
) -> None:
    relatives = Relatives((), [Relative(t, None, "ba", None, True) for t in translations])
    best = OPENED.candidate
    linked = Scored(replace(best, hit=replace(best.hit, relatives=relatives)), OPENED.score)
    (choice,) = choose([linked, SAME], "when", language).choices
    assert choice.candidate.hit.passage.document_id == first
    assert [one.hit.passage.document_id for one in choice.agreeing] == [
        "ru" if first == "ba" else "ba"
    ]
    assert choice.fact is not None
    assert choice.fact.text in choice.candidate.text


def test_what_says_another_fact_stands_beside_it_newest_first() -> None:
    chosen = choose([OPENED, OTHER], "when", "ru")
    assert chosen.differ
    assert documents([OPENED, OTHER], "when") == ["later", "ru"]


@pytest.mark.parametrize(
    "other",
    [
        scored("Центр открыт в 2012 году.", 3.5, "later"),  # far less likely
        scored("Школа открыта в 2012 году.", 4.5, "later", covered=0.5),  # of something else
        scored("Центр открыт в 2012 году.", 3.5, "ru", start=100),  # the same document
        scored("Центр открыли торжественно.", 4.5, "later"),  # no date
    ],
)
def test_what_is_not_about_the_same_is_left_out(other: Scored) -> None:
    chosen = choose([OPENED, other], "when", "ru")
    assert not chosen.differ
    assert len(chosen.choices) == 1
    assert not chosen.choices[0].agreeing


def test_beside_a_fact_its_documents_next_sentence_is_quoted_where_it_is_as_likely() -> None:
    beside = scored("Центр открыли торжественно.", 4.5, "ru", start=100)
    chosen = choose([OPENED, beside, OTHER], "where", "ru")
    assert [choice.candidate.span.start for choice in chosen.choices] == [0, 100, 0]
    chosen = choose([OPENED, beside], "when", "ru")
    assert [choice.candidate.span.start for choice in chosen.choices] == [0, 100]
    assert not chosen.differ


def test_without_a_clear_fact_the_next_sentences_are_quoted_where_they_are_as_likely() -> None:
    first = scored("Центр открыли торжественно.", 5.0, "one")
    near, next_one, far = (
        scored("Его открыл министр.", score, document)
        for score, document in ((3.5, "two"), (3.2, "three"), (2.9, "four"))
    )
    assert documents([first, near, next_one], "when") == ["one", "two", "three"]
    assert documents([first, near, next_one, next_one], "when") == ["one", "two", "three"]
    assert documents([first, far], "when") == ["one"]


def test_a_list_is_collected_from_the_likely_sentences_of_one_document_in_their_order() -> None:
    sentences = [
        scored(f"Завод номер {n} вошёл в кластер.", score, "list", start=start)
        for n, score, start in ((1, 5.0, 300), (2, 4.5, 100), (3, 4.0, 500), (4, 3.5, 0))
    ]
    best_first = [sentences[0], scored("Чужой завод.", 4.9, "other"), *sentences[1:]]
    chosen = choose(best_first, "list", "ru").choices
    assert [choice.candidate.span.start for choice in chosen] == [100, 300, 500]
    assert {choice.candidate.hit.passage.document_id for choice in chosen} == {"list"}


@pytest.mark.parametrize(
    ("one", "other", "at_odds"),
    [
        ("15 февраля", "2011 год", False),
        ("5 мая", "май 2011 года", False),
        ("15 февраля", "16 февраля", True),
        ("март 2011 года", "2012 год", True),
        ("25 заводов", "30 заводов", True),
        ("25 заводов", "30 машин", False),
        ("480 человек", "500 кеше", True),
        ("3 месяца", "25 миллионов рублей", False),
        ("Антон Ковалев", "Сергей Борисов", True),
    ],
)
def test_what_may_both_be_right_is_not_at_odds(one: str, other: str, at_odds: bool) -> None:
    assert contradict(fact(one), fact(other)) is at_odds
    assert contradict(fact(other), fact(one)) is at_odds


def fact(text: str) -> Fact:
    return find_facts(text)[0]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2011 йылда", "15 февраля 2011 года", True),
        ("15 февраля 2011 года", "16 февраля 2011 года", False),
        ("44 миллиард һум", "44 млрд рублей", True),
        ("44 миллиард һум", "44 млн рублей", False),
        ("Антон Ковалев", "Антона Ковалева", True),
        ("Антон Ковалев", "Сергей Борисов", False),
        ("Хамитов Р. З.", "Рустэм Хамитов", True),
        ("Хамитов Рустэм Закиевич", "Рустэм Хамитов", True),
        ("один завод", "25 заводов", False),
    ],
)
def test_facts_are_compared_across_languages_and_spellings(
    one: str, other: str, same: bool
) -> None:
    assert same_fact(fact(one), fact(other)) is same
    assert same_fact(fact(other), fact(one)) is same
