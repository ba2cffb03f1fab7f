"""From files and folders to documents."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import InvalidInput
from index.readers import Unreadable, list_files, read_files
from index.settings import IndexSettings

LIMIT = 1000
LIMITS = IndexSettings(max_document_bytes=LIMIT).reading_limits()


def write(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def read(*paths: Path) -> list[dict[str, Any] | Unreadable]:
    return list(read_files(list_files(paths).files, LIMITS))


def refusals(*paths: Path) -> list[tuple[str, str]]:
    return [(x.document, x.error.key) for x in read(*paths) if isinstance(x, Unreadable)]


def test_a_file_is_named_by_its_name_and_one_in_a_folder_by_its_path_there(tmp_path: Path) -> None:
    write(tmp_path / "in" / "ҡала" / "яңы", a_txt="а")
    write(tmp_path / "in", b_md="б")
    write(tmp_path, c_TXT="в")

    listing = list_files([tmp_path / "in", tmp_path / "c.TXT"])

    assert [file.name for file in listing.files] == ["b.md", "ҡала/яңы/a.txt", "c.TXT"]
    assert [file.folder for file in listing.files] == [tmp_path / "in", tmp_path / "in", None]
    assert listing.skipped == []


def test_hidden_files_are_left_out_and_unknown_formats_told(tmp_path: Path) -> None:
    write(tmp_path / "in" / ".git", a_txt="а")
    write(tmp_path / "in", a_txt="а", b_exe="б", README="в", _hidden_txt="г")

    listing = list_files([tmp_path / "in"])

    assert [file.name for file in listing.files] == ["a.txt"]
    assert sorted(path.name for path in listing.skipped) == ["README", "b.exe"]


def test_a_folder_below_a_hidden_one_is_read_when_it_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / ".data" / "in", a_txt="а")

    assert [file.name for file in list_files([folder]).files] == ["a.txt"]


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    write(tmp_path, a_txt="а")

    with pytest.raises(InvalidInput, match=r"nowhere\.txt"):
        list_files([tmp_path / "a.txt", tmp_path / "nowhere.txt"])


def test_an_empty_folder_has_no_file(tmp_path: Path) -> None:
    assert list_files([tmp_path]).files == []


def test_plain_text_is_decoded(tmp_path: Path) -> None:
    write(tmp_path, a_txt="\ufeffӨфө — ҡала.", b_txt="Уфа".encode("utf-16"))

    assert read(tmp_path) == [
        {"id": "a.txt", "text": "Өфө — ҡала."},
        {"id": "b.txt", "text": "Уфа"},
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Өфө ҡалаһы\n\nТекст", "Өфө ҡалаһы"),
        ("Башы\n\n#  Икенсе  ##\n\nТекст", "Икенсе"),
        ("## Кесе баш\n\nТекст", None),
        ("#хештег", None),
        ("# " + "x" * 600, "x" * 500),
    ],
)
def test_the_title_of_markdown_is_its_first_heading(
    tmp_path: Path, text: str, title: str | None
) -> None:
    write(tmp_path, a_md=text)

    (found,) = read(tmp_path)
    assert isinstance(found, dict)
    assert (found["text"], found["title"]) == (text, title)


def test_the_sections_of_markdown_are_its_headings(tmp_path: Path) -> None:
    text = "Башы\n\n# Беренсе\n\n```sh\n# не заголовок\n```\n\nИкенсе\n---\n\nТекст"
    text = text.replace("\n", "\r\n")
    write(tmp_path, a_md=text.encode())

    (found,) = read(tmp_path)
    assert isinstance(found, dict)

    assert found["text"] == text
    assert found["sections"] == [
        {"start": text.index(title), "title": title.lstrip("# ")}
        for title in ("# Беренсе", "Икенсе")
    ]


def test_each_line_of_jsonl_is_a_document(tmp_path: Path) -> None:
    documents = [{"id": "1", "text": "Өфө"}, {"text": "Уфа", "metadata": {"a": 1}}]
    lines = [json.dumps(d, ensure_ascii=i == 0) for i, d in enumerate(documents)]
    write(tmp_path, a_jsonl="\ufeff" + "\n\n  \r\n".join(lines))

    assert read(tmp_path) == documents


def test_broken_lines_fail_alone_with_their_numbers(tmp_path: Path) -> None:
    lines = [
        b'{"text": "1"}',
        b'{"text": "2"',
        b"[1, 2]",
        b'"text"',
        b"[" * 900,
        "{'text': '6'}".encode("cp1251"),
        b'{"text": "Caf\xe9"}',
        b'{"text": "8\0"}',
        b'{"text": "9"}',
    ]
    write(tmp_path, a_jsonl=b"\n".join(lines))

    given = read(tmp_path)

    assert [d for d in given if not isinstance(d, Unreadable)] == [{"text": "1"}, {"text": "9"}]
    assert refusals(tmp_path) == [
        ("a.jsonl:2", "document.json"),
        ("a.jsonl:3", "document.json"),
        ("a.jsonl:4", "document.json"),
        ("a.jsonl:5", "document.json"),
        ("a.jsonl:6", "document.json"),
        ("a.jsonl:7", "document.encoding"),
        ("a.jsonl:8", "document.binary"),
    ]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "utf-16", "utf-8-sig"])
def test_all_lines_are_in_the_encoding_of_their_file(tmp_path: Path, encoding: str) -> None:
    lines = [*(f"Мост через реку Белую открыли в {n} году." for n in range(1990, 2020)), "Ёж", "до"]
    written = "\n".join(json.dumps({"text": line}, ensure_ascii=False) for line in lines)
    write(tmp_path, a_jsonl=written.encode(encoding))

    assert read(tmp_path) == [{"text": line} for line in lines]


@pytest.mark.parametrize("end", ["\n", ""])
def test_deep_nesting_and_giant_numbers_fail_alone(tmp_path: Path, end: str) -> None:
    deep, number = "[" * 200_000, "9" * 10_000
    (tmp_path / "a.jsonl").write_text(f'{deep}\n{{"a": {number}}}\n{{"text": "3"}}{end}')

    limits = replace(LIMITS, document_bytes=1_000_000)
    given = list(read_files(list_files([tmp_path / "a.jsonl"]).files, limits))

    assert [x.error.key if isinstance(x, Unreadable) else x for x in given] == [
        "document.json",
        "document.json",
        {"text": "3"},
    ]


@pytest.mark.parametrize("length", [6 * LIMIT + 1, 6 * LIMIT + 2, 3_000_000])
def test_a_line_longer_than_any_document_fails_alone(tmp_path: Path, length: int) -> None:
    giant = '{"text": "' + "x" * (length - 12) + '"}'
    write(tmp_path, a_jsonl=f'{{"text": "1"}}\n{giant}\n{{"text": "3"}}\n{giant}')

    given = read(tmp_path)

    assert [d for d in given if not isinstance(d, Unreadable)] == [{"text": "1"}, {"text": "3"}]
    assert refusals(tmp_path) == [
        ("a.jsonl:2", "document.too_large"),
        ("a.jsonl:4", "document.too_large"),
    ]


def test_a_document_of_the_largest_size_written_in_escapes_is_read(tmp_path: Path) -> None:
    fields = {"text": "ҡ" * (LIMIT // 2)}
    write(tmp_path, a_jsonl=json.dumps(fields))

    assert read(tmp_path) == [fields]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.txt", b"x" * (LIMIT + 1), "document.too_large"),
        ("a.md", b"x" * (LIMIT + 1), "document.too_large"),
        ("a.txt", "Größe".encode("latin-1"), "document.encoding"),
        ("a.md", b"\x89PNG\0", "document.binary"),
        ("a.exe", b"MZ", "document.format"),
        ("a", b"text", "document.format"),
    ],
)
def test_a_bad_file_fails_alone(tmp_path: Path, name: str, content: bytes, key: str) -> None:
    write(tmp_path / "good", b_txt="Өфө")
    (tmp_path / name).write_bytes(content)

    given = read(tmp_path / name, tmp_path / "good")

    assert refusals(tmp_path / name) == [(name, key)]
    assert given[1:] == [{"id": "b.txt", "text": "Өфө"}]


def test_an_empty_file_is_left_to_the_rules_of_documents(tmp_path: Path) -> None:
    write(tmp_path, a_txt="", b_jsonl="")

    assert read(tmp_path) == [{"id": "a.txt", "text": ""}]


def test_the_second_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    for folder in "xy":
        write(tmp_path / folder, a_txt=folder, b_jsonl='{"text": "б"}')

    assert refusals(tmp_path / "x", tmp_path / "y") == [
        ("a.txt", "document.same_name"),
        ("b.jsonl", "document.same_name"),
    ]
    assert refusals(tmp_path) == []


def test_a_file_that_is_gone_or_no_file_fails_alone(tmp_path: Path) -> None:
    names = ["pipe.txt", "gone.txt", "gone.jsonl", "gone.pdf"]
    for name in names:
        (tmp_path / name).touch()
    files = [file for name in names for file in list_files([tmp_path / name]).files]
    for name in names:
        (tmp_path / name).unlink()
    os.mkfifo(tmp_path / "pipe.txt")

    given = list(read_files(files, LIMITS))

    assert [x.error.key for x in given if isinstance(x, Unreadable)] == [
        "document.not_a_file",
        "document.unreadable",
        "document.unreadable",
        "document.unreadable",
    ]


def test_a_name_that_is_not_utf_8_can_be_told(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xd3\xf4\xe0.txt"))).write_bytes(b"\0")

    ((document, key),) = refusals(tmp_path)

    assert document.encode().decode() == "\ufffd\ufffd\ufffd.txt"
    assert key == "document.binary"
