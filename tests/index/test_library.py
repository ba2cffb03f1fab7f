"""Finding documents by name, and what is read of one."""

from index.filters import Filters
from index.folder import DataFolder
from tests.fakes import ingest


def names(folder: DataFolder, words: str, filters: Filters | None = None) -> list[str]:
    return [one.id for one in folder.library.page(None, 10, filters or Filters(), words)]


def test_documents_are_found_by_title_or_id_however_the_letters_are_typed(
    folder: DataFolder,
) -> None:
    ingest(
        folder,
        {"id": "a/Отчёт_1", "title": "Ҡала көнө", "text": "Бер.", "source": "press"},
        {"id": "b", "title": "Кала 100%", "text": "Один."},
        {"id": "c", "text": "Ҡала."},
    )
    assert names(folder, "ҡала") == names(folder, " КАЛА ") == ["a/Отчёт_1", "b"]
    assert names(folder, "отчет") == names(folder, "Отчёт_") == ["a/Отчёт_1"]
    assert names(folder, "100%") == ["b"]
    assert names(folder, "%") == ["b"]
    assert names(folder, "_") == ["a/Отчёт_1"]
    assert names(folder, "' OR 1=1 --") == []
    assert names(folder, "") == names(folder, "  ") == ["a/Отчёт_1", "b", "c"]
    assert names(folder, "кала", Filters(source=("press",))) == ["a/Отчёт_1"]
    folder.library.delete("b")
    assert names(folder, "кала") == ["a/Отчёт_1"]


def test_names_are_found_page_by_page(folder: DataFolder) -> None:
    ingest(folder, *({"id": f"{n}", "title": "чет"[n % 2 :], "text": f"{n}."} for n in range(9)))
    first = folder.library.page(None, 3, named="чет")
    second = folder.library.page(first[-1].id, 3, named="чет")
    assert [one.id for one in first + second] == ["0", "2", "4", "6", "8"]


def test_chunks_come_in_order_from_a_place_in_the_text(folder: DataFolder) -> None:
    sentences = [f"Предложение номер {n} стоит здесь." for n in range(60)]
    ingest(folder, {"id": "long", "text": " ".join(sentences)})
    text = folder.library.text("long")
    chunks = folder.library.chunks("long", 0, 1000)
    assert len(chunks) == folder.library.get("long").chunks > 5
    assert " ".join(chunk.span.of(text) for chunk in chunks) == text
    assert folder.library.chunks("long", 0, 2) == chunks[:2]
    inside = chunks[3].span.start + 1
    assert folder.library.chunks("long", inside, 1000) == chunks[3:]
    assert folder.library.chunks("long", len(text), 1000) == []


def test_chunks_are_those_of_the_live_version(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": "Раньше."})
    ingest(folder, {"id": "a", "text": "Теперь так."})
    (chunk,) = folder.library.chunks("a", 0, 10)
    assert chunk.span.of(folder.library.text("a")) == "Теперь так."
    assert folder.library.awaiting_compaction() == 0
    folder.library.delete("a")
    assert folder.library.chunks("a", 0, 10) == []
    assert folder.library.awaiting_compaction() == 1
    folder.indexer.compact()
    assert folder.library.awaiting_compaction() == 0
