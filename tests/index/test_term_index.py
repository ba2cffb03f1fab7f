"""Bags of terms: what is found, by which score, and what is told of damaged files."""

import itertools
import math
import random
import shutil
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import term_index
from index.arrays import Ids, Scores
from index.errors import Damaged
from index.postings import building
from index.postings.bags import Bag
from index.postings.bm25 import Alternatives
from index.postings.segment import Segment
from index.term_index import TermIndex, writing
from tests.index.collecting import without_collector

BAGS = [
    Bag(3, 3, "мэктэп кала мэктэп яны".split()),
    Bag(4, 3, "кала китап".split()),
    Bag(6, 6, "школ город мэктэп".split()),
    Bag(7, 7, "школ школ".split()),
    Bag(9, 9, ["2036"]),
]


def write(
    folder: Path, bags: Sequence[Bag], base: Path | None = None, removed: Sequence[int] = ()
) -> TermIndex:
    with writing(folder, base) as writer:
        writer.remove(removed)
        for bag in bags:
            writer.add(bag)
    return TermIndex(folder)


def bm25(bags: Sequence[Bag], asked: Sequence[Alternatives], bag: Bag) -> float:
    """BM25 by its formula, k1 = 1.2 and b = 0.75; of alternatives the best one counts."""
    average = sum(len(other.terms) for other in bags) / len(bags)

    def score(term: str) -> float:
        holding = sum(term in other.terms for other in bags)
        frequency = bag.terms.count(term)
        norm = 1.2 * (1 - 0.75 + 0.75 * len(bag.terms) / average) if average else 1
        idf = math.log(1 + (len(bags) - holding + 0.5) / (holding + 0.5))
        return idf * frequency * (1.2 + 1) / (frequency + norm)

    return sum(max((w * score(t) for t, w in word.items()), default=0) for word in asked)


def ids_of(found: tuple[Ids, Scores]) -> list[int]:
    return [int(identifier) for identifier in found[0]]


def scored(index: TermIndex, asked: Sequence[Alternatives]) -> dict[int, float]:
    ids, scores = index.search(asked, 99)
    return {int(i): float(score) for i, score in zip(ids, scores, strict=True)}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TermIndex:
    return write(tmp_path_factory.mktemp("terms") / "index", BAGS)


TERMS = st.sampled_from("абвгде")
# Lengths of up to 40 terms are kept exactly, longer ones in steps.
TEXTS = st.dictionaries(st.integers(1, 99), st.lists(TERMS, max_size=39), min_size=1, max_size=12)
ASKED = st.lists(st.dictionaries(TERMS, st.floats(0.125, 1, width=32), max_size=3), max_size=4)


@settings(max_examples=20)
@given(TEXTS, ASKED)
def test_scores_are_bm25_with_the_best_alternative_of_each_word(
    tmp_path_factory: pytest.TempPathFactory,
    texts: dict[int, list[str]],
    asked: list[dict[str, float]],
) -> None:
    bags = [Bag(identifier, identifier, terms) for identifier, terms in texts.items()]
    index = write(tmp_path_factory.mktemp("terms") / "index", bags)
    expected = {bag.id: score for bag in bags if (score := bm25(bags, asked, bag))}

    ids, scores = index.search(asked, 99)
    by_id, documents = index.scores(asked, np.array(list(texts)))

    assert scored(index, asked) == pytest.approx(expected, 1e-5)
    assert by_id.tolist() == pytest.approx([expected.get(i, 0) for i in texts], 1e-5)
    assert documents.tolist() == list(texts)
    assert list(zip(-scores, ids, strict=True)) == sorted(zip(-scores, ids, strict=True))


def test_long_texts_score_nearly_as_the_formula_says(tmp_path: Path) -> None:
    lengths = [10, 100, 1000, 5000]
    bags = [Bag(n, n, ["кала"] + ["башка"] * (n - 1)) for n in lengths] + BAGS
    index = write(tmp_path / "index", bags)

    scores, _ = index.scores([{"кала": 1.0}], np.array(lengths))

    expected = [bm25(bags, [{"кала": 1.0}], bag) for bag in bags[: len(lengths)]]
    assert scores.tolist() == pytest.approx(expected, rel=0.12)


def test_of_alternatives_the_best_one_counts(index: TermIndex) -> None:
    both, mine, other = (
        scored(index, [word])
        for word in ({"школ": 1.0, "мэктэп": 0.5}, {"школ": 1.0}, {"мэктэп": 1.0})
    )

    assert both[6] == pytest.approx(max(mine[6], other[6] / 2))
    assert both[3] == pytest.approx(other[3] / 2)
    assert both[7] == pytest.approx(mine[7])


def test_the_scores_of_words_add_up(index: TermIndex) -> None:
    both, mine, other = (
        scored(index, asked)
        for asked in ([{"мэктэп": 1.0}, {"кала": 1.0}], [{"мэктэп": 1.0}], [{"кала": 1.0}])
    )

    assert both[3] == pytest.approx(mine[3] + other[3])


@pytest.mark.parametrize(
    ("among", "without", "expected"),
    [
        (None, [], [3, 6]),
        ([3, 4], [], [3]),
        ([4, 6, 77], [], [6]),
        ([7, 9], [], []),
        ([], [], []),
        (None, [3, 77], [6]),
        ([3, 6], [3, 6], []),
        ([3, 6], [4], [3, 6]),
    ],
)
def test_conditions_narrow_before_the_ranking(
    index: TermIndex, among: list[int] | None, without: list[int], expected: list[int]
) -> None:
    wanted = None if among is None else np.array(among, np.int64)

    assert ids_of(index.search([{"мэктэп": 1.0}], 9, wanted, without)) == expected
    assert ids_of(index.search([{"мэктэп": 1.0}], 1, wanted, without)) == expected[:1]


def test_conditions_change_no_score(index: TermIndex) -> None:
    asked = [{"мэктэп": 1.0}]
    everywhere = scored(index, asked)

    ids, scores = index.search(asked, 9, np.array([3, 4, 6]), [6])

    assert (ids.tolist(), scores.tolist()) == ([3], [everywhere[3]])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> TermIndex:
    """A thousand bags, and some that score less than all of these."""
    russian = [Bag(i, i, ["школ"] * (2 + i % 3)) for i in range(1000)]
    bashkir = [Bag(i, i, ["школ", *["мэктэп"] * (i % 7)]) for i in range(1000, 1040)]
    return write(tmp_path_factory.mktemp("terms") / "large", russian + bashkir)


@pytest.mark.parametrize("without", [[], [1000, 1014]])
def test_what_many_others_outrank_is_found(large: TermIndex, without: list[int]) -> None:
    among = np.arange(1000, 1040)
    found, scores = large.search([{"школ": 1.0}], 9, among, without)

    shortest = [i for i in range(1000, 1040) if i not in without]
    assert found.tolist() == sorted(shortest, key=lambda i: (i % 7, i))[:9]
    assert scores.tolist() == pytest.approx(large.scores([{"школ": 1.0}], found)[0].tolist())


@pytest.mark.parametrize(
    ("asked", "count"),
    [([], 9), ([{}], 9), ([{"мэктэп": 1.0}], 0), ([{"нетта": 1.0}], 9), ([{"": 1.0}], 9)],
)
def test_nothing_asked_or_nothing_held_finds_nothing(
    index: TermIndex, asked: list[dict[str, float]], count: int
) -> None:
    ids, scores = index.search(asked, count)

    assert (len(ids), len(scores)) == (0, 0)
    assert [part.dtype.name for part in (ids, scores)] == ["int64", "float32"]


@pytest.mark.parametrize("term", ['"', 'a" OR "кала', "*", "кал*", "terms:кала", "кала яны", "\0"])
def test_a_term_is_no_query(index: TermIndex, term: str) -> None:
    assert ids_of(index.search([{term: 1.0}, {"китап": 1.0}], 9)) == [4]


def test_scores_stand_in_the_order_of_the_ids_and_unknown_ones_have_none(index: TermIndex) -> None:
    scores, documents = index.scores([{"мэктэп": 1.0}], np.array([6, 99, 4, 3, -5]))
    by_id = scored(index, [{"мэктэп": 1.0}])

    assert scores.tolist() == [by_id[6], 0, 0, by_id[3], 0]
    assert documents.tolist() == [6, -1, 3, 3, -1]
    assert [part.dtype.name for part in (scores, documents)] == ["float32", "int64"]
    nothing = index.scores([{"мэктэп": 1.0}], np.empty(0, np.int64))
    assert [len(part) for part in nothing] == [0, 0]


def test_weights_are_inverse_document_frequencies(index: TermIndex) -> None:
    assert index.weights(["мэктэп", "кала", "2036", "нетта", "мэктэп"]) == {
        "мэктэп": pytest.approx(math.log(1 + 3.5 / 2.5)),
        "кала": pytest.approx(math.log(1 + 3.5 / 2.5)),
        "2036": pytest.approx(math.log(1 + 4.5 / 1.5)),
        "нетта": pytest.approx(math.log(1 + 5.5 / 0.5)),
    }


def test_terms_are_told_by_their_beginning(index: TermIndex) -> None:
    assert sorted(index.beginning_with("к").split()) == ["кала", "китап"]
    assert index.beginning_with("мэктэп").split() == ["мэктэп"]
    assert index.beginning_with("мэктэпл").split() == []
    every = {term for bag in BAGS for term in bag.terms}
    assert sorted(index.beginning_with("").split()) == sorted(every)


def test_an_index_of_nothing_can_be_asked(tmp_path: Path) -> None:
    index = write(tmp_path / "index", [])

    assert ids_of(index.search([{"кала": 1.0}], 9)) == []
    assert index.weights(["кала"]) == {"кала": pytest.approx(math.log(2))}
    assert index.beginning_with("").split() == []


def test_what_is_opened_stays_readable_when_its_files_are_removed(tmp_path: Path) -> None:
    index = write(tmp_path / "index", BAGS)
    shutil.rmtree(tmp_path / "index")

    assert ids_of(index.search([{"мэктэп": 1.0}], 9, np.array([6]))) == [6]
    assert index.scores([{"школ": 1.0}], np.array([7]))[0] > 0
    assert index.beginning_with("ки").split() == ["китап"]


def test_an_index_that_was_asked_and_is_let_go_is_gone_at_once(tmp_path: Path) -> None:
    index = write(tmp_path / "index", BAGS)
    index.search([{"мэктэп": 1.0}], 9, np.array([3, 6]))
    index.beginning_with("к")
    there = weakref.ref(index)
    with without_collector():
        del index
        assert there() is None


def test_eight_threads_may_search(index: TermIndex) -> None:
    asked: list[list[Alternatives]] = [[{"мэктэп": 1.0}], [{"школ": 1.0}, {"кала": 0.5}]]

    def ask(number: int) -> list[list[float]]:
        ids, scores = index.search(asked[number % 2], 9)
        return [ids.tolist(), scores.tolist(), index.scores(asked[number % 2], ids)[0].tolist()]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(ask, range(400)))

    assert results == [ask(0), ask(1)] * 200


CHANGES = st.lists(
    st.tuples(st.dictionaries(st.integers(1, 30), st.lists(TERMS, max_size=9), max_size=6),
              st.sets(st.integers(1, 30), max_size=6)),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(max_examples=30)
@given(CHANGES, st.sampled_from([2, 5, 1000]))
def test_changes_leave_what_an_index_written_from_nothing_has(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[dict[int, list[str]], set[int]]],
    most: int,
) -> None:
    """Each change removes ids and adds others, some of which were there before."""
    folder, base = tmp_path_factory.mktemp("changes"), None
    there: dict[int, Bag] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "MOST_BAGS", most)
        patch.setattr(term_index, "MOST_BAGS", most)
        for number, (added, removed) in enumerate(changes):
            gone = removed | (there.keys() & added.keys())
            bags = [Bag(i, i // 2, terms) for i, terms in added.items()]
            changed = write(folder / str(number), bags, base, sorted(gone))
            there = {i: bag for i, bag in there.items() if i not in gone}
            there |= {bag.id: bag for bag in bags}
            base = folder / str(number)
    segments = [Segment.open(file.parent) for file in (folder / str(number)).rglob("bags.npy")]
    every = np.arange(32)

    for term in "абвгде":
        holding = {i for i, bag in there.items() if term in bag.terms}
        assert set(ids_of(changed.search([{term: 1.0}], 99))) == holding
        scores, documents = changed.scores([{term: 1.0}], every)
        assert set(np.flatnonzero(scores)) == holding
        assert {i: d for i, d in enumerate(documents.tolist()) if d >= 0} == {
            i: bag.document for i, bag in there.items()
        }
        assert (term in changed.beginning_with(term)) or not holding
    assert all(0 < len(part.ids) <= most for part in segments)


def test_segments_are_joined_so_that_few_are_left(tmp_path: Path) -> None:
    base = None
    for number in range(40):
        write(tmp_path / str(number), [Bag(number, number, ["кала"])], base)
        base = tmp_path / str(number)

    assert base is not None
    sizes = [len(Segment.open(part).ids) for part in sorted(base.iterdir()) if part.is_dir()]

    assert sum(sizes) == 40
    assert all(first >= 2 * second for first, second in itertools.pairwise(sizes))


def ask_everything(folder: Path) -> None:
    index = TermIndex(folder)
    index.search([{"мэктэп": 1.0, "школ": 0.5}], 9, np.array([3, 4]), [7])
    index.scores([{"кала": 1.0}], np.array([3, 4, 6, 7, 9]))
    index.weights(["кала"])
    index.beginning_with("к")


FILES = [*Segment.FILES, "removed.npy"]


@pytest.fixture
def updated(tmp_path: Path) -> Path:
    """An index in two parts, one with a bag removed."""
    write(tmp_path / "base", BAGS)
    write(tmp_path / "index", [Bag(11, 11, ["кала"])], tmp_path / "base", [4])
    return tmp_path / "index"


def test_these_are_its_files(updated: Path) -> None:
    assert {file.name for file in updated.rglob("*") if file.is_file()} == set(FILES)


def damage(file: Path, content: bytes | None) -> None:
    file.unlink(missing_ok=True)  # what is linked to it must stay as it is
    if content is not None:
        file.write_bytes(content)


CUTS = ["empty", "half", "a byte less", "other", "missing"]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_cut_or_missing_is_damaged(updated: Path, kind: str, cut: str) -> None:
    for file in sorted(updated.rglob(kind)):
        whole = file.read_bytes()
        left: dict[str, bytes | None] = {
            "empty": b"",
            "half": whole[: len(whole) // 2],
            "a byte less": whole[:-1],
            "other": b"\0" * 5000,
            "missing": None,
        }
        damage(file, left[cut])

        with pytest.raises(Damaged, match="yauap index rebuild"):
            ask_everything(updated)

        damage(file, whole)
    ask_everything(updated)


def test_a_folder_that_is_missing_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="yauap index rebuild"):
        TermIndex(tmp_path / "index")


@pytest.mark.parametrize("kind", FILES)
def test_a_flipped_byte_is_damaged_or_is_passed_over(updated: Path, kind: str) -> None:
    chosen = random.Random(kind)
    for file in sorted(updated.rglob(kind)):
        whole = file.read_bytes()
        for place in chosen.sample(range(len(whole)), min(len(whole), 30)):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << chosen.randrange(8)
            damage(file, bytes(flipped))
            # Checksums are what finds it (see Snapshots.verify); here it must break nothing else.
            with suppress(Damaged):
                ask_everything(updated)
        damage(file, whole)
