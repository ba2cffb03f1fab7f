"""Sections: from what a document brings to the place that a passage and a quotation name."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Document
from index.errors import InvalidDocument
from index.filters import Filters
from index.folder import DataFolder
from index.library import Library
from index.passages import Place
from tests.fakes import fake_folder, ingest

PARTS = [("Күпер", "Бөрөлә күпер асылды. " * 9), ("Китапхана", "Сибайҙа китапхана асылды. " * 9)]
TEXT = "Баш һүҙе.\n\n" + "\n\n".join(f"{title}\n\n{words}" for title, words in PARTS)
SECTIONS: list[dict[str, Any]] = [
    {"start": TEXT.index(title), "title": title} for title, _ in PARTS
]


def document(text: str, sections: object) -> Document:
    return Document.from_mapping({"id": "a", "text": text, "sections": sections}, 10_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = fake_folder(tmp_path_factory.mktemp("sections"), chunk_tokens=32)
    ingest(folder, {"id": "a", "text": TEXT, "sections": SECTIONS}, {"id": "b", "text": TEXT})
    return folder


def test_a_passage_names_the_heading_above_it(folder: DataFolder) -> None:
    with folder.index.view() as view:
        found = view.passages(i for group in view.groups(Filters()) for i in group.ids.tolist())
        own = [p for p in found if p.document_id == "a"]
        assert {p.place for p in found if p.document_id == "b"} == {Place()}
        assert view.place("a", 2, 0) == view.place("c", 1, 0) == Place()
        for at, section in ((0, None), (SECTIONS[0]["start"], "Күпер"), (len(TEXT), "Китапхана")):
            assert view.place("a", 1, at) == Place(section=section)

    for one in own:
        above = [s["title"] for s in SECTIONS if s["start"] <= one.span.start]
        assert one.place == Place(section=above[-1] if above else None)
    assert {one.place.section for one in own} == {None, "Күпер", "Китапхана"}


def test_sections_are_kept_with_their_document(folder: DataFolder) -> None:
    kept = Library(folder.catalog).get("a").sections

    assert [(start, title) for start, title in kept] == [(s["start"], s["title"]) for s in SECTIONS]
    assert all(TEXT[start:].startswith(title) for start, title in kept)


def test_other_sections_make_another_version(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path)
    for sections, version in ((SECTIONS, 1), (SECTIONS, 1), (SECTIONS[:1], 2), (None, 3)):
        ingest(folder, {"id": "a", "text": TEXT, "sections": sections})
        assert Library(folder.catalog).get("a").version == version


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_sections_stay_at_their_headings_when_a_text_is_repaired(titles: list[str]) -> None:
    blocks = [f"{number}. {' '.join(title.split())}" for number, title in enumerate(titles)]
    text = "\n\n".join(blocks)
    starts = [sum(len(block) + 2 for block in blocks[:n]) for n in range(len(blocks))]

    found = document(text, [{"start": s, "title": t} for s, t in zip(starts, blocks, strict=True)])

    stored = found.text.split("\n\n")
    assert [found.text[start:].partition("\n\n")[0] for start, _ in found.sections] == stored


def test_a_heading_is_one_line_of_stored_text() -> None:
    found = document(
        "\u0418\u0306од\n\u0418\u0306од", [{"start": 5, "title": " \u0418\u0306од\n 1\0 "}]
    )

    assert (found.text, list(found.sections)) == ("Йод\nЙод", [(4, "Йод 1\ufffd")])


@pytest.mark.parametrize(
    "sections",
    [
        "Күпер",
        [["Күпер", 0]],
        [{"start": 0}],
        [{"start": "0", "title": "Күпер"}],
        [{"start": 0, "title": None}],
        [{"start": 0, "title": "Күпер", "level": 1}],
        [{"start": -1, "title": "Күпер"}],
        [{"start": len(TEXT) + 1, "title": "Күпер"}],
        [{"start": 5, "title": "Күпер"}, {"start": 5, "title": "Китапхана"}],
        [{"start": 5, "title": "Күпер"}, {"start": 4, "title": "Китапхана"}],
        [{"start": n, "title": "Күпер"} for n in range(10_001)],
    ],
)
def test_sections_that_are_none_are_refused(sections: Any) -> None:
    with pytest.raises(InvalidDocument, match="sections must be a list"):
        document(TEXT, sections)
