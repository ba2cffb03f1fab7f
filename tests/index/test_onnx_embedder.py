"""The bundled model in 8 bits through ONNX Runtime, beside what sentence-transformers computes."""

from pathlib import Path

import numpy as np
import pytest

from index.embedding import Embedder
from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.settings import IndexSettings

TEXTS = [
    "",
    "ул",
    "Ҡалаҡ, ғаилә, ҙур, көҫ, һауа, әсә, өй, үҙән, яңы; ҠАЛА, ҒАИЛӘ, ҘУР.",
    "«ОПОРА России» — дөйөм Рәсәй йәмәғәт ойошмаһы; „тырнаҡтар“, 3,5–4,0 °C…",
    "К 2030 году в стране должно появиться 25 городков, а к 2036 году — 40 (+60 %). " * 5,
    "Инновацион продукция күләме үткән йыл буйынса 44 миллиард һумдан ашыу тәшкил итте. " * 8,
    "иртәгә ямғыр яуа " * 400,
    "<s> 😀\u200b\t</s> <pad> Был   хаҡта\nматбуғат хеҙмәте хәбәр итә",
]


def folder() -> Path:
    return bundled_folder(ADAPTED_SPEC, IndexSettings().model_dir)


@pytest.fixture(scope="module")
def torch_embedder() -> Embedder:
    return SentenceTransformerEmbedder(ADAPTED_SPEC, folder, batch_size=4)


def test_vectors_are_near_those_of_torch(torch_embedder: Embedder, real_embedder: Embedder) -> None:
    some = TEXTS[1:]
    for ours, theirs in (
        (real_embedder.encode_passages(some), torch_embedder.encode_passages(some)),
        (real_embedder.encode_queries(some), torch_embedder.encode_queries(some)),
    ):
        assert np.sum(ours.vectors * theirs.vectors, axis=1).min() > 0.98
        for own, other in zip(ours.tokens, theirs.tokens, strict=True):
            assert own.shape == other.shape
            lengths = np.linalg.norm(own, axis=1) * np.linalg.norm(other, axis=1)
            assert np.mean(np.sum(own * other, axis=1) / lengths) > 0.95


def test_a_text_has_one_vector_whatever_it_is_computed_with(real_embedder: Embedder) -> None:
    together = real_embedder.encode_passages(TEXTS)

    np.testing.assert_array_equal(real_embedder.embed_passages(TEXTS[::-1])[::-1], together.vectors)
    for text, vector, tokens in zip(TEXTS, together.vectors, together.tokens, strict=True):
        np.testing.assert_array_equal(real_embedder.embed_passages([text])[0], vector)
        np.testing.assert_array_equal(real_embedder.encode_passages([text]).tokens[0], tokens)


def test_no_texts_have_no_vectors(real_embedder: Embedder) -> None:
    assert real_embedder.embed_passages([]).shape == (0, real_embedder.dimension)
    assert real_embedder.encode_queries([]).vectors.shape == (0, real_embedder.dimension)


def test_tokens_have_a_vector_each_and_neither_prefix_nor_marks(real_embedder: Embedder) -> None:
    some = TEXTS[1:6]  # whole, and without marks of the model's own
    counts = real_embedder.count_tokens(some)

    assert [len(own) for own in real_embedder.encode_passages(some).tokens] == counts
    assert [len(own) for own in real_embedder.encode_queries(some).tokens] == counts
    whole = real_embedder.encode_passages(["иртәгә ямғыр яуа " * 400]).tokens[0]
    assert len(whole) < real_embedder.max_tokens


def test_tokens_are_those_of_transformers(
    torch_embedder: Embedder, real_embedder: Embedder
) -> None:
    assert isinstance(real_embedder, OnnxEmbedder)
    assert real_embedder.max_tokens == torch_embedder.max_tokens
    assert real_embedder.dimension == torch_embedder.dimension
    assert real_embedder.count_tokens(TEXTS) == torch_embedder.count_tokens(TEXTS)
    for text in TEXTS:
        for count in (1, 5, 60):
            beginning = torch_embedder.first_tokens(text, count)
            assert real_embedder.first_tokens(text, count) == beginning


def test_words_and_norms_are_stored_once() -> None:
    graph, weights = folder() / "model.onnx", folder() / "model.safetensors"

    assert graph.stat().st_size < weights.stat().st_size / 20
