"""Copies, reprints and bulletins of one form are told from what is merely alike."""

import sqlite3
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import Catalog
from index.duplicates import SHARE, bands, share, shingles
from index.filters import Filters
from index.folder import DataFolder
from index.relations import Relative
from tests.fakes import fake_folder, ingest

NEWS = (
    "В Уфе открыли новую школу на тысячу мест. Ленту перерезал глава республики Радий Хабиров, "
    "после чего для первоклассников провели экскурсию по классам, спортзалу и библиотеке. "
    "Строили её два года, обошлась она в полтора миллиарда рублей. Рядом разбили сквер."
)
REPRINT = NEWS.replace("Рядом разбили сквер.", "Об этом сообщает «Башинформ».")
BULLETIN = (
    "За сутки в республике выявили {} новых случаев коронавируса. Всего с начала пандемии "
    "заболели {} человек, выздоровели {}. На учёте состоят {} больных, из них в тяжёлом состоянии "
    "{}. Оперштаб напоминает о необходимости носить маски и соблюдать дистанцию."
)
OTHER = (
    "В Уфе открыли новую школу искусств. На церемонии выступили ученики музыкального отделения, "
    "а художники показали выставку пейзажей. Здание бывшего кинотеатра перестроили за год."
)


def duplicates(folder: DataFolder, name: str, filters: Filters | None = None) -> dict[str, bool]:
    found = folder.library.relatives(name, filters or Filters()).duplicates
    return {relative.document_id: relative.certain for relative in found}


def test_a_copy_is_certain_and_a_reprint_or_bulletin_near(folder: DataFolder) -> None:
    ingest(
        folder,
        {"id": "news", "text": NEWS, "title": "Школа"},
        {"id": "copy", "text": NEWS, "title": "Копия"},
        {"id": "reprint", "text": REPRINT},
        {"id": "other", "text": OTHER},
        {"id": "monday", "text": BULLETIN.format(45, 5497, 4100, 1300, 12)},
        {"id": "tuesday", "text": BULLETIN.format(52, 5549, 4180, 1290, 9)},
    )

    assert duplicates(folder, "news") == {"copy": True, "reprint": False}
    assert duplicates(folder, "reprint") == {"copy": False, "news": False}
    assert duplicates(folder, "other") == {}
    assert duplicates(folder, "monday") == {"tuesday": False}
    (copy, _) = folder.library.relatives("news").duplicates
    assert copy == Relative("copy", "Копия", "ru", None, certain=True)


def test_what_is_gone_or_changed_or_out_of_sight_is_no_duplicate(folder: DataFolder) -> None:
    ingest(folder, *({"id": name, "text": NEWS, "source": name} for name in "abc"))
    seen = Filters(source=("a", "c"))
    assert duplicates(folder, "a", seen) == {"c": True}

    folder.library.delete("b")
    ingest(folder, {"id": "c", "text": OTHER})

    assert duplicates(folder, "a") == duplicates(folder, "c") == {}
    ingest(folder, {"id": "b", "text": REPRINT})
    assert duplicates(folder, "a") == {"b": False}


def test_the_marks_of_what_is_gone_go_with_it(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": NEWS}, {"id": "b", "text": OTHER})
    for name in "ab":
        folder.library.delete(name)

    with folder.catalog.reading() as connection:
        for table in ("bands", "clusters"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


def test_a_catalog_of_an_earlier_version_learns_its_duplicates_with_the_next_job(
    tmp_path: Path,
) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, {"id": "a", "text": NEWS}, {"id": "b", "text": REPRINT})
    with folder.catalog.writing() as connection:
        connection.execute("DELETE FROM clusters")
        connection.execute("DELETE FROM bands")
    assert duplicates(folder, "a") == {}

    ingest(folder, {"id": "c", "text": OTHER})

    assert duplicates(folder, "a") == {"b": False}


@pytest.mark.parametrize("format_then", [1, 2])
def test_an_older_catalog_takes_what_it_lacks(tmp_path: Path, format_then: int) -> None:
    connection = sqlite3.connect(tmp_path / Catalog.FILE)
    for step in ("schema.sql", "schema_service.sql")[:format_then]:
        connection.executescript(files("index").joinpath(step).read_text())
    connection.execute(f"PRAGMA user_version = {format_then}")
    connection.close()

    assert ingest(fake_folder(tmp_path), {"id": "a", "text": NEWS}).added == 1


def test_short_texts_that_differ_in_a_number_say_different_things(folder: DataFolder) -> None:
    rows = [f"Ярмарка мёда на площади, ряд {n}." for n in (1, 2, 1)]
    ingest(folder, *({"id": str(n), "text": text} for n, text in enumerate(rows)))

    assert duplicates(folder, "0") == {"2": True}
    assert duplicates(folder, "1") == {}


words = st.lists(st.sampled_from([f"һүҙ{n}" for n in range(40)]), min_size=20, max_size=60)


@given(words, words)
def test_the_share_is_that_of_runs_of_three_words(one: list[str], other: list[str]) -> None:
    def runs(text: list[str]) -> set[tuple[str, ...]]:
        return {tuple(text[at : at + 3]) for at in range(len(text) - 2)}

    a, b = ({tuple(w.rstrip("0123456789") for w in run) for run in runs(t)} for t in (one, other))
    expected = len(a & b) / len(a | b)

    assert share(shingles(" ".join(one)), shingles(" ".join(other))) == pytest.approx(expected)


def test_near_duplicates_meet_in_a_band() -> None:
    letters = "абвгдежзиклмнопрстуфхцчшщ"
    texts = [[f"{one}{other}{end}" for other in letters for end in "аеио"] for one in "бвгджзклмн"]
    for words in texts:
        changed = [word if at % 25 else "башҡа" for at, word in enumerate(words)]
        own, near = shingles(" ".join(words)), shingles(" ".join(changed))
        assert share(own, near) > SHARE
        assert set(bands(own)) & set(bands(near))
    all_bands = [set(bands(shingles(" ".join(words)))) for words in texts]
    assert not any(one & other for one, other in pairwise(all_bands))
