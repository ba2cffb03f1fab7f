"""The bundled model through ONNX Runtime is the model that sentence-transformers computes."""

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


@pytest.mark.parametrize("batch_size", [1, 3, 32])
def test_vectors_are_those_of_torch(torch_embedder: Embedder, batch_size: int) -> None:
    embedder = OnnxEmbedder(ADAPTED_SPEC, folder, batch_size)

    np.testing.assert_allclose(
        embedder.embed_passages(TEXTS), torch_embedder.embed_passages(TEXTS), rtol=0, atol=1e-5
    )
    np.testing.assert_allclose(
        embedder.embed_queries(TEXTS), torch_embedder.embed_queries(TEXTS), rtol=0, atol=1e-5
    )


@pytest.mark.parametrize("batch_size", [1, 32])
def test_tokens_and_vectors_together_are_those_of_torch(
    torch_embedder: Embedder, batch_size: int
) -> None:
    embedder = OnnxEmbedder(ADAPTED_SPEC, folder, batch_size)

    for ours, theirs in (
        (embedder.encode_passages(TEXTS), torch_embedder.encode_passages(TEXTS)),
        (embedder.encode_queries(TEXTS), torch_embedder.encode_queries(TEXTS)),
    ):
        np.testing.assert_allclose(ours.vectors, theirs.vectors, rtol=0, atol=1e-5)
        for own, other in zip(ours.tokens, theirs.tokens, strict=True):
            np.testing.assert_allclose(own, other, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(
        embedder.encode_passages(TEXTS).vectors, embedder.embed_passages(TEXTS)
    )


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


def test_the_weights_are_stored_once() -> None:
    graph, weights = folder() / "model.onnx", folder() / "model.safetensors"

    assert graph.stat().st_size < weights.stat().st_size / 100
