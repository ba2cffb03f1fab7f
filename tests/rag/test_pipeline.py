"""The pipeline: every answer can be checked, every refusal says why."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.filters import Filters
from index.folder import DataFolder
from index.messages import message
from index.reader import IndexView
from index.text.sentences import sentence_spans
from index.text.spans import Span
from rag.fact_wording import AnswerLanguage
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from rag.retrieval import Hit, Mode
from rag.scoring import load_weights
from rag.settings import AnswerSettings
from rag.types import Answer, Ask, Citation, Observer, Turn
from tests.fakes import fake_folder, ingest

LONG = "Оҙон исемлек: " + ", ".join(f"{n}-се өлөштә {n} мәктәп бар" for n in range(70)) + "."
DOCUMENTS = [
    {
        "id": "ba",
        "text": "😀 2011 йылда Кластерлы үҫеш үҙәге булдырылды. Уны «Үҙәк» [1] тип атанылар.",
        "title": "Үҙәк",
        "source": "s1",
    },
    {"id": "ru", "text": "Технопарк открыт в 2012 году. Его возглавил Антон Ковалев."},
    {"id": "en", "text": "The centre was opened in 2013 by the region."},
    {"id": "long", "text": LONG},
]
MODES: list[Mode] = ["hybrid", "dense", "lexical"]
BA, RU = "Кластерлы үҫеш үҙәге ҡасан булдырылды?", "Когда открыт технопарк?"


@pytest.fixture
def filled(tmp_path: Path) -> DataFolder:
    folder = fake_folder(tmp_path, chunk_tokens=448)
    ingest(folder, *DOCUMENTS)
    return folder


def pipeline(folder: DataFolder, accepted_wrong: float) -> Pipeline:
    settings = AnswerSettings(data_dir=folder.catalog.data_dir, accepted_wrong=accepted_wrong)
    return make_pipeline(folder, settings)


def sure(folder: DataFolder) -> Pipeline:
    """A pipeline that answers whatever it finds."""
    return pipeline(folder, 1.0)


def unsure(folder: DataFolder) -> Pipeline:
    """A pipeline that refuses everything."""
    return pipeline(folder, 0.0)


def assert_sound(answer: Answer, folder: DataFolder) -> None:
    """What holds for every answer and every refusal, whatever it says."""
    for hit in (*answer.sources, *answer.related):
        passage = hit.passage
        text = folder.library.text(passage.document_id, passage.document_version)
        assert passage.span.of(text) == passage.text
    for citation in answer.citations:
        text = folder.library.text(citation.document_id, citation.document_version)
        assert citation.span.of(text) == citation.quote != ""
        assert text[: citation.span.start].endswith(citation.before)
        assert text[citation.span.end :].startswith(citation.after)
        assert max(len(citation.before), len(citation.after)) <= 300
        assert len(citation.quote) <= 500
        assert len(sentence_spans(citation.quote)) <= 3
        assert citation.quote in answer.text
    assert 0 <= answer.confidence <= 1
    assert answer.index_version == folder.index.version()
    assert answer.answered == bool(answer.citations) == bool(answer.spans)
    assert not (answer.answered and answer.related)
    assert_markers_and_spans_agree(answer)


def assert_markers_and_spans_agree(answer: Answer) -> None:
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [number for span in answer.spans for number in span.citations] == numbers
    left = list(answer.text)
    for span in answer.spans:
        words = span.span.of(answer.text)
        assert words.endswith("".join(f"[{number}]" for number in span.citations))
        assert all(answer.citations[number - 1].quote in words for number in span.citations)
        left[span.span.start : span.span.end] = " " * len(span.span)
    outside = "".join(left)
    assert not answer.answered or outside.strip() == ""
    assert re.findall(r"\[\d+\]", outside) == []


@pytest.mark.parametrize("question", [BA, RU, "When was the centre opened?", "мәктәп", "2013"])
@pytest.mark.parametrize("top_k", [1, 3, 50])
def test_every_answer_is_sound(filled: DataFolder, question: str, top_k: int) -> None:
    answer = sure(filled).ask(Ask(question, top_k=top_k))

    assert answer.answered
    assert_sound(answer, filled)
    assert len(answer.sources) == min(top_k, filled.library.census().chunks)


@pytest.mark.parametrize("question", [BA, RU, "мәктәп"])
def test_every_refusal_is_sound(filled: DataFolder, question: str) -> None:
    answer = unsure(filled).ask(Ask(question))

    assert answer.reason in ("no_evidence", "low_confidence")
    assert answer.text == message(f"answer.{answer.reason}", answer.language)
    assert list(answer.related) == list(answer.sources[:3])
    assert_sound(answer, filled)


def test_it_is_answered_from_as_sure_as_it_must_be(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    confidence = sure(filled).ask(Ask(BA)).confidence

    def answered(least: float) -> bool:
        weights = replace(load_weights(), thresholds=[(0.3, least)])
        monkeypatch.setattr("rag.factory.load_weights", lambda: weights)
        return pipeline(filled, 0.3).ask(Ask(BA)).answered

    assert answered(confidence)
    assert not answered(confidence + 1e-9)


def test_the_sentence_of_the_own_language_is_quoted_as_it_is(filled: DataFolder) -> None:
    answer = sure(filled).ask(Ask(BA))

    assert answer.language == "ba"
    assert answer.text == "«😀 2011 йылда Кластерлы үҫеш үҙәге булдырылды.» [1]"
    assert answer.citations[0].title == "Үҙәк"


def test_the_fact_of_the_other_language_is_said_before_the_quotation(filled: DataFolder) -> None:
    only = Filters(document_id=["ba"])

    answer = sure(filled).ask(Ask("Когда создан Кластерный центр?", filters=only))

    assert answer.language == "ru"
    assert answer.text.startswith(
        "В 2011 году, по башкирскому тексту: «😀 2011 йылда Кластерлы үҫеш үҙәге булдырылды.» [1]"
    )
    assert_sound(answer, filled)


def test_an_answer_in_the_language_asked_for(filled: DataFolder) -> None:
    only = Filters(document_id=["ru"])

    answer = sure(filled).ask(Ask(RU, language="ba", filters=only))

    assert answer.language == "ba"
    assert answer.text.startswith(
        "2012 йылда, урыҫ телендәге текст буйынса: «Технопарк открыт в 2012 году.» [1]"
    )


@pytest.mark.parametrize("language", ["ba", "ru"])
def test_a_refusal_in_the_language_asked_for(filled: DataFolder, language: AnswerLanguage) -> None:
    answer = unsure(filled).ask(Ask(BA, language=language))

    assert answer.language == language


@pytest.mark.parametrize("question", ["When was it opened?", "😀", "2013"])
def test_a_question_in_neither_language_is_answered_in_russian(
    filled: DataFolder, question: str
) -> None:
    assert unsure(filled).ask(Ask(question)).language == "ru"


def test_a_marker_inside_a_quotation_is_no_marker(filled: DataFolder) -> None:
    only = Filters(document_id=["ba"])

    answer = sure(filled).ask(Ask("Уны нисек тип атанылар, «Үҙәк»?", filters=only))

    assert any("[1]" in citation.quote for citation in answer.citations)
    assert_sound(answer, filled)


def test_a_quotation_from_a_sentence_of_2000_characters_is_short_and_holds_the_fact(
    filled: DataFolder,
) -> None:
    assert len(LONG) > 1900
    only = Filters(document_id=["long"])

    answer = sure(filled).ask(Ask("66-се өлөштә нисә мәктәп бар?", filters=only))

    assert answer.answered
    assert_sound(answer, filled)


@pytest.mark.parametrize(
    ("question", "language", "key"),
    [
        ("Һаумыһығыҙ!", "ba", "talk.greeting"),
        ("Привет!", "ru", "talk.greeting"),
        ("Рәхмәт!", "ba", "talk.thanks"),
        ("Спасибо!", "ru", "talk.thanks"),
    ],
)
def test_a_greeting_is_greeted_without_searching(
    filled: DataFolder, question: str, language: str, key: str
) -> None:
    answer = sure(filled).ask(Ask(question))

    assert (answer.language, answer.reason) == (language, "small_talk")
    assert answer.text == message(key, answer.language)
    assert (list(answer.sources), list(answer.related)) == ([], [])
    assert_sound(answer, filled)


def test_an_empty_index_says_so(folder: DataFolder) -> None:
    answer = sure(folder).ask(Ask(BA))

    assert (answer.reason, answer.language, answer.index_version) == ("empty_index", "ba", "empty")
    assert answer.text == message("answer.empty_index", "ba")
    assert sure(folder).search(BA) == ([], "empty", "ba")


def test_filters_hold_for_everything_that_is_shown(filled: DataFolder) -> None:
    answer = sure(filled).ask(Ask(BA, filters=Filters(document_id=["ru", "en"])))

    shown = {hit.passage.document_id for hit in (*answer.sources, *answer.related)}
    assert shown | {c.document_id for c in answer.citations} <= {"ru", "en"}


def test_a_filter_that_lets_nothing_through_is_no_evidence(filled: DataFolder) -> None:
    answer = sure(filled).ask(Ask(BA, filters=Filters(source=["x"])))

    assert (answer.reason, list(answer.sources)) == ("no_evidence", [])
    assert_sound(answer, filled)


def test_nothing_that_the_stored_text_does_not_say_is_quoted(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = IndexView.text

    def tampered(self: IndexView, document_id: str, version: int, span: Span) -> str:
        return stored(self, document_id, version, span).replace("2011", "2010")

    monkeypatch.setattr(IndexView, "text", tampered)

    answer = sure(filled).ask(Ask(BA, filters=Filters(document_id=["ba"])))

    assert not any("2011" in citation.quote for citation in answer.citations)
    assert "2011" not in answer.text


def test_without_a_quotation_that_holds_it_is_refused(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IndexView, "text", lambda *args: "")

    answer = sure(filled).ask(Ask(BA))

    assert (answer.reason, list(answer.citations)) == ("no_evidence", [])
    assert answer.text == message("answer.no_evidence", "ba")


def test_a_deleted_document_is_not_quoted_any_more(filled: DataFolder) -> None:
    asked = sure(filled)
    assert "2011" in asked.ask(Ask(BA)).text

    filled.library.delete("ba")

    answer = asked.ask(Ask(BA))
    assert "ba" not in {hit.passage.document_id for hit in answer.sources}
    assert "2011" not in answer.text


def test_a_replaced_document_is_quoted_as_it_is_now(filled: DataFolder) -> None:
    asked = sure(filled)
    asked.ask(Ask(BA))

    ingest(filled, {"id": "ba", "text": "2014 йылда Кластерлы үҫеш үҙәге булдырылды."})

    answer = asked.ask(Ask(BA))
    assert answer.citations[0].quote == "2014 йылда Кластерлы үҫеш үҙәге булдырылды."
    assert answer.citations[0].document_version == 2
    assert_sound(answer, filled)


def test_a_follow_up_is_answered_as_the_question_it_is_understood_as(filled: DataFolder) -> None:
    history = [Turn("user", "Кластерлы үҫеш үҙәген кем етәкләй?"), Turn("assistant", "…")]

    answer = sure(filled).ask(Ask("Ә ҡасан булдырылды?", history=history))

    assert answer.question == "Кластерлы үҫеш үҙәген кем етәкләй — ә ҡасан булдырылды?"
    assert answer.language == "ba"
    assert_sound(answer, filled)


@pytest.mark.parametrize("question", ["Нефтекамск?", "Сергей Сидоров?", "2021?"])
@pytest.mark.parametrize(
    ("before", "language"), [("Өфөлә нисә мәктәп бар?", "ba"), ("Сколько школ в Уфе?", "ru")]
)
def test_what_has_no_language_is_answered_in_that_of_the_conversation(
    filled: DataFolder, question: str, before: str, language: str
) -> None:
    history = [Turn("user", before), Turn("assistant", "…"), Turn("user", "42?")]
    assert unsure(filled).ask(Ask(question, history=history)).language == language


@pytest.mark.parametrize(
    ("earlier", "question", "language"),
    [
        ("Кто возглавил технопарк?", "Ә ҡасан?", "ba"),
        ("Кластерлы үҫеш үҙәге ҡайҙа булдырылды?", "А когда?", "ru"),
        ("Кластерлы үҫеш үҙәге ҡайҙа булдырылды?", "А 2011?", "ba"),
    ],
)
def test_the_language_can_be_switched_in_the_middle(
    filled: DataFolder, earlier: str, question: str, language: str
) -> None:
    answer = sure(filled).ask(Ask(question, history=[Turn("user", earlier)]))

    assert answer.language == language
    assert_sound(answer, filled)


def test_a_follow_up_asks_for_what_it_asks_itself(filled: DataFolder) -> None:
    # A Bashkir question word stands in the middle, and is carried over with the topic.
    history = [Turn("user", "Кластерлы үҫеш үҙәген кем булдырҙы?"), Turn("assistant", "…")]
    answer = sure(filled).ask(Ask("А когда?", language="ru", history=history))
    assert answer.text.startswith("В 2011 году")


def test_thanks_are_no_follow_up(filled: DataFolder) -> None:
    answer = sure(filled).ask(Ask("Рәхмәт!", history=[Turn("user", RU)]))

    assert (answer.reason, answer.question, answer.language) == ("small_talk", "Рәхмәт!", "ba")


def test_a_question_is_cleaned_before_it_is_understood(filled: DataFolder) -> None:
    answer = sure(filled).ask(
        Ask("\ufeff  Кластерлы\n\nүҫеш\0 үҙәге\u200b ҡасан\ud800 булдырылды? ")
    )

    assert answer.question == BA
    assert "2011" in answer.text


BAD_QUESTIONS = {
    "nothing": "",
    "white space": "   \n",
    "NUL": "\0\0\0",
    "no width": "\u200b",
    "surrogates": "\ud800\udfff\ud800",
    "emoji": "😀🏳️‍🌈👍🏽",
    "right to left": "مرحبا بالعالم ما هذا",
    "turned round": "\u202eҡасан\u202c",
    "HTML": "<script>alert('яуап')</script>",
    "SQL": "'; DROP TABLE chunks; --",
    "FTS": '" OR NEAR(* AND ^',
    "templates": "{question} %s \\1 [1]",
    "a mark": "?",
    "combining marks": "z̸̢͝a̷l̶g̷o̵ " * 20,
    "one word": "q" * 2000,
    "numbers": " ".join(str(n * 7919) for n in range(300)),
    "100 kB": "ни өсөн ул " * 9_000,
}


@pytest.mark.parametrize("question", BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
@pytest.mark.parametrize("earlier", [False, True], ids=["alone", "after another"])
def test_bad_questions_do_no_harm(filled: DataFolder, question: str, earlier: bool) -> None:
    history = [Turn("user", question), Turn("assistant", question)] if earlier else []

    for ask in (sure(filled).ask, unsure(filled).ask):
        assert_sound(ask(Ask(question, history=history)), filled)
    for mode in MODES:
        sure(filled).search(question, mode=mode)


class Watching(Observer):
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def started(self, answer_id: str, language: str, index_version: str) -> None:
        self.told.append(("started", answer_id, language, index_version))

    def found(self, hits: Sequence[Hit]) -> None:
        self.told.append(("found", *hits))

    def cited(self, citation: Citation) -> None:
        self.told.append(("cited", citation))

    def said(self, text: str) -> None:
        self.told.append(("said", text))


def test_an_observer_is_told_in_order(filled: DataFolder) -> None:
    watching = Watching()

    answer = sure(filled).ask(Ask(BA), watching)

    assert watching.told == [
        ("started", answer.id, "ba", answer.index_version),
        ("found", *answer.sources),
        ("cited", *answer.citations),
        ("said", answer.text),
    ]


def test_an_observer_of_small_talk_is_told_of_no_passages(filled: DataFolder) -> None:
    watching = Watching()

    answer = sure(filled).ask(Ask("Сәләм!"), watching)

    assert watching.told == [
        ("started", answer.id, "ba", answer.index_version),
        ("found",),
        ("said", answer.text),
    ]


def test_each_answer_has_its_own_id(filled: DataFolder) -> None:
    asked = sure(filled)

    assert len({asked.ask(Ask(BA)).id for _ in range(5)}) == 5


def test_search_gives_what_is_asked_for(filled: DataFolder) -> None:
    asked = sure(filled)

    hits, version, language = asked.search("технопарк", top_k=2)
    lexical = asked.search("технопарк", mode="lexical").hits
    grouped = asked.search("технопарк", group_by_document=True).hits

    assert (version, language) == (filled.index.version(), "ru")
    assert len(hits) == 2
    assert [hit.passage.document_id for hit in lexical] == ["ru"]
    assert sorted(hit.passage.document_id for hit in grouped) == ["ba", "en", "long", "ru"]
