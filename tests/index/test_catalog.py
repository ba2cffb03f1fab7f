"""The catalog file: transactions, and what is said of one that cannot be used."""

import sqlite3
import threading
from importlib.resources import files
from pathlib import Path

import pytest

from index.catalog import Catalog, get_state, now, set_state
from index.documents import rfc3339
from index.errors import Conflict, Damaged, Unavailable


def test_a_catalog_is_made_where_there_is_none_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with Catalog(folder).writing() as connection:
        set_state(connection, "key", "first")
        set_state(connection, "key", "second")

    with Catalog(folder).reading() as connection:
        assert get_state(connection, "key") == "second"
        assert get_state(connection, "other") is None


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)

    def fail() -> None:
        with catalog.writing() as connection:
            set_state(connection, "key", "value")
            raise KeyError("on the way")

    with pytest.raises(KeyError, match="on the way"):
        fail()

    with catalog.reading() as connection:
        assert get_state(connection, "key") is None


def test_a_reader_sees_one_state_while_another_writes(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)

    with catalog.reading() as before:
        assert get_state(before, "key") is None
        with catalog.writing() as connection:
            set_state(connection, "key", "value")
        assert get_state(before, "key") is None
        with catalog.reading() as after:
            assert get_state(after, "key") == "value"


def test_writers_take_turns(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)

    def count_up() -> None:
        for _ in range(10):
            with catalog.writing() as connection:
                set_state(connection, "n", str(int(get_state(connection, "n") or 0) + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with catalog.reading() as connection:
        assert get_state(connection, "n") == "40"


def test_several_first_uses_at_once_make_one_catalog(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def open_it() -> None:
        try:
            Catalog(tmp_path / "data")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"x" * 999]
)
def test_a_file_that_is_no_database_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / Catalog.FILE).write_bytes(content)

    with pytest.raises(Damaged, match=Catalog.FILE):
        Catalog(tmp_path)


def test_a_catalog_of_another_format_is_refused_with_both_formats(tmp_path: Path) -> None:
    Catalog(tmp_path)
    connection = sqlite3.connect(tmp_path / Catalog.FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(Conflict, match=r"format 99.*reads 4"):
        Catalog(tmp_path)


def test_a_catalog_of_an_older_version_keeps_what_it_holds(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / Catalog.FILE)
    connection.executescript(files("index").joinpath("schema.sql").read_text())
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO documents VALUES ('kept', 1, 0)")
    connection.commit()
    connection.close()

    for _ in range(2):  # the second time nothing is left to be brought up
        with Catalog(tmp_path).reading() as reading:
            assert [tuple(row) for row in reading.execute("SELECT * FROM documents")] == [
                ("kept", 1, 0)
            ]
            assert reading.execute("SELECT count(*) FROM keys").fetchone()[0] == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Unavailable, match=str(tmp_path / "file" / "data")):
        Catalog(tmp_path / "file" / "data")


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / Catalog.FILE).mkdir()

    with pytest.raises(Unavailable, match=str(tmp_path)):
        Catalog(tmp_path)


def test_times_are_rfc_3339_in_utc() -> None:
    moment = now()

    assert rfc3339(moment) == moment
