"""Sentences are encoded once, and as the model encodes them."""

import threading

import numpy as np

from index.embedding.centring import Centring
from index.embedding.protocol import FloatMatrix
from rag.sentence_vectors import SentenceVectors, some_tokens
from tests.fakes import FakeEmbedder

_OF_ONE_TOKEN = 32 * (4 + 2)  # bytes: a vector, and a token of half the precision


def sentence_vectors(embedder: FakeEmbedder, kept: int) -> SentenceVectors:
    return SentenceVectors(embedder, Centring({}), kept * _OF_ONE_TOKEN)


def vectors_of(vectors: SentenceVectors, sentences: list[str]) -> FloatMatrix:
    return np.stack([one.vector for one in vectors.of(sentences)])


def test_sentences_are_kept_and_the_same_as_the_embedders() -> None:
    embedder = FakeEmbedder()
    vectors = sentence_vectors(embedder, kept=3)

    first = vectors_of(vectors, ["бер", "ике", "бер"])
    assert embedder.embedded == ["бер", "ике"]
    again = vectors_of(vectors, ["ике", "бер"])
    assert embedder.embedded == ["бер", "ике"]
    np.testing.assert_array_equal(again, first[[1, 0]])
    np.testing.assert_array_equal(first[0], FakeEmbedder().embed_passages(["бер"])[0])

    vectors.of(["өс", "дүрт", "биш"])
    vectors.of(["бер"])
    assert embedder.embedded == ["бер", "ике", "өс", "дүрт", "биш", "бер"]


def test_their_tokens_are_the_embedders_too() -> None:
    (found,) = sentence_vectors(FakeEmbedder(), kept=3).of(["Өфө — баш ҡала"])
    (expected,) = FakeEmbedder().encode_passages(["Өфө — баш ҡала"]).tokens

    assert found.tokens.shape == expected.shape == (4, 32)
    np.testing.assert_allclose(found.tokens, expected, rtol=1e-3)


def test_a_text_without_tokens_is_its_own_token() -> None:
    vector = np.ones(3, np.float32)

    np.testing.assert_array_equal(some_tokens(np.empty((0, 3), np.float32), vector), vector[None])
    (found,) = sentence_vectors(FakeEmbedder(), kept=3).of([" "])
    assert len(found.tokens) == 1


def test_more_sentences_than_are_kept_are_all_encoded() -> None:
    sentences = [str(number) for number in range(10)]

    found = vectors_of(sentence_vectors(FakeEmbedder(), kept=2), sentences)

    np.testing.assert_array_equal(found, FakeEmbedder().embed_passages(sentences))


def test_several_threads_share_what_is_kept() -> None:
    vectors = sentence_vectors(FakeEmbedder(), kept=5)
    sentences = [str(number) for number in range(8)]
    expected = FakeEmbedder().embed_passages(sentences)
    wrong: list[str] = []

    def read() -> None:
        for shift in range(30):
            order = [(n + shift) % 8 for n in range(8)]
            found = vectors_of(vectors, [sentences[n] for n in order])
            if not np.array_equal(found, expected[order]):
                wrong.append(str(order))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
