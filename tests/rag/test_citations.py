"""Quotations: each is what the stored text says, and short enough."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.filters import Filters
from index.folder import DataFolder
from index.passages import Passage, Place
from index.text.sentences import sentence_spans
from index.text.spans import Span
from rag.citations import _clipped, cite
from rag.types import Citation
from tests.fakes import fake_folder, ingest

HEAD = "Беренсе һөйләм. 😀 Икенсе һөйләмдә 44 миллиард һум бар. "
TEXT = HEAD + "Өсөнсө һөйләм шунан һуң килә. " * 20


@pytest.fixture
def cited(tmp_path: Path) -> DataFolder:
    folder = fake_folder(tmp_path, chunk_tokens=32)
    ingest(
        folder,
        {"id": "a", "text": TEXT, "title": "Т", "url": "u:1", "published_at": "2024-01-01"},
        {"id": "b", "text": HEAD},
    )
    return folder


def passages(folder: DataFolder, document_id: str) -> list[Passage]:
    with folder.index.view() as view:
        groups = view.groups(Filters(document_id=[document_id]))
        return view.passages(sorted(id_ for group in groups for id_ in group.ids.tolist()))


def quote(
    folder: DataFolder, passage: Passage, sentence: Span, focus: Span | None = None
) -> Citation | None:
    with folder.index.view() as view:
        return cite(view, passage, sentence, focus, 3)


def second_sentence(passage: Passage) -> Span:
    return sentence_spans(passage.text)[1].shifted(passage.span.start)


def test_a_citation_is_what_the_stored_text_says_with_what_stands_around(
    cited: DataFolder,
) -> None:
    passage = passages(cited, "a")[0]
    sentence = second_sentence(passage)

    citation = quote(cited, passage, sentence)

    assert citation is not None
    assert citation.quote == citation.span.of(TEXT) == sentence.of(TEXT)
    assert "44 миллиард" in citation.quote
    assert citation.before == TEXT[: sentence.start]
    assert citation.after == TEXT[sentence.end : sentence.end + 300]
    assert (citation.number, citation.document_id, citation.document_version) == (3, "a", 1)
    assert (citation.title, citation.url, citation.language) == ("Т", "u:1", "ba")
    assert citation.published_at == "2024-01-01T00:00:00Z"


def test_a_sentence_in_a_later_passage_has_its_place_in_the_document(cited: DataFolder) -> None:
    passage = passages(cited, "a")[1]
    assert passage.span.start > 0

    citation = quote(cited, passage, second_sentence(passage))

    assert citation is not None
    assert citation.quote == citation.span.of(TEXT)
    assert len(citation.before) <= 300
    assert citation.before == TEXT[max(0, citation.span.start - 300) : citation.span.start]


def test_a_citation_names_the_page_and_the_heading_that_it_itself_stands_under(
    cited: DataFolder,
) -> None:
    text = HEAD.strip() + "\n\fБашлыҡ\n" + HEAD
    heading = {"start": text.index("Башлыҡ"), "title": "Башлыҡ"}
    ingest(cited, {"id": "c", "text": text, "sections": [heading], "metadata": {"pages": 2}})
    whole = replace(passages(cited, "c")[0], span=Span(0, len(text)), text=text)
    sentence = next(s for s in sentence_spans(text)[3:] if "44" in s.of(text))

    before, after = (quote(cited, whole, s) for s in (sentence_spans(text)[0], sentence))

    assert before is not None
    assert after is not None
    assert (before.place, after.place) == (Place(1, None), Place(2, "Башлыҡ"))


def test_a_passage_that_does_not_say_what_is_stored_is_not_cited(cited: DataFolder) -> None:
    passage = passages(cited, "a")[0]
    sentence = second_sentence(passage)
    forged = replace(passage, text=passage.text.replace("44", "45"))

    assert quote(cited, passage, sentence) is not None
    assert quote(cited, forged, sentence) is None


@pytest.mark.parametrize(
    "change",
    [
        {"document_id": "nothing"},
        {"document_version": 2},
        {"span": Span(1, 500)},
    ],
)
def test_a_passage_of_another_place_is_not_cited(cited: DataFolder, change: dict[str, Any]) -> None:
    passage = passages(cited, "a")[0]
    sentence = second_sentence(passage)

    assert quote(cited, replace(passage, **change), sentence) is None


@pytest.mark.parametrize("sentence", [Span(0, 0), Span(10_000, 10_100)])
def test_an_empty_quotation_is_none(cited: DataFolder, sentence: Span) -> None:
    assert quote(cited, passages(cited, "a")[0], sentence) is None


def test_what_was_deleted_or_replaced_is_not_cited(cited: DataFolder) -> None:
    kept, changed = passages(cited, "a")[0], passages(cited, "b")[0]
    cited.library.delete("a")
    ingest(cited, {"id": "b", "text": "Башҡа текст."})

    assert quote(cited, kept, second_sentence(kept)) is None
    assert quote(cited, changed, second_sentence(changed)) is None


def test_a_view_opened_before_still_cites_what_was_replaced_but_nothing_deleted(
    cited: DataFolder,
) -> None:
    replaced, deleted = passages(cited, "a")[0], passages(cited, "b")[0]
    with cited.index.view() as view:
        ingest(cited, {"id": "a", "text": "Башҡа текст."})
        cited.library.delete("b")
        kept, gone = (
            cite(view, passage, second_sentence(passage), None, 1)
            for passage in (replaced, deleted)
        )

    assert kept is not None
    assert kept.document_version == 1
    assert gone is None


def test_what_was_deleted_and_came_back_is_not_cited_as_it_was(cited: DataFolder) -> None:
    passage = passages(cited, "a")[0]
    with cited.index.view() as view:
        cited.library.delete("a")
        ingest(cited, {"id": "a", "text": TEXT})
        citation = cite(view, passage, second_sentence(passage), None, 1)

    assert citation is None


@pytest.mark.parametrize("word", ["«1-се өлөш»", "«40-се өлөш»", "«70-се өлөш»"])
def test_a_sentence_of_2000_characters_is_cut_to_the_clauses_around_its_focus(
    cited: DataFolder, word: str
) -> None:
    sentence = "Исемлек: " + ", ".join(f"{n}-се: «{n}-се өлөш» — эш" for n in range(75)) + "."
    assert 1900 < len(sentence) < 2100
    ingest(cited, {"id": "list", "text": sentence})
    whole = Span(0, len(sentence))
    passage = replace(passages(cited, "list")[0], span=whole, text=sentence)
    at = sentence.index(word)

    citation = quote(cited, passage, whole, Span(at, at + len(word)))

    assert citation is not None
    assert word in citation.quote
    assert 250 < len(citation.quote) <= 500
    assert len(sentence_spans(citation.quote)) == 1
    assert citation.quote == citation.span.of(sentence)
    assert sentence[max(0, citation.span.start - 2) : citation.span.start] in ("", ", ", ": ")


@given(
    st.text() | st.lists(st.sampled_from(["сүҙ", ", ", ". ", " ", "» "])).map("".join),
    st.integers(0, 40),
    st.integers(0, 2500),
    st.integers(0, 700),
)
@example("а" * 2000, 1, 1990, 10)
@example("а" * 2000, 1, 0, 2000)
@example(", " * 1000, 1, 700, 100)
def test_a_quotation_has_at_most_500_characters_and_holds_its_focus(
    text: str, times: int, start: int, length: int
) -> None:
    text = (text * times)[:3000]
    focus = Span(min(start, len(text)), min(start + length, len(text)))

    span = _clipped(text, focus)

    assert 0 <= span.start <= span.end <= len(text)
    assert len(span) <= 500
    if len(text) <= 500:
        assert span == Span(0, len(text))
    elif len(focus) <= 500 and focus.of(text).strip() == focus.of(text):
        assert focus.of(text) in span.of(text)
