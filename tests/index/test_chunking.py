"""Chunks: whole sentences that fit the model, nothing lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunking import Chunk, chunk_text
from index.embedding import Embedder
from index.text.normalise import stored_text
from index.text.sentences import sentence_spans
from tests.conftest import SEEDS
from tests.fakes import FakeEmbedder

count_tokens = FakeEmbedder().count_tokens

_PIECES = st.sampled_from(["Өфө. ", "Кто это? ", "слово ", "\n", "   ", "😀", "!" * 60, "а" * 300])
ANY_TEXT = st.text() | st.lists(_PIECES | st.text(max_size=5), max_size=40).map("".join)
LIMITS = st.integers(min_value=1, max_value=40)


def texts(chunks: list[Chunk], text: str) -> list[str]:
    return [chunk.span.of(text) for chunk in chunks]


@given(ANY_TEXT, LIMITS)
def test_nothing_but_white_space_lies_between_chunks_that_stand_in_order(
    text: str, limit: int
) -> None:
    chunks = chunk_text(text, count_tokens, limit)

    edges = [0, *(edge for c in chunks for edge in (c.span.start, c.span.end)), len(text)]
    assert edges == sorted(edges)
    assert all(text[end:start].strip() == "" for end, start in zip(*[iter(edges)] * 2, strict=True))


@given(ANY_TEXT, LIMITS)
def test_no_chunk_is_longer_than_the_limit_or_empty(text: str, limit: int) -> None:
    chunks = chunk_text(text, count_tokens, limit)

    assert all(count <= limit for count in count_tokens(texts(chunks, text)))
    assert all(chunk == chunk.strip() != "" for chunk in texts(chunks, text))


@given(st.lists(st.sampled_from(["Өфөлә ямғыр яуа.", "Кто это?", "Ул килде!"])))
def test_a_sentence_that_fits_is_never_broken(sentences: list[str]) -> None:
    text = " ".join(sentences)

    chunks = chunk_text(text, count_tokens, 8)

    edges = {edge for chunk in chunks for edge in (chunk.span.start, chunk.span.end)}
    assert edges <= {edge for s in sentence_spans(text) for edge in (s.start, s.end)}


def test_sentences_are_gathered_while_they_fit() -> None:
    text = "Раз два. Три четыре. Пять шесть."

    assert texts(chunk_text(text, count_tokens, 9), text) == [
        "Раз два. Три четыре.",
        "Пять шесть.",
    ]


def test_a_giant_word_is_cut_and_kept_whole_in_the_sum() -> None:
    word = "ҡ" * 10_000
    text = f"Башы. {word} Аҙағы."

    chunks = texts(chunk_text(text, count_tokens, 32), text)

    assert "".join(chunks).replace(" ", "") == text.replace(" ", "")
    assert max(count_tokens(chunks)) <= 32


def test_a_long_sentence_is_cut_at_white_space() -> None:
    text = "слово " * 500

    chunks = texts(chunk_text(text, count_tokens, 32), text)

    assert {word for chunk in chunks for word in chunk.split()} == {"слово"}
    assert len(chunks) > 30


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" + " " * 10_000 + "а б в г д е ё ж з и " * 30, id="dense at its end"),
        pytest.param("а" * 2_000 + "!" * 500 + " конец", id="dense in its middle"),
    ],
)
def test_a_long_sentence_of_uneven_density_is_cut_until_each_part_fits(text: str) -> None:
    chunks = texts(chunk_text(text, count_tokens, 32), text)

    assert max(count_tokens(chunks)) <= 32


@pytest.mark.parametrize("text", ["", " \n\t\u00a0"])
def test_no_text_has_no_chunk(text: str) -> None:
    assert chunk_text(text, count_tokens, 32) == []


def test_a_chunk_is_in_the_language_of_its_sentences() -> None:
    text = "Өфөлә яңы мәктәп асылды. Министр открыл школу в городе."

    apart = chunk_text(text, count_tokens, 12)
    together = chunk_text(text, count_tokens, 40)

    assert [chunk.language for chunk in apart] == ["ba", "ru"]
    assert [chunk.language for chunk in together] == ["mixed"]


@pytest.mark.parametrize("file", sorted(SEEDS.glob("*.txt")), ids=lambda file: file.stem[:3])
def test_chunks_of_the_seeds_fit_the_model(file: Path, real_embedder: Embedder) -> None:
    text = stored_text(file.read_text(encoding="utf-8"))

    chunks = texts(chunk_text(text, real_embedder.count_tokens, 192), text)

    counts = real_embedder.count_tokens(chunks)
    assert max(counts) <= 192
    assert sum(counts) / len(counts) > 100
