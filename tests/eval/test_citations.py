import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.citations import CitationScores, is_valid, score_citations
from eval.evidence import GoldSpan
from eval.responses import Hit
from index.documents import Document
from index.text.sentences import sentence_spans
from index.text.spans import Span
from tests.eval.toy import evidence_span, town_text

TEXT = town_text(1)
CORPUS = {"town": Document(id="town", text=TEXT, language="ru")}
EVIDENCE = evidence_span(1)
GOLD = [GoldSpan("town", "ru", EVIDENCE)]
SENTENCES = sentence_spans(TEXT)


def cite(start: int, end: int) -> Hit:
    return Hit("town", Span(start, end), TEXT[start:end])


def test_a_quote_of_up_to_three_sentences_is_valid() -> None:
    assert is_valid(cite(SENTENCES[1].start, SENTENCES[3].end), CORPUS)
    assert not is_valid(cite(SENTENCES[1].start, SENTENCES[4].end), CORPUS)


def test_a_quote_of_more_than_500_characters_is_not() -> None:
    text = "слово " * 200
    corpus = {"long": Document(id="long", text=text)}
    assert is_valid(Hit("long", Span(0, 500), text[:500]), corpus)
    assert not is_valid(Hit("long", Span(0, 501), text[:501]), corpus)


def test_a_quote_is_the_text_to_the_letter() -> None:
    right = cite(EVIDENCE.start, EVIDENCE.end)
    assert is_valid(right, CORPUS)
    assert not is_valid(Hit("town", right.span, right.quote.replace("е", "ё")), CORPUS)
    assert not is_valid(Hit("town", Span(EVIDENCE.start + 1, EVIDENCE.end), right.quote), CORPUS)
    assert not is_valid(Hit("elsewhere", right.span, right.quote), CORPUS)
    assert not is_valid(Hit("town", Span(-5, -1), TEXT[-5:-1]), CORPUS)
    assert not is_valid(cite(10, 10), CORPUS)


def test_the_evidence_itself_is_perfect() -> None:
    scores = score_citations([cite(EVIDENCE.start, EVIDENCE.end)], GOLD, CORPUS)
    assert scores == CitationScores(hit=True, precision=1.0, recall=1.0)


def test_precision_and_recall_in_characters() -> None:
    middle = EVIDENCE.start + 10
    scores = score_citations([cite(middle, EVIDENCE.end + 20)], GOLD, CORPUS)
    inside = len(EVIDENCE) - 10
    assert scores.precision == pytest.approx(inside / (inside + 20))
    assert scores.recall == pytest.approx(inside / len(EVIDENCE))


def test_characters_cited_twice_count_once() -> None:
    half = EVIDENCE.start + len(EVIDENCE) // 2
    parts = [cite(EVIDENCE.start, half + 5), cite(half - 5, EVIDENCE.end)]
    assert score_citations(parts, GOLD, CORPUS) == CitationScores(True, 1.0, 1.0)


def test_one_of_two_alternatives_is_enough() -> None:
    other = GoldSpan("town", "ru", SENTENCES[5])
    cited = cite(SENTENCES[5].start, SENTENCES[5].end)
    assert score_citations([cited], [*GOLD, other], CORPUS) == CitationScores(True, 1.0, 1.0)


def test_what_is_not_valid_is_cited_in_vain() -> None:
    right = cite(EVIDENCE.start, EVIDENCE.end)
    invented = Hit("town", right.span, "я" * len(EVIDENCE))
    scores = score_citations([right, invented], GOLD, CORPUS)
    assert scores == CitationScores(hit=True, precision=0.5, recall=1.0)
    assert score_citations([cite(0, len(TEXT))], GOLD, CORPUS) == CitationScores(False, 0.0, 0.0)


def test_without_evidence_or_citations_there_is_nothing_right() -> None:
    nothing = CitationScores(hit=False, precision=0.0, recall=0.0)
    assert score_citations([], GOLD, CORPUS) == nothing
    assert score_citations([cite(EVIDENCE.start, EVIDENCE.end)], [], CORPUS) == nothing


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), max_size=4))
def test_all_scores_are_shares(ends: list[tuple[int, int]]) -> None:
    cited = [cite(*sorted(pair)) for pair in ends]
    scores = score_citations(cited, GOLD, CORPUS)
    assert 0.0 <= scores.precision <= 1.0
    assert 0.0 <= scores.recall <= 1.0
