"""Neighbours: the passages around the hits in the best documents."""

from dataclasses import replace

import pytest

from index.filters import Filters
from index.folder import DataFolder
from index.reader import IndexView
from index.relations import Relative, Relatives
from rag.retrieval import with_neighbours
from tests.fakes import ingest
from tests.rag.queries import read_query
from tests.rag.retrieval.library import TRANSLATED, WORDS_BA, WORDS_RU, search


def test_neighbours_of_the_best_documents_follow_after_the_hits(view: IndexView) -> None:
    query = read_query("мәктәп үҙәк", view, TRANSLATED)
    hits = search(view, query, 3, filters=Filters(document_id=["long-ba"]))

    wider = with_neighbours(view, query, hits, documents=1, reach=2)

    ids = [hit.passage.chunk_id for hit in wider]
    assert wider[:3] == hits
    assert len(set(ids)) == len(ids) > 3
    near = {h.passage.chunk_id + step for h in hits for step in (-2, -1, 0, 1, 2)}
    assert set(ids) <= near
    assert {hit.passage.document_id for hit in wider} == {"long-ba"}
    assert all(hit.score <= hits[-1].score for hit in wider[3:])


def test_neighbours_have_their_own_cosine_words_and_highlights(view: IndexView) -> None:
    query = read_query("мәктәп үҙәк", view, TRANSLATED)
    searched = {hit.passage.chunk_id: hit for hit in search(view, query, 10_000)}
    hits = search(view, query, 3, filters=Filters(document_id=["long-ba"]))

    for hit in with_neighbours(view, query, hits, documents=1, reach=2):
        same = searched[hit.passage.chunk_id]
        assert hit.dense == pytest.approx(same.dense, abs=1e-6)
        assert hit.lexical == pytest.approx(same.lexical, abs=1e-6)
        assert hit.highlights == same.highlights


def test_neighbours_belong_to_what_their_document_belongs_to(view: IndexView) -> None:
    query = read_query("мәктәп үҙәк", view, TRANSLATED)
    hits = search(view, query, 3, filters=Filters(document_id=["long-ba"]))
    relatives = Relatives((), [Relative("ru", None, "ru", None, True)])
    linked = [replace(hit, relatives=relatives) for hit in hits]

    wider = with_neighbours(view, query, linked, documents=1, reach=2)

    assert len(wider) > len(hits)
    assert all(hit.relatives == relatives for hit in wider)


def test_neighbours_are_of_the_languages_that_were_let_through(folder: DataFolder) -> None:
    ba = " ".join(WORDS_BA).capitalize() + "."
    ru = " ".join(WORDS_RU).capitalize() + "."
    ingest(folder, {"id": "both", "text": f"{ba} {ru} {ba}"})
    with folder.index.view() as view:
        query = read_query("школа", view)
        hits = search(view, query, 5, filters=Filters(language=["ru"]))
        wider = with_neighbours(view, query, hits, documents=3, reach=2)

    assert [hit.passage.language for hit in hits] == ["ru"]
    assert {hit.passage.language for hit in wider} == {"ru"}


def test_no_hits_have_no_neighbours(view: IndexView) -> None:
    assert with_neighbours(view, read_query("мәктәп", view), [], documents=3, reach=2) == []
