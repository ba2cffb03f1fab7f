"""The adapted model: the base and what was learned on top of it, and nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest

from index.embedding import Embedder
from index.embedding.adaptation import (
    ADAPTED,
    Adaptation,
    apply_adaptation,
    file_sha256,
    layers_digest,
    read_adaptation,
    save_adaptation,
)
from index.embedding.bundled import ADAPTED_SPEC, BASE_SPEC, bundled_folder
from index.embedding.protocol import FloatMatrix
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.errors import Damaged
from index.settings import IndexSettings

PINNED = json.loads((Path(__file__).parent / "adapted_vectors.json").read_text("utf-8"))
_MOST_BYTES = 25_000_000


def some_weights(seed: int = 0) -> dict[str, FloatMatrix]:
    chance = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (5, 4),
        "encoder.layer.0.output.dense.weight": (4, 6),
        "encoder.layer.0.output.dense.bias": (4,),
    }
    return {name: chance.normal(size=s).astype(np.float32) for name, s in shapes.items()}


def layers(weights: dict[str, FloatMatrix]) -> dict[str, FloatMatrix]:
    return {name: weight for name, weight in weights.items() if name.startswith("encoder.")}


def taught(base: dict[str, FloatMatrix], folder: Path) -> tuple[dict[str, FloatMatrix], Adaptation]:
    """Return new layers, and what is read back of their difference from ``base``."""
    chance = np.random.default_rng(1)
    new = {
        name: weight + chance.normal(scale=0.01, size=weight.shape).astype(np.float32)
        for name, weight in layers(base).items()
    }
    card = {"sha256": save_adaptation(base, new, folder)}
    (folder / "card.json").write_text(json.dumps(card))
    return new, read_adaptation(folder)


def test_what_was_learned_comes_back_to_a_hundredth_of_the_change(tmp_path: Path) -> None:
    base = some_weights()
    new, adaptation = taught(base, tmp_path)

    adapted = apply_adaptation(adaptation, base)

    assert adapted.keys() == base.keys()
    for name, weight in new.items():
        change = np.abs(weight - base[name])
        tolerance = 1e-7 if weight.ndim == 1 else change.max() / 127
        np.testing.assert_allclose(adapted[name], weight, rtol=0, atol=tolerance)
    for name in base.keys() - new.keys():
        np.testing.assert_array_equal(adapted[name], base[name])


def test_it_is_not_added_twice(tmp_path: Path) -> None:
    base = some_weights()
    _, adaptation = taught(base, tmp_path)

    with pytest.raises(Damaged) as caught:
        apply_adaptation(adaptation, apply_adaptation(adaptation, base))

    assert caught.value.key == "model.other_base"


def test_it_is_not_added_to_another_model(tmp_path: Path) -> None:
    _, adaptation = taught(some_weights(), tmp_path)

    with pytest.raises(Damaged) as caught:
        apply_adaptation(adaptation, some_weights(seed=2))

    assert caught.value.key == "model.other_base"


def test_other_embeddings_of_words_do_not_make_another_base() -> None:
    one, other = some_weights(), some_weights()
    other["embeddings.word_embeddings.weight"] += 1

    assert layers_digest(one) == layers_digest(other)


@pytest.mark.parametrize("change", ["a flipped bit", "cut short", "gone"])
def test_a_damaged_file_is_refused(tmp_path: Path, change: str) -> None:
    taught(some_weights(), tmp_path)
    file = tmp_path / "layers.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    if change == "gone":
        file.unlink()
    else:
        file.write_bytes(content if change == "a flipped bit" else content[:-9])

    with pytest.raises(Damaged):
        read_adaptation(tmp_path)


def test_the_file_that_is_shipped_is_the_one_of_its_card() -> None:
    card = json.loads((ADAPTED / "card.json").read_text("utf-8"))

    assert file_sha256() == card["sha256"]
    assert (ADAPTED / "layers.safetensors").stat().st_size <= _MOST_BYTES
    assert ADAPTED_SPEC.revision == f"{BASE_SPEC.revision}-{card['sha256'][:12]}"


def test_the_card_tells_people_the_figures_of_the_run_that_made_the_file() -> None:
    card = json.loads((ADAPTED / "card.json").read_text("utf-8"))
    told = (ADAPTED / "CARD.md").read_text("utf-8")

    assert card["sha256"] in told
    for stage in card["stages"]:
        assert stage["commit"] in told
        assert "dirty" not in stage["commit"]
    for figures in card["figures"].values():
        for figure in figures.values():
            assert f"{figure['adapted']['value']:.3f}" in told


def test_vectors_of_pinned_sentences_come_back() -> None:
    texts = list(PINNED)
    folder = bundled_folder(ADAPTED_SPEC, IndexSettings().model_dir)

    vectors = SentenceTransformerEmbedder(ADAPTED_SPEC, lambda: folder, 4).embed_queries(texts)

    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(vector, PINNED[text], rtol=0, atol=1e-4)


def test_the_adapted_model_brings_the_languages_together(real_embedder: Embedder) -> None:
    bashkir, russian, other = real_embedder.embed_passages(
        [
            "Өфөлә яңы мәктәп асылды.",
            "В Уфе открылась новая школа.",
            "В Уфе открылся новый мост.",
        ]
    )

    assert bashkir @ russian > 0.9
    assert bashkir @ russian > bashkir @ other
