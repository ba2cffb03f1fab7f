"""Answers and refusals have the fields of the contract, and are cited to the letter."""

import re
from itertools import pairwise

import pytest

from tests.service.contract import Answer, checked, require_true_offsets
from tests.service.running import Service
from tests.service.seed_questions import (
    CAMPUS_IN_BASHKIR,
    CAMPUSES,
    CENTRE,
    CENTRE_IN_RUSSIAN,
    CHAIRMAN,
    CLUSTER,
    DOLLAR,
    INNOVATION,
    MODERATOR,
    MODERATOR_IN_RUSSIAN_LETTERS,
    PRODUCTION_IN_RUSSIAN,
    ROUND_TABLE,
    WEATHER,
)

# A question, the language of its answer, and the document and the words that it is cited from.
ANSWERED = [
    pytest.param(CAMPUSES, "ru", CLUSTER, "40", id="ru-number"),
    pytest.param(CHAIRMAN, "ru", CLUSTER, "Антон Ковалев", id="ru-person"),
    pytest.param(MODERATOR, "ba", ROUND_TABLE, "Сергей Борисов", id="ba-person"),
    pytest.param(CENTRE, "ba", INNOVATION, "2011", id="ba-year"),
    pytest.param(CENTRE_IN_RUSSIAN, "ru", INNOVATION, "2011", id="ru-of-ba-year"),
    pytest.param(CAMPUS_IN_BASHKIR, "ba", CLUSTER, "феврале 2024", id="ba-of-ru-month"),
    pytest.param(
        PRODUCTION_IN_RUSSIAN, "ru", INNOVATION, "44 миллиард һумдан ашыу", id="ru-of-ba-sum"
    ),
    pytest.param(
        MODERATOR_IN_RUSSIAN_LETTERS, "ba", ROUND_TABLE, "Сергей Борисов", id="ba-typed-in-ru"
    ),
]
REFUSED = [
    pytest.param(WEATHER, "ru", "документах", id="ru"),
    pytest.param(DOLLAR, "ba", "Документтарҙа", id="ba"),
]
SMALL_TALK = [
    pytest.param("Здравствуйте!", "ru", "Здравствуйте", id="ru"),
    pytest.param("Рәхмәт!", "ba", "Рәхим итегеҙ", id="ba"),
]


@pytest.mark.parametrize(("question", "language", "document", "fact"), ANSWERED)
def test_an_answer_is_cited_to_the_letter(
    service: Service, question: str, language: str, document: str, fact: str
) -> None:
    body = service.ask(question)
    answer = checked(Answer, body)
    assert (answer.answered, answer.reason, answer.question) == (True, None, question)
    assert answer.language == language
    assert answer.related == []
    assert answer.index_version == service.client.get("/v1/info").json()["index_version"]
    for citation in body["citations"]:
        text = require_true_offsets(service, citation)
        start, end = citation["start"], citation["end"]
        assert citation["before"] == text[max(0, start - 300) : start]
        assert citation["after"] == text[end : end + 300]
    for hit in body["sources"]:
        require_true_offsets(service, hit)
    assert any(c.document_id == document and fact in c.quote for c in answer.citations)
    require_markers(answer)


def require_markers(answer: Answer) -> None:
    """Check that markers, the parts of the answer and the citations belong together."""
    numbers = [citation.number for citation in answer.citations]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert [int(n) for n in re.findall(r"\[(\d+)\]", answer.answer)] == numbers
    assert sorted({n for span in answer.answer_spans for n in span.citations}) == numbers
    for span in answer.answer_spans:
        part = answer.answer[span.start : span.end]
        for citation in answer.citations:
            if citation.number in span.citations:
                assert f"[{citation.number}]" in part
                assert citation.quote in part
    for one, other in pairwise(answer.answer_spans):
        assert one.end <= other.start


@pytest.mark.parametrize(("question", "language", "words"), REFUSED)
def test_a_refusal_says_so_and_shows_what_is_near(
    service: Service, question: str, language: str, words: str
) -> None:
    body = service.ask(question)
    answer = checked(Answer, body)
    assert (answer.answered, answer.language) == (False, language)
    assert answer.reason in ("no_evidence", "low_confidence")
    assert words in answer.answer
    assert (answer.citations, answer.answer_spans) == ([], [])
    assert 1 <= len(answer.related) <= len(answer.sources)
    for hit in body["related"]:
        require_true_offsets(service, hit)


@pytest.mark.parametrize(("words", "language", "reply"), SMALL_TALK)
def test_a_greeting_is_greeted(service: Service, words: str, language: str, reply: str) -> None:
    answer = checked(Answer, service.ask(words))
    assert (answer.answered, answer.reason) == (False, "small_talk")
    assert answer.language == language
    assert reply in answer.answer
    assert (answer.citations, answer.related, answer.sources) == ([], [], [])


def test_the_language_of_the_answer_can_be_chosen(service: Service) -> None:
    assert service.ask(WEATHER, language="ba")["language"] == "ba"
    assert service.ask(DOLLAR, language="ru")["language"] == "ru"
    assert service.ask("What is the weather tomorrow?")["language"] == "ru"


def test_a_follow_up_stands_in_the_answer_as_a_whole_question(service: Service) -> None:
    turns = [
        {"role": "user", "content": CENTRE},
        {"role": "assistant", "content": "2011 йылда Кластерлы үҫеш үҙәге булдырылды."},
    ]
    understood = service.ask("Ә ҡайҙа?", history=turns)["question"]
    assert "Кластерлы үҫеш үҙәге" in understood
    assert "ҡайҙа" in understood


def test_at_most_top_k_passages_are_considered(service: Service) -> None:
    assert len(service.ask("Кто выступил на заседании?", top_k=3)["sources"]) == 3


def test_without_a_language_model_the_extractive_answer_stands_in(service: Service) -> None:
    for mode, degraded in (("auto", False), ("extractive", False), ("generative", True)):
        generator = service.ask(CHAIRMAN, mode=mode)["generator"]
        assert generator == {"kind": "extractive", "model": None, "degraded": degraded}


def test_every_answer_has_an_id_of_its_own(service: Service) -> None:
    assert len({service.ask("Рәхмәт!")["id"] for _ in range(5)}) == 5
