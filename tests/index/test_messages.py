"""The words that people see: complete in three languages, and each in its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

from index.messages import MESSAGE_LANGUAGES, MessageLanguage, catalogue, message
from index.messages import preferred_language as preferred
from index.text.language import detect_language
from index.text.wordlists import word_list

ROOT = Path(__file__).parents[2]
PACKAGES = ("index", "rag", "service", "eval")
ENGLISH = catalogue("en")
# Not keys, though they begin like one.
_OTHER = {"model.safetensors", "model.onnx", "http.disconnect", "language.jsonl"}
_FILES = (".js", ".css", ".html", ".json")
_QUOTED = re.compile(r'"([^"\n]*)"')  # of scripts and pages, which quote nothing otherwise
_CYRILLIC = re.compile(r"[\u0400-\u052f]+")
_BASHKIR_LETTER = re.compile("[ҡғҙҫһәөүң]", re.IGNORECASE)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", ["ba", "ru"])
def test_every_language_has_the_same_keys(language: MessageLanguage) -> None:
    assert set(catalogue(language)) == set(ENGLISH)


@pytest.mark.parametrize("language", ["ba", "ru"])
@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_every_language_has_the_same_placeholders(language: MessageLanguage, key: str) -> None:
    assert placeholders(catalogue(language)[key]) == placeholders(ENGLISH[key])


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_no_message_is_empty_or_has_white_space_at_its_ends(language: MessageLanguage) -> None:
    assert [
        key for key, text in catalogue(language).items() if text.strip() != text or not text
    ] == []


def test_no_bashkir_message_is_the_russian_one() -> None:
    russian = catalogue("ru")

    assert [key for key, text in catalogue("ba").items() if text == russian[key]] == []


def test_no_russian_sentence_or_word_stands_in_the_bashkir_catalogue() -> None:
    russian = word_list("ru_function") - word_list("ba_function") - {"да"}  # «текстарҙан да»
    words = re.compile(r"(?<![\w-])[^\W\d_]+")  # «Yauap-ты» ends in no word

    assert [
        (key, found)
        for key, text in catalogue("ba").items()
        if (found := russian.intersection(words.findall(text.lower())))
    ] == []
    assert [
        key
        for key, text in catalogue("ba").items()
        if len(_CYRILLIC.findall(text)) > 3 and detect_language(text).language == "ru"
    ] == []


def test_russian_messages_hold_no_bashkir_letter_and_long_bashkir_ones_do() -> None:
    bashkir, russian = catalogue("ba"), catalogue("ru")

    assert [key for key, text in russian.items() if _BASHKIR_LETTER.search(text)] == []
    assert [
        key
        for key, text in bashkir.items()
        if len(_CYRILLIC.findall(text)) > 3 and not _BASHKIR_LETTER.search(text)
    ] == []


def test_english_messages_hold_no_cyrillic() -> None:
    assert [key for key, text in ENGLISH.items() if _CYRILLIC.search(text)] == []


def _strings() -> Iterator[tuple[Path, str]]:
    """Yield every string in code and templates; of one with placeholders its beginning and «{}»."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield file, node.value
                elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                    yield file, str(node.values[0].value) + "{}"
        for file in sorted((ROOT / package).rglob("*.html.j2")):
            page = Environment(autoescape=True).parse(file.read_text(encoding="utf-8"))
            for part in page.find_all(nodes.Const):
                yield file, str(part.value)
            for joined in page.find_all(nodes.Concat):
                if isinstance(joined.nodes[0], nodes.Const):
                    yield file, str(joined.nodes[0].value) + "{}"
    for file in sorted((ROOT / "service" / "web").rglob("*")):
        if file.suffix in (".js", ".html"):
            for text in _QUOTED.findall(file.read_text(encoding="utf-8")):
                yield file, text


SECTIONS = "|".join(sorted({key.partition(".")[0] for key in ENGLISH}))


def test_every_key_in_the_code_exists() -> None:
    unknown = [
        (file.name, text)
        for file, text in _strings()
        if re.fullmatch(rf"(?:{SECTIONS})\.[a-z_]+", text)
        and text not in {*ENGLISH, *_OTHER}
        and not text.endswith(_FILES)
    ]

    assert unknown == []


def test_every_message_is_used_in_the_code() -> None:
    texts = [text for _, text in _strings()]
    whole = set(texts)
    begun = tuple(t.removesuffix("{}") for t in texts if re.fullmatch(rf"(?:{SECTIONS})\.{{}}", t))

    assert [key for key in ENGLISH if key not in whole and not key.startswith(begun)] == []


def test_the_scan_finds_keys_and_beginnings_of_keys() -> None:
    texts = {text for _, text in _strings()}

    assert {"document.binary", "snapshot.mismatch", "talk.{}", "answer.{}"} <= texts
    assert {"console.sign_out", "nav.{}"} <= texts  # of templates


def test_a_message_is_filled() -> None:
    assert message("document.unknown", "ru", id="a{b}") == "Документа «a{b}» нет."


def test_an_unknown_key_is_a_mistake_in_the_code() -> None:
    with pytest.raises(KeyError):
        message("document.nothing", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ba", "ba"),
        ("ba-RU, ru;q=0.8", "ba"),
        ("ru;q=0.8, ba;q=0.9", "ba"),
        ("ru;q=0.9, ba;q=0.8", "ru"),
        ("ru_RU.UTF-8", "ru"),
        ("RU", "ru"),
        ("de, fr;q=0.5", "en"),
        ("de, ru;q=0.1", "ru"),
        ("ba;q=0, ru;q=0.1", "ru"),
        ("ba;q=x, ru", "ru"),
        ("", "en"),
        (",;=;,", "en"),
        ("C.UTF-8", "en"),
        ("*", "en"),
        ("bar, rum", "en"),
    ],
)
def test_the_best_of_our_languages_is_chosen(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_default_is_taken_where_none_of_ours_is_named() -> None:
    assert preferred("de", default="ba") == "ba"
