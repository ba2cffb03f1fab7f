"""What can be found: what stands in the index now, and nothing where there is nothing."""

import pytest

from index.filters import Filters
from index.folder import DataFolder
from index.reader import IndexView
from rag.retrieval import Mode
from tests.fakes import ingest
from tests.rag.retrieval.library import MODES, search


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", ["", "…", "бөтөнләй", '" OR *', "😀", "һәм", "и не"])
def test_a_question_without_a_known_word_is_no_error(
    view: IndexView, mode: Mode, text: str
) -> None:
    hits = search(view, text, 5, mode)

    assert len(hits) == (0 if mode == "lexical" else 5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("text", ["", "мәктәп"])
def test_an_empty_index_has_no_hit(
    folder: DataFolder, mode: Mode, grouped: bool, text: str
) -> None:
    with folder.index.view() as empty:
        assert search(empty, text, 5, mode, None, grouped) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grouped", [True, False])
def test_what_was_deleted_is_replaced_by_the_next_best(
    folder: DataFolder, mode: Mode, grouped: bool
) -> None:
    ingest(folder, *({"id": str(n), "text": f"Мәктәп {n}."} for n in range(12)))
    deleted: set[str] = set()
    for left in range(12, 0, -1):
        with folder.index.view() as view:
            hits = search(view, "мәктәп", 5, mode, None, grouped)
            narrowed = search(view, "мәктәп", 5, mode, Filters(language=["ba"]), grouped)
        found = [hit.passage.document_id for hit in hits]
        assert len(found) == min(5, left)
        assert deleted.isdisjoint(found)
        assert [hit.passage.document_id for hit in narrowed] == found
        folder.library.delete(found[0])
        deleted.add(found[0])
    with folder.index.view() as view:
        assert search(view, "мәктәп", 5, mode, None, grouped) == []


def test_a_replaced_document_is_found_by_what_it_says_now(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": "Мәктәп бар."}, {"id": "b", "text": "Мәктәп юҡ."})
    ingest(folder, {"id": "a", "text": "Һауа торошо ямғырлы."})
    with folder.index.view() as view:
        assert [h.passage.document_id for h in search(view, "мәктәп", 5, "lexical")] == ["b"]
        assert {h.passage.text for h in search(view, "мәктәп", 5)} == {
            "Мәктәп юҡ.",
            "Һауа торошо ямғырлы.",
        }
