"""Vectors taken from the mean of their language."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embedding import EmbedderSpec, centring
from index.embedding.bundled import ADAPTED_SPEC
from index.embedding.centring import Centring, load_centring, save_centring
from index.embedding.protocol import Embedder, FloatMatrix
from tests.fakes import FAKE_SPEC, FakeEmbedder, fake_centring

LANGUAGES = st.sampled_from(["ba", "ru", "mixed", "other"])
MEANS = ("passages.ba", "passages.ru", "queries.ba", "queries.ru")


def unit(rows: FloatMatrix) -> FloatMatrix:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def vectors(count: int, seed: int = 0) -> FloatMatrix:
    """Return vectors of unit length about a mean that is far from zero."""
    drawn = np.random.default_rng(seed).standard_normal((count, 32))
    return unit(np.asarray(drawn / 3 + 1, np.float32))


@given(st.lists(LANGUAGES, max_size=8), st.integers(0, 99))
def test_centred_vectors_are_of_unit_length_and_of_the_same_shape(
    languages: list[str], seed: int
) -> None:
    given_ones = vectors(len(languages), seed)
    before = given_ones.copy()

    for centred in (fake_centring().queries, fake_centring().passages):
        result = centred(given_ones, languages)
        assert (result.shape, result.dtype.name) == (given_ones.shape, "float32")
        np.testing.assert_allclose(np.linalg.norm(result, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(given_ones, before)


def test_queries_and_passages_have_means_of_their_own() -> None:
    means, given_ones = fake_centring().means, vectors(2)

    for role, result in (
        ("queries", fake_centring().queries(given_ones, ["ba", "ru"])),
        ("passages", fake_centring().passages(given_ones, ["ba", "ru"])),
    ):
        away = given_ones - np.stack([means[f"{role}.ba"], means[f"{role}.ru"]])
        np.testing.assert_allclose(result, unit(away), atol=1e-6)


@pytest.mark.parametrize("language", ["mixed", "other"])
def test_text_in_neither_language_alone_is_taken_from_between_the_two(language: str) -> None:
    means, given_ones = fake_centring().means, vectors(1)

    result = fake_centring().passages(given_ones, [language])

    between = (means["passages.ba"] + means["passages.ru"]) * np.float32(0.5)
    np.testing.assert_allclose(result, unit(given_ones - between), atol=1e-6)


def test_without_means_vectors_stay_as_they_are() -> None:
    given_ones = vectors(3)

    for centred in (Centring({}).queries, Centring({}).passages):
        np.testing.assert_array_equal(centred(given_ones, ["ba", "ru", "other"]), given_ones)
    assert Centring({}).version == ""


def test_the_mean_itself_is_no_failure() -> None:
    mean = fake_centring().means["queries.ba"]

    np.testing.assert_array_equal(fake_centring().queries(mean[None], ["ba"]), [[0.0] * 32])


def test_the_version_changes_with_the_means() -> None:
    whole = fake_centring()
    changed = [Centring({**whole.means, name: whole.means[name] + 1}) for name in MEANS]
    swapped = whole.means | {
        "queries.ba": whole.means["queries.ru"],
        "queries.ru": whole.means["queries.ba"],
    }

    versions = [one.version for one in (whole, *changed, Centring(swapped), Centring({}))]

    assert len(set(versions)) == len(versions)
    assert fake_centring().version == whole.version
    assert Centring(dict(reversed(whole.means.items()))).version == whole.version


def test_the_middle_of_each_language_comes_to_zero() -> None:
    """Two clouds about two means: apart before, both about zero after."""
    texts = vectors(600)
    means = {"ba": texts[:300].mean(axis=0), "ru": -texts[300:].mean(axis=0)}
    texts[300:] *= -1
    languages = ["ba"] * 300 + ["ru"] * 300
    learned = {
        f"{role}.{name}": mean for role in ("queries", "passages") for name, mean in means.items()
    }

    centred = Centring(learned).passages(texts, languages)

    for rows in (slice(0, 300), slice(300, 600)):
        assert np.linalg.norm(texts[rows].mean(axis=0)) > 0.8
        assert np.linalg.norm(centred[rows].mean(axis=0)) < 0.1


def test_means_are_loaded_as_they_were_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(centring, "_FOLDER", tmp_path)
    spec = EmbedderSpec("a/b c", "1:2", "", "", "mean")
    assert load_centring(spec).means == {}

    save_centring(spec, fake_centring(), {"learned from": "nothing"})

    loaded = load_centring(spec)
    assert sorted(loaded.means) == sorted(MEANS)
    for name, mean in fake_centring().means.items():
        np.testing.assert_array_equal(loaded.means[name], mean)
    assert loaded.version == fake_centring().version
    assert [file.parent for file in tmp_path.rglob("*")] == [tmp_path]
    for other in (FAKE_SPEC, EmbedderSpec("a/b c", "2", "", "", "mean")):
        assert load_centring(other).means == {}


def test_the_bundled_model_has_means_and_others_have_none(real_embedder: Embedder) -> None:
    means = load_centring(ADAPTED_SPEC).means

    assert sorted(means) == sorted(MEANS)
    for mean in means.values():
        assert (mean.shape, mean.dtype.name) == ((real_embedder.dimension,), "float32")
        assert 0.5 < np.linalg.norm(mean) < 1
    assert load_centring(FakeEmbedder().spec).version == ""


def test_centring_lets_a_question_find_its_answer_in_the_other_language(
    real_embedder: Embedder,
) -> None:
    means = load_centring(real_embedder.spec)
    passages = ["Столица Башкортостана — город Уфа.", "Бөгөн Өфөлә ҡар яуҙы, һауа һалҡын булды."]
    question = real_embedder.embed_queries(["Башҡортостандың баш ҡалаһы ниндәй ҡала?"])
    texts = real_embedder.embed_passages(passages)

    plain = texts @ question[0]
    centred = means.passages(texts, ["ru", "ba"]) @ means.queries(question, ["ba"])[0]

    assert centred[0] - centred[1] > plain[0] - plain[1]
    assert centred[0] > centred[1]
