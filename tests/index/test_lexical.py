"""The lexical index: the words of chunks, and of whole documents beside them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.arrays import Ids
from index.errors import Damaged
from index.lexical import Entry, LexicalIndex, write_lexical
from index.postings.bags import Bag
from index.text.analysis import analyse
from tests.index.searching import asked
from tests.index.test_term_index import bm25

ENTRIES = [
    Entry(1, 1, "ru", "Кампус", "Кампус в Уфе открыт. Кампус новый, студенты довольны кампусом."),
    Entry(2, 1, "ru", "Кампус", "Рядом открыт театр."),
    Entry(3, 3, "ba", "", "Түңәрәк өҫтәлдең модераторы Сергей Борисов сығыш яһаны."),
    Entry(4, 4, "ba", "Борисов", "Башҡа хәбәр: ҡалала мәктәп төҙөлә."),
    Entry(5, 5, "ba", "", "Күләме 3,5 миллион һум, 2011 йыл."),
    Entry(6, 6, "other", "", "3 һәм 5 мәктәп."),
]
QUESTIONS = ("кампус", "борисов", "яңы мәктәп", "театр Уфы", "3,5 миллион", "2011 йыл")


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return write(tmp_path, ENTRIES)


def write(folder: Path, entries: list[Entry]) -> LexicalIndex:
    write_lexical(folder, None, [], entries)
    return LexicalIndex(folder)


def found(
    index: LexicalIndex, text: str, among: Ids | None = None, without: tuple[int, ...] = ()
) -> list[int]:
    return [int(i) for i in index.search(asked(text), 10, among, without)]


def ids(*numbers: int) -> Ids:
    return np.array(numbers, np.int64)


def bags(entries: list[Entry]) -> list[Bag]:
    """Return the entries as the terms of their titles and texts."""
    return [
        Bag(
            e.id,
            e.document,
            [t.text for t in (*analyse(e.title, e.language), *analyse(e.text, e.language))],
        )
        for e in entries
    ]


def test_scores_are_bm25_of_the_chunk_with_its_title(index: LexicalIndex) -> None:
    everything = ids(*(entry.id for entry in ENTRIES))

    for question in QUESTIONS:
        chunks, _ = index.scores(asked(question), everything)
        expected = [bm25(bags(ENTRIES), asked(question), bag) for bag in bags(ENTRIES)]
        assert chunks.tolist() == pytest.approx(expected, rel=1e-5)


def test_scores_of_documents_are_bm25_of_all_their_chunks_with_the_title_once(
    index: LexicalIndex,
) -> None:
    whole = replace(ENTRIES[0], text=f"{ENTRIES[0].text} {ENTRIES[1].text}")
    documents = bags([whole, *ENTRIES[2:]])

    for question in QUESTIONS:
        _, scores = index.scores(asked(question), ids(2, 1, 3, 4, 5, 6))
        expected = [bm25(documents, asked(question), bag) for bag in documents]
        assert scores.tolist() == pytest.approx([expected[0], *expected], rel=1e-5)


def test_words_scattered_over_a_document_raise_its_score(tmp_path: Path) -> None:
    index = write(
        tmp_path,
        [
            Entry(1, 1, "ba", "", "Мәктәп төҙөлә."),
            Entry(2, 1, "ba", "", "Музей асылды."),
            Entry(3, 3, "ba", "", "Мәктәп төҙөлә."),
            Entry(4, 3, "ba", "", "Стадион асылды."),
        ],
    )

    chunks, documents = index.scores(asked("мәктәп музейы", "ba"), ids(1, 3, 2, 4, 99))

    assert chunks[0] == chunks[1]
    assert documents[0] == documents[2] > documents[1] == documents[3] > 0
    assert documents[0] > chunks[0]
    assert (chunks[4], documents[4]) == (0, 0)


def test_scores_of_nothing_are_nothing(index: LexicalIndex) -> None:
    assert [part.tolist() for part in index.scores(asked("кампус"), ids())] == [[], []]
    assert [part.tolist() for part in index.scores([], ids(1, 3))] == [[0, 0], [0, 0]]


def test_more_and_denser_occurrences_come_first(index: LexicalIndex) -> None:
    assert found(index, "кампус") == [1, 2]


def test_what_is_typed_on_a_russian_keyboard_finds_bashkir_text(index: LexicalIndex) -> None:
    assert index.search(asked("тунэрэк остэлдэ модератор", "ba"), 10).tolist() == [3]


def test_equal_scores_stand_in_the_order_of_their_ids(tmp_path: Path) -> None:
    same = [Entry(i, i, "ba", "", "бер үк текст") for i in (3, 5, 7, 9)]
    index = write(tmp_path, [Entry(1, 1, "ba", "", "башҡа"), *same])

    assert found(index, "текст") == [3, 5, 7, 9]
    assert index.search(asked("текст"), 2).tolist() == [3, 5]


def test_filters_narrow_before_the_ranking(index: LexicalIndex) -> None:
    assert index.search(asked("кампус"), 1, ids(2, 3, 99)).tolist() == [2]
    assert index.search(asked("кампус"), 1, None, [1]).tolist() == [2]
    assert index.search(asked("мәктәп"), 9, ids(3, 4, 5)).tolist() == [4]
    assert found(index, "кампус", ids(1, 2), (1, 2)) == []
    assert found(index, "кампус", ids()) == []


@pytest.mark.parametrize(
    "text",
    ['"', '" OR *', "NEAR(кампус)", "кампус*", "-кампус", "terms:кампус", "кампус)", "'; --"],
)
def test_signs_of_a_query_language_mean_nothing(index: LexicalIndex, text: str) -> None:
    assert found(index, text) == ([1, 2] if "кампус" in text else [])


@settings(max_examples=25)
@given(st.text())
def test_any_text_can_be_searched_and_finds_what_holds_it(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    entries = [Entry(1, 1, "ba", "", text), Entry(2, 2, "ba", text, "кампус")]
    index = write(tmp_path_factory.mktemp("lexical"), [*entries, Entry(3, 3, "ba", "", "кампус")])

    # Title and text are both read in the language of the chunk.
    words = asked(text, "ba")
    for identifier in (1, 2):
        assert (identifier in index.search(words, 10)) == bool(words)
        chunks, documents = index.scores(words, ids(identifier))
        assert (chunks[0] > 0) == (documents[0] > 0) == bool(words)


def test_decimals_are_one_term(index: LexicalIndex) -> None:
    assert found(index, "3,5") == found(index, "3.5") == [5]


def test_weights_and_beginnings_are_those_of_chunks(index: LexicalIndex) -> None:
    weights = index.weights(["кампус", "2011", "мәктәп"])

    assert weights["мәктәп"] > weights["2011"] > weights["кампус"] > 0
    assert sorted(index.beginning_with("мо").split()) == ["модератор"]


NEW = [
    Entry(8, 8, "ba", "Яңы", "Яңы кампус асылды."),
    Entry(9, 8, "ba", "Яңы", "Мәктәп тә, театр ҙа төҙөлә."),
]
REMOVED = [1, 2, 4, 77]


@pytest.fixture
def updated(tmp_path: Path) -> tuple[LexicalIndex, LexicalIndex]:
    """The index of ENTRIES without REMOVED and with NEW: written on its base, and from nothing."""
    write(tmp_path / "base", ENTRIES)
    write_lexical(tmp_path / "after", tmp_path / "base", REMOVED, NEW)
    left = [entry for entry in ENTRIES if entry.id not in REMOVED]
    return LexicalIndex(tmp_path / "after"), write(tmp_path / "anew", left + NEW)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_update_finds_what_an_index_written_from_nothing_finds(
    updated: tuple[LexicalIndex, LexicalIndex], question: str
) -> None:
    after, anew = updated

    assert found(after, question) == found(anew, question)
    assert sorted(after.beginning_with("м").split()) == sorted(anew.beginning_with("м").split())


def test_a_word_never_weighs_less_than_nothing(tmp_path: Path) -> None:
    many = [Entry(i, i, "ba", "", "мәктәп") for i in range(1, 9)]
    write(tmp_path / "base", [*many, Entry(9, 9, "ba", "", "китап")])
    write_lexical(tmp_path / "after", tmp_path / "base", range(1, 8), [])

    assert LexicalIndex(tmp_path / "after").weights(["мэктэп"])["мэктэп"] > 0


def test_what_is_removed_is_gone_from_chunks_and_documents(tmp_path: Path) -> None:
    write(tmp_path / "base", ENTRIES)
    write_lexical(tmp_path / "after", tmp_path / "base", [1, 2], [])
    after = LexicalIndex(tmp_path / "after")

    assert found(after, "кампус театр") == []
    assert [part.tolist() for part in after.scores(asked("кампус"), ids(1, 2))] == [[0, 0]] * 2
    assert sorted(found(after, "мәктәп")) == [4, 6]
    # Written anew under other numbers, nothing of what was there counts twice.
    again = [replace(entry, id=entry.id + 10, document=11) for entry in ENTRIES[:2]]
    write_lexical(tmp_path / "again", tmp_path / "after", [], again)
    assert found(LexicalIndex(tmp_path / "again"), "кампус") == [11, 12]


def test_many_updates_leave_every_base_as_it_was_byte_for_byte(tmp_path: Path) -> None:
    def contents(folder: Path) -> dict[str, bytes]:
        files = (file for file in folder.rglob("*") if file.is_file())
        return {str(file.relative_to(folder)): file.read_bytes() for file in files}

    write(tmp_path / "0", ENTRIES)
    before = {"0": contents(tmp_path / "0")}
    opened = [LexicalIndex(tmp_path / "0")]
    for number in range(1, 12):  # so many that parts are merged
        entry = Entry(100 + number, 100 + number, "ba", "", f"Яңы кампус, һаны {number}.")
        base, folder = tmp_path / str(number - 1), tmp_path / str(number)
        write_lexical(folder, base, [99 + number], [entry])
        before[folder.name] = contents(folder)
        opened.append(LexicalIndex(folder))

    assert {name: contents(tmp_path / name) for name in before} == before
    for number, index in enumerate(opened):
        for asked_now in (index, LexicalIndex(tmp_path / str(number))):
            new = [100 + number] if number else []
            assert sorted(found(asked_now, "кампус")) == [1, 2, *new]
            assert found(asked_now, "сығыш") == [3]


def test_eight_threads_may_search(index: LexicalIndex) -> None:
    def ask(number: int) -> tuple[list[int], list[list[float]]]:
        words = asked(QUESTIONS[number % len(QUESTIONS)])
        best = index.search(words, 10)
        return best.tolist(), [part.tolist() for part in index.scores(words, best)]

    expected = [ask(number) for number in range(len(QUESTIONS))]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(ask, range(240)))

    assert results == expected * 40


@pytest.mark.parametrize("part", LexicalIndex.FOLDERS)
def test_a_part_that_is_missing_is_damaged(tmp_path: Path, part: str) -> None:
    write(tmp_path, ENTRIES)
    (tmp_path / part).rename(tmp_path / "elsewhere")

    with pytest.raises(Damaged, match="yauap index rebuild"):
        LexicalIndex(tmp_path)
