"""What every Embedder keeps to, the real one and the fake."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.embedding import Embedder
from tests.fakes import FakeEmbedder

TEXTS = [
    "Түңәрәк өҫтәлдең модераторы кем булды?",
    "К 2030 году в стране должно появиться 25 таких студенческих городков, а к 2036 году — 40.",
    "44",
    "«ОПОРА России» — Ҡ, Ғ, Ҙ",
    "😀",
]
LONG = "иртәгә ямғыр яуа " * 400


@pytest.fixture(params=["bundled", "fake"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "fake":
        return FakeEmbedder()
    real: Embedder = request.getfixturevalue("real_embedder")
    return real


def test_vectors_are_float32_of_unit_length(embedder: Embedder) -> None:
    for vectors in (embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_text_gives_no_vector(embedder: Embedder) -> None:
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)
    assert embedder.count_tokens([]) == []


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_text_has_a_vector(embedder: Embedder, text: str) -> None:
    assert np.linalg.norm(embedder.embed_queries([text])[0]) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS])

    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_queries_and_passages_differ_by_their_prefixes(embedder: Embedder) -> None:
    assert embedder.spec.query_prefix != embedder.spec.passage_prefix
    assert not np.allclose(embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS))


def test_input_beyond_the_longest_is_cut(embedder: Embedder) -> None:
    assert embedder.count_tokens([LONG])[0] > embedder.max_tokens

    cut, longer = embedder.embed_passages([LONG, LONG + "бөтөнләй башҡа нәмә"])

    np.testing.assert_allclose(cut, longer, atol=1e-5)


def test_tokens_are_counted_without_prefix_and_markers(embedder: Embedder) -> None:
    assert embedder.count_tokens(["", "а", "а а", "а а а"]) == [0, 1, 2, 3]


def test_tokens_of_sentences_add_up(embedder: Embedder) -> None:
    counts = embedder.count_tokens([*TEXTS[:2], " ".join(TEXTS[:2])])

    assert counts[0] + counts[1] == counts[2]


@pytest.mark.parametrize("count", [1, 2, 7, 48])
def test_first_tokens_are_a_beginning_of_that_many_tokens(embedder: Embedder, count: int) -> None:
    for text in (*TEXTS, LONG):
        beginning = embedder.first_tokens(text, count)

        total = embedder.count_tokens([text])[0]
        assert text.startswith(beginning)
        assert embedder.count_tokens([beginning]) == [min(count, total)]


def test_a_text_that_fits_is_returned_whole(embedder: Embedder) -> None:
    assert embedder.first_tokens("Өфө ҡалаһы  ", 48) == "Өфө ҡалаһы  "


def test_several_threads_get_what_one_gets(embedder: Embedder) -> None:
    expected = [embedder.embed_queries([text]) for text in TEXTS]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: embedder.embed_queries([text]), TEXTS * 2))

    for vector, other in zip(found, expected * 2, strict=True):
        np.testing.assert_allclose(vector, other, atol=1e-5)


def test_the_fake_is_a_function_of_the_text_alone() -> None:
    first, second = FakeEmbedder().embed_queries(TEXTS), FakeEmbedder().embed_queries(TEXTS)

    np.testing.assert_array_equal(first, second)
    assert len(np.unique(first, axis=0)) == len(TEXTS)
