"""Files into the queue: columns that are called otherwise, and files that are gone."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from index.errors import InvalidInput
from index.folder import DataFolder
from index.ingest import accept_files, column_map, prune
from index.job_records import JobRecord
from index.readers import list_files
from tests.fakes import fake_folder


def ingest(folder: DataFolder, *paths: Path, **columns: str) -> JobRecord:
    return folder.indexer.run_until(accept_files(folder, list_files(paths).files, columns))


def pruned(folder: DataFolder, *paths: Path) -> list[str]:
    return prune(folder, paths, list_files(paths).files)


def ids(folder: DataFolder) -> list[str]:
    return [record.id for record in folder.library.page(None, 100)]


def files(folder: Path, **contents: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name.replace("_", ".")).write_text(content)
    return folder


def test_a_column_is_read_as_the_field_it_stands_for(folder: DataFolder, tmp_path: Path) -> None:
    given = files(
        tmp_path / "in",
        a_csv="заголовок,тело,рубрика,когда\nМост,Мост открыт.,город,15.02.2024\n",
        b_jsonl='{"заголовок": "Река", "тело": "Река Белая.", "рубрика": "край", "n": [1]}',
    )

    job = ingest(folder, given, тело="text", заголовок="title", когда="published_at")

    assert (job.added, job.failed) == (2, 0)
    bridge, river = sorted(folder.library.page(None, 9), key=lambda record: record.title or "")
    assert (bridge.title, bridge.metadata) == ("Мост", {"рубрика": "город"})
    assert bridge.published_at == "2024-02-15T00:00:00Z"
    assert folder.library.text(bridge.id) == "Мост открыт."
    assert (river.title, river.metadata) == ("Река", {"рубрика": "край"})


def test_a_row_that_is_none_fails_alone(folder: DataFolder, tmp_path: Path) -> None:
    given = files(tmp_path / "in", a_csv='id,text\n1,Мост\n2,Река,Белая\n3\n4,Уфа\n5,"Бирск\n')

    job = ingest(folder, given)

    assert ids(folder) == ["1", "4"]
    assert [(e.document, e.key) for e in job.errors] == [
        ("a.csv:3", "document.row"),
        ("a.csv:4", "document.row"),
        ("a.csv:6", "document.row"),
    ]


def test_a_map_says_column_and_field() -> None:
    assert column_map(["a=text", "b=c=title"]) == {"a": "text", "b=c": "title"}


@pytest.mark.parametrize("given", ["text", "=text", "a=", "a=colour"])
def test_a_map_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match="COLUMN=FIELD"):
        column_map(["a=text", given])


def test_documents_of_gone_files_are_deleted_and_no_others(
    folder: DataFolder, tmp_path: Path
) -> None:
    given = files(
        tmp_path / "in",
        a_txt="Беренсе.",
        b_txt="Икенсе.",
        c_jsonl='{"id": "c1", "text": "Өсөнсө."}\n{"id": "c2", "text": "Дүртенсе."}',
    )
    lone = files(tmp_path / "lone", d_txt="Бишенсе.")
    ingest(folder, given, lone / "d.txt")
    ingest(folder, lone / "d.txt")
    folder.library.delete("c2")
    (given / "a.txt").unlink()
    (given / "c.jsonl").unlink()
    (lone / "d.txt").unlink()

    ingest(folder, given)

    assert pruned(folder, given) == ["a.txt", "c1"]
    assert ids(folder) == ["b.txt", "d.txt"]
    assert pruned(folder, given) == []


def test_a_file_that_cannot_be_read_is_not_gone(folder: DataFolder, tmp_path: Path) -> None:
    given = files(tmp_path / "in", a_txt="Беренсе.", b_jsonl='{"id": "b1", "text": "Икенсе."}')
    ingest(folder, given)
    files(given, a_txt="\0", b_jsonl="{")

    ingest(folder, given)

    assert pruned(folder, given) == []
    assert ids(folder) == ["a.txt", "b1"]


def test_what_another_folder_still_has_stays(folder: DataFolder, tmp_path: Path) -> None:
    one = files(tmp_path / "one", a_txt="Беренсе.", b_txt="Икенсе.")
    two = files(tmp_path / "two", a_txt="Беренсе.")
    ingest(folder, one)
    ingest(folder, two)
    shutil.rmtree(one)
    one.mkdir()

    assert pruned(folder, one) == ["b.txt"]
    assert ids(folder) == ["a.txt"]
    assert pruned(folder, two) == []


def test_folders_are_remembered_by_another_process_and_however_they_are_named(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = files(tmp_path / "in", a_txt="Беренсе.", b_txt="Икенсе.")
    ingest(folder, given)
    (given / "b.txt").unlink()
    monkeypatch.chdir(tmp_path)

    assert pruned(fake_folder(folder.catalog.data_dir), Path("in")) == ["b.txt"]


def test_progress_counts_files(folder: DataFolder, tmp_path: Path) -> None:
    told: list[Any] = []
    given = files(tmp_path / "in", a_txt="а", b_txt="б")

    accept_files(folder, list_files([given]).files, progress=lambda *at: told.append(at))

    assert told == [(0, 2), (1, 2), (2, 2)]


def test_other_writers_are_not_held_up_while_files_are_read(
    folder: DataFolder, tmp_path: Path
) -> None:
    given = files(tmp_path / "in", a_txt="Беренсе.", b_txt="Икенсе.")
    ingest(folder, given)

    def delete_between(done: int, total: int) -> None:
        if done == 1:
            folder.library.delete("a.txt")

    accept_files(folder, list_files([given]).files, progress=delete_between)

    assert ids(folder) == ["b.txt"]


def test_a_job_is_not_queued_unless_its_files_are_remembered_with_it(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(connection: object, read: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder.origins, "remember", cut_short)
    with pytest.raises(KeyboardInterrupt):
        accept_files(folder, list_files([files(tmp_path / "in", a_txt="а")]).files)

    assert folder.jobs.oldest_open() is None


def test_a_folder_that_has_become_empty_is_pruned(folder: DataFolder, tmp_path: Path) -> None:
    given = files(tmp_path / "in", a_txt="Мост", b_txt="Река")
    ingest(folder, given)
    (given / "a.txt").unlink()
    (given / "b.txt").rename(given / "b.unknown")

    job = ingest(folder, given)

    assert (job.state, job.added, job.failed) == ("succeeded", 0, 0)
    assert len(pruned(folder, given)) == 2
    assert ids(folder) == []
