"""One consistent view of catalog and snapshot, and the filters on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import Damaged
from index.filters import Filters
from index.folder import DataFolder
from index.passages import Passage, Place, place
from index.reader import EMPTY_VERSION, Group, IndexView
from index.text.spans import Span
from index.vectors import FlatIndex
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.searching import ALL, asked, dense, lexical

DOCUMENTS: list[dict[str, Any]] = [
    {
        "id": "ba",
        "text": "Өфөлә яңы мәктәп асылды.",
        "source": "Башинформ",
        "published_at": "2024-01-10",
        "metadata": {"rubric": "ҡала", "page": 3, "front": True},
    },
    {
        "id": "ru",
        "text": "В Уфе открыли новую школу.",
        "source": "Уфа-пресс",
        "published_at": "2024-02-15T10:00:00Z",
        "metadata": {"rubric": "ҡала", "page": 4},
    },
    {
        "id": "both",
        "text": "Өфөлә яңы театр асылды, унда спектакль ҡуйҙылар, халыҡ йыйылды һәм шатланды. "
        "Новый театр открыли в Уфе, там сыграли спектакль, и это был большой праздник всех.",
        "source": "Башинформ",
        "published_at": "2024-03-01",
    },
    {"id": "bare", "text": "12345"},
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = fake_folder(tmp_path_factory.mktemp("reader"))
    ingest(folder, *DOCUMENTS)
    return folder


@pytest.fixture
def view(library: DataFolder) -> Iterator[IndexView]:
    with library.index.view() as opened:
        yield opened


def matching(view: IndexView, filters: Filters = ALL) -> list[Passage]:
    return view.passages(int(i) for group in view.groups(filters) for i in group.ids)


def test_no_filter_is_no_condition(view: IndexView) -> None:
    assert {passage.document_id for passage in matching(view)} == {"ba", "ru", "both", "bare"}
    assert not Filters()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(language=["ba"]), ["ba", "both"]),
        (Filters(language=["ru", "other"]), ["bare", "both", "ru"]),
        (Filters(document_id=["ru", "bare", "nothing"]), ["bare", "ru"]),
        (Filters(source=["Башинформ"]), ["ba", "both"]),
        (Filters(source=["башинформ"]), []),
        (Filters(published_from="2024-02-15T10:00:00Z"), ["both", "ru"]),
        (Filters(published_to="2024-02-15T10:00:00Z"), ["ba", "ru"]),
        (
            Filters(published_from="2024-01-11T00:00:00Z", published_to="2024-02-28T00:00:00Z"),
            ["ru"],
        ),
        (Filters(metadata={"rubric": ["ҡала"]}), ["ba", "ru"]),
        (Filters(metadata={"rubric": ["ҡала"], "page": ["4", "5"]}), ["ru"]),
        (Filters(metadata={"front": [True]}), ["ba"]),
        (Filters(metadata={"front": [1]}), []),
        (Filters(metadata={"front": ["1", False]}), []),
        (Filters(metadata={"page": [4.0]}), ["ru"]),
        (Filters(metadata={"page": [True, 10**30]}), []),
        (Filters(document_language=["ba"]), ["ba"]),
        (Filters(document_language=["ba"], language=["ru"]), []),
        (Filters(metadata={"rubric": ["спорт"]}), []),
        (Filters(metadata={'ru"bric': ["ҡала"]}), []),
        (Filters(language=["ru"], source=["Башинформ"]), ["both"]),
        (Filters(document_id=["ru"], language=["ba"]), []),
        (Filters(document_id=["' OR 1=1 --"]), []),
    ],
)
def test_filters_all_hold(view: IndexView, filters: Filters, expected: list[str]) -> None:
    assert sorted({passage.document_id for passage in matching(view, filters)}) == expected


@pytest.mark.parametrize("language", ["ba", "ru", "other"])
def test_a_filter_of_language_alone_gives_the_whole_group(view: IndexView, language: str) -> None:
    (group,) = view.groups(Filters(language=[language]))
    (same,) = (other for other in view.groups(ALL) if other.language == language)

    assert group.language == language
    assert group.ids is same.ids  # by which the indexes know it


def test_no_group_is_empty(view: IndexView) -> None:
    assert [g.language for g in view.groups(Filters(document_id=["ru"]))] == ["ru"]
    assert view.groups(Filters(language=["mixed"])) == []
    assert view.groups(Filters(document_id=["ru"], language=["ba"])) == []


@pytest.mark.parametrize(
    "filters",
    [ALL, Filters(language=["ba"]), Filters(document_id=["both"]), Filters(source=["Уфа-пресс"])],
)
def test_searches_stay_within_their_group(view: IndexView, filters: Filters) -> None:
    (query,) = FakeEmbedder().embed_queries(["театр"])
    words = asked("яңы мәктәп театр спектакль", "ba") + asked("новый театр школа", "ru")

    for group in view.groups(filters):
        allowed = set(group.ids.tolist())
        assert set(view.dense(query, 99, group).tolist()) == allowed
        found = view.lexical(words, 99, group).tolist()
        assert set(found) <= allowed
        scores, documents = view.lexical_scores(words, np.array(sorted(allowed)))
        assert set(found) == {i for i, s in zip(sorted(allowed), scores, strict=True) if s > 0}
        assert all(documents[scores > 0] > 0)


def test_words_of_the_other_language_raise_a_document_but_find_no_passage(view: IndexView) -> None:
    (passage,) = matching(view, Filters(document_id=["both"], language=["ru"]))
    (group,) = view.groups(Filters(language=["ru"]))
    words = asked("шатланды", "ba")

    chunks, documents = view.lexical_scores(words, np.array([passage.chunk_id]))

    assert view.lexical(words, 9, group).tolist() == []
    assert chunks[0] == 0
    assert documents[0] > 0


def test_a_language_filter_looks_at_passages_not_documents(view: IndexView) -> None:
    for language, word in (("ba", "Өфөлә"), ("ru", "Новый")):
        (passage,) = matching(view, Filters(language=[language], document_id=["both"]))
        assert passage.language == language
        assert passage.text.startswith(word)


def test_passages_are_grouped_by_language(view: IndexView) -> None:
    groups = view.groups(ALL)

    assert sorted(group.language for group in groups) == ["ba", "other", "ru"]
    for group in groups:
        assert {p.language for p in view.passages(group.ids)} == {group.language}
        assert group.ids.dtype == np.int64
        assert group.ids.tolist() == sorted(set(group.ids.tolist()))
    assert len(np.concatenate([group.ids for group in groups])) == 5


def test_neighbours_are_of_the_same_document(view: IndexView) -> None:
    first, second = matching(view, Filters(document_id=["both"]))

    assert view.neighbours(first, 1) == view.neighbours(first, 9) == [second]
    assert view.neighbours(second, 1) == [first]
    assert view.neighbours(first, 0) == []


def test_a_passage_knows_its_document(view: IndexView) -> None:
    (passage,) = matching(view, Filters(document_id=["ru"]))

    assert passage.document_version == 1
    assert passage.source == "Уфа-пресс"
    assert passage.published_at == "2024-02-15T10:00:00Z"
    assert passage.text == passage.span.of(DOCUMENTS[1]["text"])


def test_passages_come_in_the_order_asked_for_and_unknown_ids_are_left_out(
    view: IndexView,
) -> None:
    ids = [passage.chunk_id for passage in matching(view)]

    assert [p.chunk_id for p in view.passages([ids[2], 10_000, ids[0]])] == [ids[2], ids[0]]


@pytest.mark.parametrize(
    ("document_id", "version", "span"),
    [("nothing", 1, Span(0, 5)), ("ru", 2, Span(0, 5)), ("ru", 1, Span(500, 600))],
)
def test_there_is_no_text_where_there_is_none(
    view: IndexView, document_id: str, version: int, span: Span
) -> None:
    assert view.text(document_id, version, span) == ""


def test_an_empty_folder_can_be_read(folder: DataFolder) -> None:
    query = FakeEmbedder().embed_queries(["а"])[0]

    with folder.index.view() as view:
        assert view.is_empty
        assert view.version == folder.index.version() == EMPTY_VERSION
        assert view.groups(ALL) == view.groups(Filters(source=["Башинформ"])) == []
        assert view.weights(["а"]) == {"а": 0}
        assert view.beginning_with("а").split() == []
        group = Group("ba", np.array([1], np.int64))
        assert len(view.dense(query, 5, group)) == 0
        assert len(view.lexical([{"а": 1.0}], 5, group)) == 0
        assert list(view.dense_scores(query, np.array([1]))) == [0]
        scores = view.lexical_scores([{"а": 1.0}], np.array([1]))
        assert [list(part) for part in scores] == [[0], [0]]


def test_a_view_stays_as_it_was_when_it_was_opened(folder: DataFolder) -> None:
    ingest(folder, DOCUMENTS[0])
    query = FakeEmbedder().embed_queries(["мәктәп"])[0]

    with folder.index.view() as view:
        ids = dense(view, query)
        ingest(folder, {"id": "ba", "text": "Бөтөнләй башҡа текст."})
        folder.library.delete("ba")
        for number in range(3):
            ingest(folder, {"id": f"new{number}", "text": "Яңы мәктәп."})

        assert dense(view, query) == lexical(view, "мәктәп") == ids
        (passage,) = view.passages(ids)
        assert passage.text == view.text("ba", 1, passage.span) == DOCUMENTS[0]["text"]


def test_a_snapshot_folder_that_is_gone_is_told_with_what_to_do(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, DOCUMENTS[0])
    shutil.rmtree(tmp_path / "snapshots")

    with pytest.raises(Damaged, match="yauap index rebuild"), folder.index.view():
        pass


def test_a_snapshot_that_is_replaced_while_it_is_opened_is_left_for_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, DOCUMENTS[0])
    replaced = folder.index.version()
    opened = FlatIndex.open

    def slowly(of: Path) -> FlatIndex:
        monkeypatch.undo()
        ingest(folder, DOCUMENTS[1])
        shutil.rmtree(of)
        return opened(of)

    reader = fake_folder(tmp_path)
    monkeypatch.setattr(FlatIndex, "open", slowly)
    with reader.index.view() as view:
        assert view.version != replaced
        assert len(matching(view)) == 2


def test_a_damaged_snapshot_is_told_of(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, DOCUMENTS[0])
    for file in (tmp_path / "snapshots").rglob("*.faiss"):
        file.write_bytes(b"")

    with pytest.raises(Damaged), fake_folder(tmp_path).index.view():
        pass


def test_only_a_text_with_pages_is_looked_through_for_them(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": "Уфа."})
    ingest(folder, {"id": "b", "text": "Уфа.\n\fСибай.", "metadata": {"pages": 2}})
    looked = []

    def replaced(text: str, what: str, by: str) -> str:
        looked.append(text)
        return text.replace(what, by)

    with folder.catalog.reading() as connection:
        connection.create_function("replace", 3, replaced)
        assert place(connection, "a", 1, 2) == Place(None)
        assert looked == []
        assert place(connection, "b", 1, 8) == Place(2)
        assert len(looked) == 2
