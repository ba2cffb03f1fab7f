"""``yauap ingest``: what goes in, what fails with which reason, what is pruned."""

import os
import re
from pathlib import Path

from tests.service.commands import (
    DOCUMENT_BYTES,
    SEEDS,
    Run,
    yauap,
)
from tests.service.contract import Document, checked
from tests.service.running import Service
from tests.service.stages import AfterIngest


def test_each_bad_file_is_named_with_its_reason(first_ingest: Run) -> None:
    assert first_ingest.status == 1
    assert first_ingest.out == ""
    reasons = dict(
        line.split(": ", 1) for line in first_ingest.err.splitlines() if re.match(r"\S+: ", line)
    )
    expected = {
        "empty.txt": "There is no text in it.",
        "blank.md": "There is no text in it.",
        "binary.txt": "This is not text",
        "gigantic.txt": f"It is larger than {DOCUMENT_BYTES} bytes.",
        "unreadable.txt": "The file cannot be read",
        "lone.pdf": "The file is damaged, or it is not of the format that its name says.",
        "lone.exe": "This file format is not known. Known are: .csv, .docx, .epub, ",
        "lines.jsonl:3": "This line is not a JSON object.",
        "lines.jsonl:5": "This line is not a JSON object.",
        "lines.jsonl:6": "This line is not a JSON object.",
        "jsonl/none": "The field text is missing",
        "jsonl/number": "The field text is missing or not a string.",
        "jsonl/other": "There is no field “colour”.",
        "jsonl/long": f"It is larger than {DOCUMENT_BYTES} bytes.",
    }
    for name, reason in expected.items():
        assert reasons.pop(name).startswith(reason), name
    assert "added: 9 · updated: 0 · unchanged: 0 · failed: 14" in first_ingest.err
    assert set(reasons) <= {"Left", "added"}


def test_the_rest_goes_in(after_ingest: AfterIngest) -> None:
    seeds = {file.name for file in SEEDS.glob("*.txt")}
    good = {"inner/good.txt", "marked.txt", "cyrillic.txt", "headed.md", "jsonl/one", "jsonl/last"}
    assert set(after_ingest.documents) == seeds | good
    for document in after_ingest.documents.values():
        checked(Document, document)
    for name in seeds:
        assert after_ingest.texts[name] == (SEEDS / name).read_text(encoding="utf-8")
    assert after_ingest.texts["marked.txt"] == "Новый мост в Бирске построен в 2029 году."
    assert after_ingest.texts["cyrillic.txt"] == "Уфа стоит на реке Белой."
    assert after_ingest.documents["headed.md"]["title"] == "Умартасылар көнө"
    assert after_ingest.documents["jsonl/last"]["title"] == "База"
    assert after_ingest.documents["jsonl/one"]["source"] == "press"
    languages = {name: told["language"] for name, told in after_ingest.documents.items()}
    assert languages["jsonl/one"] == languages["inner/good.txt"] == "ba"
    assert languages["jsonl/last"] == languages["marked.txt"] == "ru"


def test_the_second_time_nothing_changes(service: Service) -> None:
    before = service.client.get("/v1/documents").json()
    run = yauap("ingest", SEEDS, data_dir=service.data_dir)
    assert run.status == 0
    assert "added: 0 · updated: 0 · unchanged: 3 · failed: 0" in run.err
    assert service.client.get("/v1/documents").json() == before


def test_a_path_that_is_missing_is_named(service: Service, tmp_path: Path) -> None:
    missing = tmp_path / "нигә\x1b[31m.txt"
    run = yauap("ingest", SEEDS, missing, data_dir=service.data_dir)
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith("There is no file or folder “")
    assert "нигә" in run.err
    assert "\x1b" not in run.err


def test_file_names_that_cannot_be_ids_are_named(service: Service, tmp_path: Path) -> None:
    names = [bytes(tmp_path) + b"/\xff.txt"]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").touch()
        names.append(bytes(tmp_path / folder / "same.txt"))
    Path(os.fsdecode(names[0])).write_text("Файл с именем не в UTF-8.")
    run = yauap("ingest", SEEDS, *names, data_dir=service.data_dir, YAUAP_LANGUAGE="ba")
    assert run.status == 1
    assert "Идентификатор 1-ҙән 200-гә тиклем баҫмала күренгән билдәнән тора." in run.err
    assert "same.txt: Унда текст юҡ." in run.err
    assert "same.txt: Ошондай уҡ исемле файл инде бар" in run.err
    assert "үҙгәрмәне: 3 · хата менән: 3" in run.err  # and all in the operator's language


def test_documents_of_gone_files_are_pruned_and_columns_mapped(
    fresh: Service, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("Первый файл о мостах.")
    (tmp_path / "b.csv").write_text("номер;тело\nb/1;Второй файл о мостах.\n")
    mapped = ("--map", "номер=id", "--map", "тело=text")
    run = yauap("ingest", tmp_path, *mapped, data_dir=fresh.data_dir)
    assert "added: 2" in run.err
    (tmp_path / "a.txt").unlink()

    run = yauap("ingest", "--prune", tmp_path, *mapped, data_dir=fresh.data_dir)

    assert (run.status, "Deleted, as their files are gone: 1" in run.err) == (0, True)
    assert {"a.txt", "b/1"} & set(fresh.ids()) == {"b/1"}
    run = yauap("ingest", tmp_path, "--map", "тело", data_dir=fresh.data_dir)
    assert (run.status, "Write COLUMN=FIELD" in run.err) == (1, True)
