"""One consistent view of catalog and snapshot, and the filters on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import Damaged
from index.folder import DataFolder
from index.reader import EMPTY_VERSION, Filters, IndexView
from index.text.spans import Span
from tests.fakes import FakeEmbedder, fake_folder, ingest

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


def matching(view: IndexView, filters: Filters) -> list[str]:
    ids = view.matching(filters)
    assert ids is not None
    return sorted({passage.document_id for passage in view.passages(ids)})


def test_no_filter_is_no_condition(view: IndexView) -> None:
    assert view.matching(Filters()) is None
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
        (Filters(metadata={"front": ["1"]}), ["ba"]),
        (Filters(metadata={"rubric": ["спорт"]}), []),
        (Filters(metadata={'ru"bric': ["ҡала"]}), []),
        (Filters(language=["ru"], source=["Башинформ"]), ["both"]),
        (Filters(document_id=["ru"], language=["ba"]), []),
        (Filters(document_id=["' OR 1=1 --"]), []),
    ],
)
def test_filters_all_hold(view: IndexView, filters: Filters, expected: list[str]) -> None:
    assert matching(view, filters) == expected


def test_a_language_filter_looks_at_passages_not_documents(view: IndexView) -> None:
    for language, word in (("ba", "Өфөлә"), ("ru", "Новый")):
        ids = view.matching(Filters(language=[language], document_id=["both"]))
        assert ids is not None
        (passage,) = view.passages(ids)
        assert passage.language == language
        assert passage.text.startswith(word)


def test_passages_are_grouped_by_language(view: IndexView) -> None:
    groups = view.by_language(None)

    languages = [{p.language for p in view.passages(ids)} for ids in groups]
    assert sorted(map(sorted, languages)) == [["ba"], ["other"], ["ru"]]
    assert [list(ids) for ids in view.by_language(np.concatenate(groups))] == [
        list(ids) for ids in groups
    ]
    one = groups[0][:1]
    assert [list(ids) for ids in view.by_language(one)] == [list(one)]


def test_a_passage_knows_its_document(view: IndexView) -> None:
    ids = view.matching(Filters(document_id=["ru"]))
    assert ids is not None
    (passage,) = view.passages(ids)

    assert passage.document_version == 1
    assert passage.source == "Уфа-пресс"
    assert passage.published_at == "2024-02-15T10:00:00Z"
    assert passage.text == passage.span.of(DOCUMENTS[1]["text"])


def test_passages_come_in_the_order_asked_for_and_unknown_ids_are_left_out(
    view: IndexView,
) -> None:
    ids = [int(i) for i in np.concatenate(view.by_language(None))]

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
        assert view.by_language(None) == []
        assert view.weights(["а"]) == {}
        assert [len(part) for part in view.dense(query, 5, None)] == [0, 0]
        assert [len(part) for part in view.lexical(["а"], 5, None)] == [0, 0]
        assert list(view.dense_scores(query, np.array([1]))) == [0]


def test_a_view_stays_as_it_was_when_it_was_opened(folder: DataFolder) -> None:
    ingest(folder, DOCUMENTS[0])
    query = FakeEmbedder().embed_queries(["мәктәп"])[0]

    with folder.index.view() as view:
        ids, _ = view.dense(query, 5, None)
        ingest(folder, {"id": "ba", "text": "Бөтөнләй башҡа текст."})
        folder.library.delete("ba")
        for number in range(3):
            ingest(folder, {"id": f"new{number}", "text": "Яңы мәктәп."})

        assert list(view.dense(query, 5, None)[0]) == list(ids)
        assert list(view.lexical(["мэктэ"], 5, None)[0]) == list(ids)
        (passage,) = view.passages(ids)
        assert passage.text == view.text("ba", 1, passage.span) == DOCUMENTS[0]["text"]


def test_a_snapshot_folder_that_is_gone_is_told_with_what_to_do(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, DOCUMENTS[0])
    shutil.rmtree(tmp_path / "snapshots")

    with pytest.raises(Damaged, match="yauap index rebuild"), folder.index.view():
        pass
