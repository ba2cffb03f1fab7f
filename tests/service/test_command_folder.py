"""``yauap index``: the data folder named, checked, backed up, purged, rebuilt."""

import json
import re
from concurrent.futures import Future
from pathlib import Path

from tests.service.commands import (
    SEEDS,
    yauap,
)
from tests.service.contract import Answer, checked
from tests.service.running import Service
from tests.service.stages import Rebuilding


def test_the_data_folder_can_be_named_on_the_command_line(service: Service, tmp_path: Path) -> None:
    option = ("--data-dir", service.data_dir)
    run = yauap("index", "info", *option, data_dir=tmp_path / "other")
    told = service.client.get("/v1/info").json()
    assert f"3 documents, {told['counts']['chunks']} passages" in run.out
    assert told["index_version"] in run.out
    assert told["embedding_model"]["revision"] in run.out
    assert not (tmp_path / "other").exists()


def test_a_flipped_byte_is_found(filled_folder: Path) -> None:
    snapshot = max((filled_folder / "snapshots").iterdir())
    file = max(snapshot.iterdir(), key=lambda file: file.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    run = yauap("index", "verify", data_dir=filled_folder)
    assert run.status == 1
    assert f"{snapshot.name}/{file.name}" in run.err


def test_a_folder_is_backed_up_purged_and_restored(filled_folder: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    assert yauap("index", "backup", backup, data_dir=filled_folder).status == 0
    name = max(SEEDS.glob("002_*.txt")).name
    text = (SEEDS / name).read_bytes()[:200]

    run = yauap("documents", "delete", "--purge", name, data_dir=filled_folder)

    assert (run.status, run.err.splitlines()[0]) == (0, f"Deleted: {name}")
    kept = [file for file in filled_folder.rglob("*") if file.is_file()]
    assert [file for file in kept if text in file.read_bytes()] == []
    assert text in backup.read_bytes()
    run = yauap("index", "restore", backup, data_dir=filled_folder)
    assert (run.status, "is not empty" in run.err) == (1, True)
    run = yauap("index", "restore", backup, data_dir=tmp_path / "new")
    assert (run.status, "as they were written" in run.err) == (0, True)
    listed = yauap("documents", "list", data_dir=tmp_path / "new").out
    assert len(listed.splitlines()) == 3
    assert yauap("index", "compact", data_dir=tmp_path / "new").status == 0


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "catalog.sqlite").write_bytes(b"This is no database at all. " * 100)
    run = yauap("documents", "list", data_dir=broken)
    assert (run.status, run.out) == (1, "")
    assert "catalog.sqlite in the data folder is damaged" in run.err
    blocked = tmp_path / "file"
    blocked.write_text("")
    run = yauap("index", "info", "--data-dir", blocked / "inside", data_dir=tmp_path / "unused")
    assert (run.status, run.out) == (1, "")
    assert f"The data folder {blocked / 'inside'} cannot be used" in run.err


def test_a_setting_that_is_not_allowed_is_named(tmp_path: Path) -> None:
    run = yauap("index", "info", data_dir=tmp_path / "data", YAUAP_CHUNK_TOKENS="31")
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith("The setting YAUAP_CHUNK_TOKENS is not allowed: ")


def test_after_another_size_of_chunks_the_index_is_refused_until_it_is_rebuilt(
    service: Service, rebuilt: Future[Rebuilding]
) -> None:
    told = rebuilt.result()
    assert told.before.status == 1
    assert "The index was built in another way" in told.before.err
    assert "chunk_tokens: 192; now: 64" in told.before.err
    assert "yauap index rebuild" in told.before.err
    assert told.rebuild.status == 0
    (passages,) = re.findall(r"3 documents, (\d+) passages", told.information.out)
    assert int(passages) > service.client.get("/v1/info").json()["counts"]["chunks"]
    assert told.verification.status == 0
    assert told.verification.err == "All files of the index are as they were written.\n"
    assert (told.answer.status, told.answer.err) == (0, "")
    answer = json.loads(told.answer.out)
    checked(Answer, answer)
    assert "2011" in answer["answer"]
    for citation in answer["citations"]:
        text = service.text(citation["document_id"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert told.with_former_size.status == 1
    assert "chunk_tokens: 64; now: 192" in told.with_former_size.err
