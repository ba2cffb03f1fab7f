"""A full disk, a read-only folder, a lock that another holds: clear errors; the rest serves."""

from pathlib import Path

import httpx
import pytest

from index import catalog
from index.backup import back_up, restore
from index.errors import CannotWrite
from index.folder import DataFolder
from index.jobs import Jobs
from index.snapshot import verify_data
from tests.fakes import fake_folder, ingest
from tests.index.test_crash import found
from tests.service.commands import wait_for
from tests.service.test_problems import require_problem
from tests.torture.disk import as_anybody, elsewhere, full, full_for, read_only
from tests.torture.victim import serving

OLD = [{"id": f"old{n}", "text": f"Мәктәп асылды {n}. " * 20} for n in range(20)]
NEW = [{"id": f"new{n}", "text": f"Китапхана төҙөлдө {n}. " * 20} for n in range(20)]


@pytest.fixture
def filled(folder: DataFolder) -> DataFolder:
    assert ingest(folder, *OLD).added == len(OLD)
    return folder


def _accept(data_dir: Path) -> None:
    folder = fake_folder(data_dir)
    full(10_000)
    folder.jobs.accept(NEW, 10_000)


def _index(data_dir: Path, room: int) -> None:
    folder = fake_folder(data_dir)
    full(room)
    while folder.indexer.run_next():
        pass


def _compact(data_dir: Path) -> None:
    folder = fake_folder(data_dir)
    full(10_000)
    folder.indexer.compact()


def _back_up(data_dir: Path, target: Path) -> None:
    folder = fake_folder(data_dir)
    full(10_000)
    back_up(folder.catalog, folder.snapshots, target)


def _restore(source: Path, data_dir: Path) -> None:
    full(10_000)
    restore(source, data_dir)


def _open_as_anybody(data_dir: Path) -> None:
    as_anybody()
    ingest(fake_folder(data_dir), NEW[0])


def _sound(folder: DataFolder, word: str, documents: list[dict[str, str]]) -> bool:
    """Whether the folder is sound, and a word finds these documents."""
    again = fake_folder(folder.catalog.data_dir)
    assert verify_data(again.catalog, again.snapshots) == []
    return sorted(set(found(again, word))) == sorted(document["id"] for document in documents)


def test_what_finds_no_room_is_not_accepted(filled: DataFolder) -> None:
    error = elsewhere(_accept, filled.catalog.data_dir)

    assert error.startswith("CannotWrite: The data folder")
    assert filled.jobs.oldest_open() is None
    assert _sound(filled, "мәктәп", OLD)


@pytest.mark.parametrize("room", [1000, 8_000, 40_000, 100_000])
def test_a_job_that_finds_no_room_waits_and_goes_on_when_there_is(
    filled: DataFolder, room: int
) -> None:
    job = filled.jobs.accept(NEW, 10_000)

    error = elsewhere(_index, filled.catalog.data_dir, room)

    assert error.startswith("CannotWrite: The data folder")
    assert _sound(filled, "мәктәп", OLD)
    assert _sound(filled, "китапхана", [])
    assert filled.jobs.get(job).state in ("queued", "running")
    assert filled.indexer.run_until(job).added == len(NEW)
    assert _sound(filled, "китапхана", NEW)


def test_compaction_that_finds_no_room_changes_nothing(filled: DataFolder) -> None:
    filled.library.delete("old0")

    error = elsewhere(_compact, filled.catalog.data_dir)

    assert error.startswith("CannotWrite: The data folder")
    assert _sound(filled, "мәктәп", OLD[1:])
    filled.indexer.compact()
    assert _sound(filled, "мәктәп", OLD[1:])


def test_backup_and_restoration_that_find_no_room_leave_nothing(
    filled: DataFolder, tmp_path: Path
) -> None:
    target = tmp_path / "kept" / "backup.tar"
    target.parent.mkdir()

    error = elsewhere(_back_up, filled.catalog.data_dir, target)
    assert error.startswith("Unavailable: The backup")
    assert [*target.parent.iterdir()] == []

    back_up(filled.catalog, filled.snapshots, target)
    error = elsewhere(_restore, target, tmp_path / "new")
    assert error.startswith("CannotWrite: The data folder")
    assert {path.name for path in (tmp_path / "new").iterdir()} <= {".backup.lock"}
    restore(target, tmp_path / "new")
    assert found(fake_folder(tmp_path / "new"), "мәктәп") == found(filled, "мәктәп")


def test_a_folder_that_is_read_only_is_told_of(filled: DataFolder) -> None:
    with read_only(filled.catalog.data_dir):
        error = elsewhere(_open_as_anybody, filled.catalog.data_dir)

    assert error.startswith("CannotWrite: The data folder")
    assert _sound(filled, "мәктәп", OLD)


def test_a_lock_that_another_holds_for_too_long_is_told_of(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "_WAIT_SECONDS", 0.1)
    other = fake_folder(filled.catalog.data_dir)
    with filled.catalog.writing():
        with pytest.raises(CannotWrite, match="locked"):
            Jobs(other.catalog).accept(NEW, 10_000)
        assert _sound(other, "мәктәп", OLD)
    assert Jobs(other.catalog).accept(NEW, 10_000)


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_service_goes_on_answering_where_nothing_can_be_written(tmp_path: Path, how: str) -> None:
    document = {"id": "a", "text": "Мәктәп Өфөлә асылды."}
    with (
        serving(tmp_path) as (url, process),
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        job = client.post("/v1/documents", json={"documents": [document]}).json()["job"]["id"]
        wait_for(lambda: client.get(f"/v1/jobs/{job}").json()["finished_at"], "the first job")
        with full_for(process, 0) if how == "full" else read_only(tmp_path / "data"):
            for question in ("Мәктәп ҡайҙа асылды?", "Өфөлә нимә асылды?"):
                answer = client.post("/v1/ask", json={"question": question})
                assert answer.status_code == 200, answer.text
                assert [source["document_id"] for source in answer.json()["sources"]] == ["a"]
            other = client.post("/v1/documents", json={"documents": [document | {"id": "b"}]})
            assert "data" not in require_problem(other, "unavailable")["detail"]
            require_problem(client.delete("/v1/documents/a"), "unavailable")
        again = client.post("/v1/documents", json={"documents": [document | {"id": "b"}]})
        job = again.json()["job"]["id"]
        wait_for(lambda: client.get(f"/v1/jobs/{job}").json()["finished_at"], "the second job")
        results = client.post("/v1/search", json={"query": "мәктәп"}).json()["results"]
        assert {hit["document_id"] for hit in results} == {"a", "b"}
