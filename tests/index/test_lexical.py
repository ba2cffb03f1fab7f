"""The lexical index: BM25 over analysed terms."""

import math
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import Damaged
from index.lexical import LexicalIndex, write_lexical
from index.text.analysis import analyse
from index.vectors import Ids

ROWS = [
    (1, "Кампус", "Кампус в Уфе открыт. Кампус новый, студенты довольны кампусом."),
    (2, "", "В Уфе открыт кампус, театр, музей, рынок и большая новая библиотека."),
    (3, "", "Түңәрәк өҫтәлдең модераторы Сергей Борисов сығыш яһаны."),
    (4, "Борисов", "Башҡа хәбәр: ҡалала мәктәп төҙөлә."),
    (5, "", "Күләме 3,5 миллион һум, 2011 йыл."),
    (6, "", "3 һәм 5 мәктәп."),
]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return write(tmp_path, ROWS)


def write(folder: Path, rows: list[tuple[int, str, str]]) -> LexicalIndex:
    write_lexical(folder, None, [], rows)
    return LexicalIndex.open(folder)


def found(
    index: LexicalIndex, text: str, among: Ids | None = None, without: tuple[int, ...] = ()
) -> list[int]:
    terms = [term.text for term in analyse(text)]
    return [int(i) for i in index.search(terms, 10, among, without)[0]]


def bm25(rows: list[tuple[int, str, str]], term: str, row: tuple[int, str, str]) -> float:
    """Robertson's BM25 as FTS5 has it: over both fields, the title's words counting half."""
    fields = [[[t.text for t in analyse(part)] for part in (r[1], r[2])] for r in rows]
    holding = sum(any(term in words for words in both) for both in fields)
    idf = max(1e-6, math.log((len(rows) - holding + 0.5) / (holding + 0.5)))
    lengths = [sum(map(len, both)) for both in fields]
    title, text = fields[rows.index(row)]
    frequency = 0.5 * title.count(term) + text.count(term)
    norm = 1.2 * (1 - 0.75 + 0.75 * (len(title) + len(text)) * len(rows) / sum(lengths))
    return idf * frequency * 2.2 / (frequency + norm)


@pytest.mark.parametrize("row", [ROWS[2], ROWS[3]], ids=["in the text", "in the title"])
def test_scores_are_bm25_with_the_title_at_half_weight(
    index: LexicalIndex, row: tuple[int, str, str]
) -> None:
    ids, scores = index.search(["борис"], 10)

    assert dict(zip(map(int, ids), map(float, scores), strict=True))[row[0]] == pytest.approx(
        bm25(ROWS, "борис", row), rel=1e-5
    )


def test_more_and_denser_occurrences_come_first(index: LexicalIndex) -> None:
    assert found(index, "кампус") == [1, 2]


def test_the_scores_of_terms_add_up(index: LexicalIndex) -> None:
    both, one, other = (
        dict(zip(*index.search(terms, 10), strict=True))
        for terms in (["модер", "школ", "борис"], ["модер"], ["борис"])
    )

    assert both[3] == pytest.approx(one[3] + other[3], rel=1e-5)


def test_a_repeated_term_counts_once(index: LexicalIndex) -> None:
    once, twice = index.search(["борис"], 10), index.search(["борис", "борис"], 10)

    np.testing.assert_array_equal(once[1], twice[1])


def test_what_is_typed_on_a_russian_keyboard_finds_bashkir_text(index: LexicalIndex) -> None:
    assert found(index, "тунэрэк остэлдэ модератор") == [3]


def test_equal_scores_stand_in_the_order_of_their_ids(tmp_path: Path) -> None:
    index = write(tmp_path, [(i, "", "бер үк текст") for i in (9, 3, 7, 5)] + [(1, "", "башҡа")])

    assert found(index, "текст") == [3, 5, 7, 9]
    assert list(index.search(["текст"], 2)[0]) == [3, 5]


def test_filters_narrow_before_the_ranking(index: LexicalIndex) -> None:
    assert list(index.search(["кампу"], 1, np.array([2, 3, 99]))[0]) == [2]
    assert list(index.search(["кампу"], 1, None, [1])[0]) == [2]
    assert found(index, "кампус", np.array([1, 2]), (1, 2)) == []
    assert found(index, "кампус", np.empty(0, np.int64)) == []


@pytest.mark.parametrize(("terms", "count"), [([], 10), (["кампу"], 0), (["нетта"], 10)])
def test_nothing_asked_or_nothing_held_finds_nothing(
    index: LexicalIndex, terms: list[str], count: int
) -> None:
    ids, scores = index.search(terms, count)

    assert (len(ids), len(scores)) == (0, 0)
    assert ids.dtype == np.int64
    assert scores.dtype == np.float32


@pytest.mark.parametrize(
    "text",
    ['"', '" OR *', "NEAR(кампус)", "кампус*", "-кампус", "text:кампус", "кампус)", "'; --"],
)
def test_signs_of_the_query_language_mean_nothing(index: LexicalIndex, text: str) -> None:
    assert found(index, text) == ([1, 2] if "кампус" in text else [])


@pytest.mark.parametrize("term", ['"', 'a" OR "кампу', '" OR *', "*", "a b", ""])
def test_a_hostile_term_neither_fails_nor_finds_another(index: LexicalIndex, term: str) -> None:
    assert list(index.search([term, "борис"], 10)[0]) == found(index, "борисов")


@given(st.text())
def test_any_text_can_be_searched_and_finds_only_what_holds_a_term(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    index = write(tmp_path_factory.mktemp("lexical"), [(1, "", text), (2, "", "кампус " + text)])
    terms = [term.text for term in analyse(text)]

    ids, scores = index.search(terms, 10)

    assert sorted(ids) == ([1, 2] if terms else [])
    assert all(scores > 0)


def test_decimals_are_one_term(index: LexicalIndex) -> None:
    assert found(index, "3,5") == [5]
    assert [*index.weights(["3.5"]).values()] == [*index.weights(["2011"]).values()]


def test_weights_are_inverse_document_frequencies(index: LexicalIndex) -> None:
    weights = index.weights(["мәктә", "мэктэ", "кампу", "модер"])

    assert weights == {
        "мәктә": pytest.approx(math.log(1 + 6.5 / 0.5)),
        "мэктэ": pytest.approx(math.log(1 + 4.5 / 2.5)),
        "кампу": pytest.approx(math.log(1 + 4.5 / 2.5)),
        "модер": pytest.approx(math.log(1 + 5.5 / 1.5)),
    }


def test_an_update_removes_adds_and_leaves_its_base_alone(tmp_path: Path) -> None:
    base, after, anew = (tmp_path / name for name in ("base", "after", "anew"))
    for folder in (base, after, anew):
        folder.mkdir()
    before = write(base, ROWS)
    write_lexical(after, base, [1, 4, 77], [(8, "Яңы", "Яңы кампус асылды.")])
    updated = LexicalIndex.open(after)
    expected = write(
        anew, [r for r in ROWS if r[0] not in (1, 4)] + [(8, "Яңы", "Яңы кампус асылды.")]
    )

    for question in ("кампус", "борисов", "яңы мәктәп"):
        terms = [term.text for term in analyse(question)]
        mine, theirs = updated.search(terms, 9), expected.search(terms, 9)
        np.testing.assert_array_equal(mine[0], theirs[0])
        np.testing.assert_allclose(mine[1], theirs[1], rtol=1e-6)
        assert updated.weights(terms) == expected.weights(terms)
    assert found(before, "кампус") == [1, 2]


def test_several_threads_may_search(index: LexicalIndex) -> None:
    results: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda: results.append(found(index, "кампус"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [[1, 2]] * 8


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100])
def test_a_file_that_cannot_be_read_is_damaged(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / LexicalIndex.FILE).write_bytes(content)

    with pytest.raises(Damaged, match="yauap index rebuild"):
        LexicalIndex.open(tmp_path)


def test_a_file_that_is_damaged_while_it_is_open_is_told(tmp_path: Path) -> None:
    write_lexical(tmp_path, None, [], [(number, "", f"һүҙ{number}") for number in range(5000)])
    index = LexicalIndex.open(tmp_path)
    file = tmp_path / LexicalIndex.FILE
    file.write_bytes(b"\x55" * file.stat().st_size)

    with pytest.raises(Damaged, match="yauap index rebuild"):
        index.search(["hуз1"], 10)
