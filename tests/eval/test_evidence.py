from hypothesis import given
from hypothesis import strategies as st

from eval.evidence import GoldSpan, locate, meets, overlap
from eval.questions import AnchoredEvidence, Evidence, Question, QuotedEvidence
from index.documents import Document
from index.text.spans import Span
from tests.eval.toy import anchored

TEXT = "Йәй килде. Ҡыш китте. Йәй килде."
CORPUS = {"d": Document(id="d", text=TEXT, language="ba")}
SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda ends: Span(*sorted(ends)))


def question(*evidence: Evidence) -> Question:
    return Question(
        id="q",
        language="ba",
        text="Ҡасан?",
        history=(),
        answerable=True,
        document_id="d",
        document_language="ba",
        evidence=evidence,
        answers=("йәй",),
        near_document_id=None,
        kind="when",
        hard=False,
        noisy=False,
        file="gold.jsonl",
        line=7,
    )


def anchor(span: Span) -> AnchoredEvidence:
    return AnchoredEvidence("d", "ba", span, anchored(CORPUS["d"], span)["sha256"])


def test_half_of_the_shorter_meets() -> None:
    sentence = Span(100, 120)
    assert meets(Span(0, 500), sentence)  # a passage around it
    assert meets(Span(105, 110), sentence)  # a piece of it
    assert meets(Span(110, 200), sentence)  # exactly half of the twenty characters
    assert not meets(Span(111, 200), sentence)  # nine of them
    assert not meets(Span(120, 140), sentence)
    assert not meets(Span(110, 110), sentence)


@given(SPANS, SPANS)
def test_meeting_is_mutual_and_takes_an_overlap(one: Span, other: Span) -> None:
    assert meets(one, other) == meets(other, one)
    assert overlap(one, other) == len(
        set(range(one.start, one.end)) & set(range(other.start, other.end))
    )
    assert not meets(one, other) or overlap(one, other) > 0


def test_a_quote_is_right_at_each_of_its_places() -> None:
    places, problems = locate(question(QuotedEvidence("d", "ba", "Йәй килде.")), CORPUS)
    assert places == [GoldSpan("d", "ba", Span(0, 10)), GoldSpan("d", "ba", Span(22, 32))]
    assert not problems


def test_an_anchor_is_right_at_its_place_alone() -> None:
    places, problems = locate(question(anchor(Span(22, 32))), CORPUS)
    assert places == [GoldSpan("d", "ba", Span(22, 32))]
    assert not problems


def test_quotes_are_found_in_text_as_it_is_stored() -> None:
    corpus = {"d": Document(id="d", text="ноябрь, йыл", language="ba")}
    places, _ = locate(question(QuotedEvidence("d", "ba", "и\u0306ыл")), corpus)  # й in two marks
    assert [place.span for place in places] == [Span(8, 11)]


def test_what_is_not_there_is_reported_by_line() -> None:
    beyond = AnchoredEvidence("d", "ba", Span(22, 40), anchor(Span(22, 32)).sha256)
    changed = AnchoredEvidence("d", "ba", Span(11, 21), anchor(Span(22, 32)).sha256)
    absent = QuotedEvidence("nowhere", "ba", "Йәй")
    asked = question(QuotedEvidence("d", "ba", "Көҙ"), changed, beyond, absent)
    places, problems = locate(asked, CORPUS)
    assert not places
    assert [(problem.file, problem.line) for problem in problems] == [("gold.jsonl", 7)] * 4
