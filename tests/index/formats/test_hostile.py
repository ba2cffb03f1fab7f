"""Broken and hostile files: a clear reason, in time, and the files behind them are read."""

import io
import os
import signal
import time
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from index.readers import File, Unreadable, read_files
from tests.index.formats import making
from tests.index.formats.collection import BA, RU, RU_LINES, SAMPLES
from tests.index.formats.reading import LIMITS, read, refusals

GOOD = {"good.docx": making.word(["Мост открыт."])}

ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "ааааааааааааааааааааа">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 30}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
DEEP = "<section>" * 5000 + "</section>" * 5000


def locked(data: bytes) -> bytes:
    """Return an archive whose entries say that they are encrypted."""
    changed = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(mark)
        while start >= 0:
            changed[start + place] |= 1
            start = changed.find(mark, start + 4)
    return bytes(changed)


def wrong_sum(data: bytes) -> bytes:
    """Return an archive whose first entry is not what its checksum says."""
    changed = bytearray(data)
    changed[40] ^= 0xFF
    return bytes(changed)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "bomb.fb2": (making.fiction("<body><p>&i;</p></body>", "", declaration=ENTITIES), "entities"),
    "outside.fb2": (making.fiction("<body><p>&a;</p></body>", "", declaration=OUTSIDE), "entities"),
    "bomb.odt": (making.open_document("<text:p>&i;</text:p>", declaration=ENTITIES), "entities"),
    "deep.fb2": (making.fiction(f"<body>{DEEP}</body>", ""), "malformed"),
    "cut.fb2": (making.fiction("<body><p>Мост</p></body>", "")[:-30], "malformed"),
    "text.fb2": (RU.encode(), "malformed"),
    "cut.docx": (GOOD["good.docx"][:-200], "malformed"),
    "other.docx": (making.zipped({"a.txt": RU}), "malformed"),
    "old-word.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, "malformed"),
    "empty.odt": (b"", "malformed"),
    "locked.docx": (locked(GOOD["good.docx"]), "encrypted"),
    "no-package.epub": (making.zipped({"META-INF/container.xml": "<container/>"}), "malformed"),
    "cut.epub": (making.book({"a.html": "<p>Мост</p>"}, "")[:100], "malformed"),
    "text.rtf": (RU.encode(), "malformed"),
    "empty.pdf": (b"", "malformed"),
    "head.pdf": (b"%PDF-1.7\n", "malformed"),
    "scanned.pdf": (making.pdf([[], []]), "no_text_layer"),
    "empty.html": (b" \n", "empty"),
    "binary.html": (b"\x7fELF\0\0\1" * 100, "binary"),
    "garbage.zip": (b"PK\3\4" + os.urandom(300), "malformed"),
    "cut.zip": (making.zipped({"a.txt": RU})[:-30], "malformed"),
    "nothing.zip": (making.zipped({"a.png": b"x", "b/": b""}), "archive_empty"),
    "open-quote.csv": (b'id,"text\n1,2\n', "row"),
    "two-texts.csv": (b"text,id,text\na,1,b\n", "same_column"),
    "no-text.csv": ("заголовок;содержание\nа;б\n".encode(), "no_text_column"),
}


def test_a_bad_file_fails_alone_with_its_reason() -> None:
    given = read({**{name: data for name, (data, _) in HOSTILE.items()}, **GOOD})

    refused = [(x.document, x.error.key) for x in given if isinstance(x, Unreadable)]
    assert {name.partition(":")[0]: key for name, key in refused} == {
        name: f"document.{key}" for name, (_, key) in HOSTILE.items()
    }
    assert len(refused) == len(HOSTILE)
    assert len(given) == len(HOSTILE) + 1
    assert isinstance(given[-1], dict)
    assert (given[-1]["id"], given[-1]["text"]) == ("good.docx", "Мост открыт.")


def test_a_bad_file_of_an_archive_fails_alone() -> None:
    inside = {"a.txt": RU.encode(), "b.pdf": b"%PDF", "c.txt": BA.encode(), "d.zip": b"PK"}

    given = read({"x.zip": making.zipped(inside)})

    assert [x.document if isinstance(x, Unreadable) else x["id"] for x in given] == [
        "x.zip/a.txt",
        "x.zip/b.pdf",
        "x.zip/c.txt",
        "x.zip/d.zip",
    ]
    assert [isinstance(x, Unreadable) for x in given] == [False, True, False, True]
    assert refusals({"y.zip": locked(making.zipped({"a.txt": RU}))}) == [
        ("y.zip/a.txt", "document.encrypted")
    ]
    damaged = wrong_sum(making.zipped({"a.txt": RU}, zipfile.ZIP_STORED))
    assert refusals({"z.zip": damaged}) == [("z.zip/a.txt", "document.malformed")]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_fails_alone_however_it_was_packed(method: int) -> None:
    whole = making.zipped({"a.txt": RU * 50, "b.txt": BA}, method)
    damaged = bytearray(whole)
    damaged[60:90] = bytes(30)

    given = read({"z.zip": bytes(damaged)})

    assert [x.document if isinstance(x, Unreadable) else x["id"] for x in given] == [
        "z.zip/a.txt",
        "z.zip/b.txt",
    ]
    assert [isinstance(x, Unreadable) for x in given] == [True, False]
    assert [x["text"] for x in read({"y.zip": whole}) if isinstance(x, dict)] == [RU * 50, BA]


def test_an_empty_chapter_of_a_book_is_passed_over() -> None:
    book = making.book({"cover.html": " ", "a.html": f"<p>{RU}</p>"}, "")

    (fields,) = read({"a.epub": book})

    assert isinstance(fields, dict)
    assert fields["text"] == " ".join(RU.split())  # and without a declaration it is UTF-8


BOMB = making.zipped({"zeros.txt": b"0" * 30_000_000})


def nested(depth: int) -> bytes:
    data = making.zipped({"a.txt": RU})
    for _ in range(depth - 1):
        data = making.zipped({"in.zip": data})
    return data


@pytest.mark.parametrize(
    ("name", "data", "limits", "key"),
    [
        ("a.zip", BOMB, {"expanded_bytes": 20_000_000}, "expands"),
        ("a.zip", BOMB, {"file_bytes": 20_000_000}, "file_too_large"),
        ("a.zip", BOMB, {"document_bytes": 20_000_000}, "too_large"),
        ("a.zip", making.zipped({"in.zip": BOMB}), {"expanded_bytes": 20_000_000}, "expands"),
        ("a.docx", making.zipped({"x": b"0" * 30_000_000}), {"expanded_bytes": 10**7}, "expands"),
        ("a.epub", making.zipped({"x": b"0" * 30_000_000}), {"expanded_bytes": 10**7}, "expands"),
        ("a.zip", nested(4), {}, "nesting"),
        ("a.zip", nested(2), {"nesting": 1}, "nesting"),
        ("a.zip", making.zipped({f"{n}.txt": "а" for n in range(6)}), {"archive_files": 5},
         "archive_files"),
        ("a.pdf", making.pdf([["а"]] * 4), {"pages": 3}, "pages"),
        ("a.pdf", making.pdf([["а"]] * 4), {"file_bytes": 1000}, "file_too_large"),
        ("a.txt", RU.encode(), {"document_bytes": 100}, "too_large"),
    ],
)  # fmt: skip
def test_what_is_beyond_a_limit_is_refused(
    name: str, data: bytes, limits: dict[str, int], key: str
) -> None:
    refused = refusals({name: data}, replace(LIMITS, **limits))

    assert [reason for _, reason in refused] == [f"document.{key}"]


def test_what_is_just_within_the_limits_is_read() -> None:
    limits = replace(LIMITS, nesting=3, archive_files=3)

    (fields,) = read({"a.zip": nested(3)}, limits)

    assert fields == {"id": "a.zip/in.zip/in.zip/a.txt", "text": RU}


def test_a_parser_that_takes_too_long_is_killed_and_the_rest_is_read() -> None:
    # Nine million rows of a table, in a file of a few kilobytes.
    slow = making.zipped({
        "a.txt": RU,
        "slow.html": "<table>" + "<tr><td>а</td></tr>" * 400_000 + "</table>",
        "z.txt": BA,
    })  # fmt: skip

    given = read({"x.zip": slow, **GOOD}, replace(LIMITS, parse_seconds=2))

    assert [x.error.key if isinstance(x, Unreadable) else x["id"] for x in given] == [
        "x.zip/a.txt",
        "document.time",
        "x.zip/z.txt",
        "good.docx",
    ]
    assert [x.document for x in given if isinstance(x, Unreadable)] == ["x.zip/slow.html"]


def test_a_parser_that_fills_the_memory_fails_its_file_alone() -> None:
    large = making.pdf([RU_LINES]) + b"\n" * 150_000_000

    given = read({"x.pdf": large, **GOOD}, replace(LIMITS, parse_memory_bytes=300_000_000,
                                                   file_bytes=200_000_000))  # fmt: skip

    assert isinstance(given[0], Unreadable)
    assert given[0].error.key == "document.memory"
    assert isinstance(given[1], dict)
    assert given[1]["id"] == "good.docx"


def test_the_worker_knows_no_secret_and_takes_no_module_from_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("YAUAP_LLM_API_KEY", "t0p5ecret")
    monkeypatch.chdir(str(tmp_path))
    for module in ("lxml.py", "trafilatura.py", "json.py"):
        with open(module, "w") as file:  # noqa: PTH123 # relative to the folder it stands in
            file.write("raise SystemExit")
    files = [File(name, partial(io.BytesIO, data)) for name, data in GOOD.items()]
    given = read_files(files, LIMITS)

    assert isinstance(next(given), dict)
    (child,) = _children()
    environment = _environment(child)
    given.close()  # type: ignore[attr-defined] # it is a generator

    assert b"t0p5ecret" not in environment
    assert _children() == []


def test_a_parser_that_somebody_ends_is_told_of_and_another_reads_on() -> None:
    """Between two files it is as if nothing had been; over a file, that file fails."""
    names = ("a.docx", "b.docx", "c.docx")
    opened: list[str] = []

    def open_file(name: str) -> io.BytesIO:
        first = name not in opened
        opened.append(name)
        if name == "b.docx" and first:  # the process is there and waits
            _end_child()
        return io.BytesIO(GOOD["good.docx"])

    given = read_files([File(name, partial(open_file, name)) for name in names], LIMITS)

    assert [x["id"] if isinstance(x, dict) else x for x in given] == [*names]


def test_a_parser_that_is_killed_over_a_file_says_so() -> None:
    slow = making.zipped({"a.txt": RU, "b.html": "<table>" + "<tr><td>а</td></tr>" * 50_000})
    files = {"x.zip": slow, **GOOD}
    given = read_files([File(n, partial(io.BytesIO, data)) for n, data in files.items()], LIMITS)

    assert isinstance(next(given), dict)
    _end_child()
    killed, *_, good = given

    assert isinstance(killed, Unreadable)
    # The page was begun, or not yet, or it was not yet said that the text before it was done.
    assert killed.document in ("x.zip", "x.zip/a.txt", "x.zip/b.html")
    assert killed.error.key == "document.parser"
    assert isinstance(good, dict)


def test_who_uses_what_was_read_may_take_their_time() -> None:
    rows = "".join(f"{n},Текст {n}\n" for n in range(3))
    archive = making.zipped({"a.csv": "id,text\n" + rows})
    given = read_files(
        [File("a.zip", partial(io.BytesIO, archive))], replace(LIMITS, parse_seconds=1)
    )
    taken = []
    for one in given:
        taken.append(one["id"] if isinstance(one, dict) else one.error.key)
        time.sleep(0.6)  # longer in all than the limit

    assert taken == ["0", "1", "2"]


def _end_child() -> None:
    (child,) = _children()
    os.kill(child, signal.SIGKILL)


def _children() -> list[int]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(pid) for pid in children.split()]


def _environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_cut_short_never_does_more_than_fail(share: float) -> None:
    cut = {
        f"{n}-{sample.name}": sample.content[: int(share * len(sample.content))]
        for n, sample in enumerate(SAMPLES)
        if not sample.name.endswith((".txt", ".md"))
    }

    given = read({**cut, **GOOD})

    assert isinstance(given[-1], dict)
    assert given[-1]["id"] == "good.docx"
