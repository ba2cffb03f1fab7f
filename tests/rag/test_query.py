"""Questions as they are searched: words, what else may stand for them, and how much they weigh."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embedding.centring import Centring
from index.folder import DataFolder
from index.reader import IndexView
from index.text.analysis import analyse
from rag.fusion import load_fusion
from rag.lexicon import load_lexicon
from rag.query import Query, QueryReader, Word
from rag.retrieval import retrieve
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.rag.queries import lexicon, read_query

TEXTS = {
    "khamitov-ba": "Депутат Хәмитов мәктәптә сығыш яһаны.",
    "khamitov-ru": "Депутат Хамитов выступил в школе.",
    "ufa-ba": "Өфө ҡалаһында яңы театр асылды.",
    "ufa-ru": "В Уфе открыли новый театр.",
    "rafikova": "Художница Рафиҡова картина яҙҙы.",
    "rafikova-ru": "Художник Рафикова написала картину.",
    "zinatullin": "Инженер Зиннатуллин построил мост в 2024 году.",
    "swimmers": "Балалар йөҙөргә өйрәнде.",
    "greeting": "Еңеүселәргә сәләм әйттеләр.",
}  # fmt: skip


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexView]:
    folder = fake_folder(tmp_path_factory.mktemp("query"))
    ingest(folder, *({"id": i, "text": text} for i, text in TEXTS.items()))
    with folder.index.view() as opened:
        yield opened


def found(view: IndexView, asked: str) -> set[str]:
    """The documents that hold a word of the question, with the lexicon of this version."""
    query = read_query(asked, view, load_lexicon())
    hits = retrieve(view, query, load_fusion(), len(TEXTS), "lexical")
    return {hit.passage.document_id for hit in hits}


@pytest.mark.parametrize(
    ("asked", "documents"),
    [
        ("Хәмитов", {"khamitov-ba", "khamitov-ru"}),
        ("Хамитов", {"khamitov-ba", "khamitov-ru"}),
        ("Хәмитовтың", {"khamitov-ba", "khamitov-ru"}),
        ("Хамитову", {"khamitov-ba", "khamitov-ru"}),
        ("Рафиҡова", {"rafikova", "rafikova-ru"}),
        ("Рафикова", {"rafikova", "rafikova-ru"}),
        ("Өфөлә", {"ufa-ba", "ufa-ru"}),
        ("Уфа", {"ufa-ba", "ufa-ru"}),
    ],
)
def test_a_name_is_found_as_either_language_spells_it(
    view: IndexView, asked: str, documents: set[str]
) -> None:
    assert documents <= found(view, asked)


@pytest.mark.parametrize("asked", ["Зинатуллин", "Зинантуллин", "Зиннатулин", "Зиннатуллни"])
def test_a_mistyped_name_is_found(view: IndexView, asked: str) -> None:
    assert found(view, asked) == {"zinatullin"}


@pytest.mark.parametrize(
    ("asked", "document"),
    [
        ("йозоргэ", "swimmers"),
        ("салам", "greeting"),
        ("мэктэп", "khamitov-ba"),
    ],
)
def test_bashkir_is_found_as_typed_on_a_russian_keyboard(
    view: IndexView, asked: str, document: str
) -> None:
    assert document in found(view, asked)


@pytest.mark.parametrize("asked", ["2025", "2042", "22024", "202", "20244", "2 024 000"])
def test_another_number_is_not_found(view: IndexView, asked: str) -> None:
    assert found(view, asked) == set()
    assert all(len(word.alternatives) == 1 for word in read_query(asked, view).words)


def test_the_number_that_was_asked_for_is_found(view: IndexView) -> None:
    assert found(view, "2024") == {"zinatullin"}


@pytest.mark.parametrize(
    ("text", "language"),
    [("Мәктәп ҡайҙа?", "ba"), ("Где школа?", "ru"), ("What is it?", "ru"), ("2024", "ru")],
)
def test_a_question_is_in_bashkir_or_counts_as_russian(
    view: IndexView, text: str, language: str
) -> None:
    assert read_query(text, view).language == language


def test_a_question_is_embedded_as_such_and_taken_from_the_mean_of_its_language(
    view: IndexView,
) -> None:
    mean = FakeEmbedder().embed_queries(["Мәктәп"])[0]
    other = np.zeros_like(mean)
    means = {
        "queries.ba": mean, "queries.ru": other, "passages.ba": other, "passages.ru": other,
    }  # fmt: skip
    reader = QueryReader(FakeEmbedder(), Centring(means), lexicon())
    plain = FakeEmbedder().embed_queries(["Мәктәп ҡайҙа?", "Где школа?"])

    away = plain[0] - mean
    np.testing.assert_allclose(
        reader.read("Мәктәп ҡайҙа?", view).vector, away / np.linalg.norm(away), atol=1e-6
    )
    np.testing.assert_allclose(reader.read("Где школа?", view).vector, plain[1], atol=1e-6)


def test_what_the_question_says_itself_stands_apart_from_what_may_stand_for_it(
    view: IndexView,
) -> None:
    query = read_query("Мәктәп, мәктәптә!", view, lexicon(("мәктәп", "школа")))

    (word,) = query.words  # said twice, asked for once
    (own,), (translation,) = analyse("мәктәп", "ba"), analyse("школа", "ru")
    assert query.own == {own.text}
    assert list(word.alternatives)[:2] == [own.text, translation.text]
    assert query.coverage(frozenset([own.text])) == 1
    assert query.coverage(frozenset([translation.text])) == word.alternatives[translation.text]


def test_a_word_of_the_other_language_is_found_by_its_own_stem(view: IndexView) -> None:
    (own,) = analyse("театр", "ru")
    bashkir_word_in_russian = read_query("Когда пришли театрына?", view).words[-1]

    assert 0 < bashkir_word_in_russian.alternatives[own.text] < 1
    assert {"ufa-ba", "ufa-ru"} <= found(view, "Когда пришли театрына?")


def test_a_rare_word_weighs_more_than_a_common_one(view: IndexView) -> None:
    common, rare = read_query("депутат Зиннатуллин", view).words
    assert rare.weight > common.weight > 0


def test_a_word_that_nobody_has_weighs_the_most(view: IndexView) -> None:
    rare, unknown = read_query("Зиннатуллин каракатица", view).words
    assert unknown.weight > rare.weight


def test_a_word_known_by_its_translation_weighs_as_that(view: IndexView) -> None:
    query = read_query("мост", view, lexicon(("күпер", "мост")))
    (alone,), (translated,) = (
        query.words,
        read_query("күпер", view, lexicon(("күпер", "мост"))).words,
    )
    assert translated.weight == alone.weight


@pytest.mark.parametrize("asked", ["", "?!", "и не на", "һәм был ул", "😀"])
def test_a_question_of_stop_words_has_no_words_and_covers_nothing(
    view: IndexView, asked: str
) -> None:
    query = read_query(asked, view, load_lexicon())

    assert (list(query.words), query.own) == ([], frozenset())
    assert query.coverage(frozenset(["мэктэп"])) == 0
    assert np.linalg.norm(query.vector) == pytest.approx(1, abs=1e-5)
    assert len(retrieve(view, query, load_fusion(), 3)) == 3
    assert retrieve(view, query, load_fusion(), 3, "lexical") == []


@pytest.mark.parametrize("asked", ["Хәмитов мәктәптә", "", "2024", "каракатица"])
def test_a_question_to_an_empty_index_is_read(folder: DataFolder, asked: str) -> None:
    with folder.index.view() as empty:
        query = read_query(asked, empty, load_lexicon())

        assert query.own == {term.text for term in analyse(asked)}
        assert retrieve(empty, query, load_fusion(), 3) == []


TERMS = st.sampled_from("abcdefgh")
WORDS = st.builds(
    Word,
    TERMS,
    st.dictionaries(TERMS, st.floats(0.01, 1), min_size=1, max_size=4),
    st.floats(0, 20),
    st.booleans(),
)
QUERIES = st.lists(WORDS, max_size=5).map(
    lambda words: Query(
        "", "ru", "ru", words, frozenset(), np.zeros(3, np.float32), np.zeros((1, 3), np.float32)
    )
)


@given(QUERIES, st.frozensets(TERMS), st.frozensets(TERMS))
def test_coverage_is_a_share_and_grows_with_what_is_held(
    query: Query, held: frozenset[str], more: frozenset[str]
) -> None:
    assert 0 <= query.coverage(held) <= query.coverage(held | more) <= 1 + 1e-12
    assert query.coverage(frozenset()) == 0


@given(QUERIES, st.sampled_from([0.5, 3.0, 100.0]))
def test_coverage_does_not_hang_on_the_scale_of_the_weights(query: Query, scale: float) -> None:
    scaled = [replace(word, weight=scale * word.weight) for word in query.words]
    other = replace(query, words=scaled)
    held = frozenset("abc")

    assert other.coverage(held) == pytest.approx(query.coverage(held))


@given(st.lists(st.sampled_from(" ".join(TEXTS.values()).split()), max_size=8))
def test_a_question_covers_itself(view: IndexView, words: list[str]) -> None:
    query = read_query(" ".join(words), view, load_lexicon())

    assert query.coverage(query.own) == pytest.approx(1 if query.words else 0)
    assert all(0 < w <= 1 for word in query.words for w in word.alternatives.values())
