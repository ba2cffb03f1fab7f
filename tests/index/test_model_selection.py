"""Which model the settings ask for, and what stands before its texts."""

import json
import socket
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding import open_embedder, sentence_transformer
from index.embedding.bundled import ADAPTED_SPEC
from index.embedding.onnx_embedder import OnnxEmbedder
from index.errors import Unavailable
from index.settings import IndexSettings


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plain-model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "config.json").write_text('{"hidden": 4}')
    (folder / "1_Pooling" / "config.json").write_text('{"mean": true}')
    return folder


class RecordingModel:
    """Stands for a loaded SentenceTransformer and keeps what it is given."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def get_embedding_dimension(self) -> int:
        return 4

    def encode(self, texts: Sequence[str], **options: object) -> object:
        self.encoded += texts
        return np.full((len(texts), 4), 0.5, np.float32)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> RecordingModel:
    model = RecordingModel()
    monkeypatch.setattr(sentence_transformer, "_load", lambda folder: model)
    return model


def test_by_default_it_is_the_bundled_model_known_before_anything_is_loaded(
    tmp_path: Path,
) -> None:
    embedder = open_embedder(IndexSettings(model_dir=tmp_path / "none"), pytest.fail)

    assert isinstance(embedder, OnnxEmbedder)
    assert embedder.spec == ADAPTED_SPEC
    assert not (tmp_path / "none").exists()


def test_the_weights_are_loaded_once(
    model_folder: Path, loaded: RecordingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[Path] = []

    def load(folder: Path) -> RecordingModel:
        loads.append(folder)
        return loaded

    monkeypatch.setattr(sentence_transformer, "_load", load)
    embedder = open_embedder(IndexSettings(model=str(model_folder)))

    embedder.embed_queries(["бер"])
    embedder.embed_passages(["ике"])

    assert loads == [model_folder]


@pytest.mark.parametrize(
    ("folder_name", "prompts", "settings", "expected"),
    [
        pytest.param("plain", {}, {}, ("", ""), id="none by default"),
        pytest.param("multilingual-e5-base", {}, {}, ("query: ", "passage: "), id="E5 by its name"),
        pytest.param(
            "plain",
            {"query": "q| ", "document": "d| "},
            {},
            ("q| ", "d| "),
            id="the model's own prompts",
        ),
        pytest.param(
            "plain", {"query": "q| ", "passage": "p| "}, {}, ("q| ", "p| "), id="passage prompt"
        ),
        pytest.param(
            "my-e5",
            {},
            {"query_prefix": "эҙлә: ", "passage_prefix": ""},
            ("эҙлә: ", ""),
            id="the settings, an empty one too",
        ),
        pytest.param(
            "my-e5", {}, {"query_prefix": "эҙлә: "}, ("эҙлә: ", "passage: "), id="one of the two"
        ),
    ],
)
def test_prefixes_stand_before_each_text(
    folder_name: str,
    prompts: dict[str, str],
    settings: dict[str, str],
    expected: tuple[str, str],
    model_folder: Path,
    loaded: RecordingModel,
) -> None:
    folder = model_folder.rename(model_folder.with_name(folder_name))
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))

    embedder = open_embedder(IndexSettings.model_validate({"model": str(folder), **settings}))
    embedder.embed_queries(["бер"])
    embedder.embed_passages(["ике", "өс"])

    query, passage = expected
    assert (embedder.spec.query_prefix, embedder.spec.passage_prefix) == expected
    assert loaded.encoded == [f"{query}бер", f"{passage}ике", f"{passage}өс"]


def test_prefixes_of_the_bundled_model_can_be_set() -> None:
    spec = open_embedder(IndexSettings(query_prefix="", passage_prefix="текст: ")).spec

    assert (spec.query_prefix, spec.passage_prefix) == ("", "текст: ")
    assert (spec.name, spec.revision) == (ADAPTED_SPEC.name, ADAPTED_SPEC.revision)


@pytest.mark.parametrize("file", ["config.json", "1_Pooling/config.json", "tokenizer.json"])
def test_another_content_of_a_file_is_another_revision(model_folder: Path, file: str) -> None:
    settings = IndexSettings(model=str(model_folder))
    before = open_embedder(settings).spec

    (model_folder / file).write_text('{"other": 1}')

    after = open_embedder(settings).spec
    assert after.revision != before.revision
    assert after.name == before.name == "plain-model"


def test_the_same_folder_elsewhere_is_the_same_model(model_folder: Path, tmp_path: Path) -> None:
    before = open_embedder(IndexSettings(model=str(model_folder))).spec
    (tmp_path / "elsewhere").mkdir()
    moved = model_folder.rename(tmp_path / "elsewhere" / model_folder.name)

    assert open_embedder(IndexSettings(model=str(moved))).spec == before


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model", "./no/such/folder"])
def test_a_name_that_nobody_knows_is_unavailable_without_a_network(name: str) -> None:
    with pytest.raises(Unavailable, match="YAUAP_MODEL") as caught:
        open_embedder(IndexSettings(model=name))

    assert caught.value.values == {"model": name}


def test_the_network_is_blocked() -> None:
    with pytest.raises(Exception, match="A test tried to use socket"):
        socket.create_connection(("192.0.2.1", 443), timeout=1)


@pytest.mark.parametrize("content", [None, "{"])
def test_a_folder_that_is_no_model_is_unavailable_at_the_first_use(
    tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "modules.json").write_text(content)
    embedder = open_embedder(IndexSettings(model=str(tmp_path)))

    with pytest.raises(Unavailable, match=r"cannot be loaded by sentence-transformers"):
        embedder.embed_queries(["яуап"])
