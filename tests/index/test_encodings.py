"""Encodings of the Russian past, and text that was once read in the wrong one."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.encodings import LEGACY, legacy_encoding, plausibility, without_mojibake

SEEDS = Path(__file__).parents[2] / "seeds"
# Of the Russian seed, which holds what all the old encodings have.
RUSSIAN = re.sub("[«»—–]", '"', (SEEDS / "002_cef33e01a01188d3.txt").read_text(encoding="utf-8"))
BASHKIR = (SEEDS / "000_f00c0aadca1db42a.txt").read_text(encoding="utf-8")


def snippets(text: str, length: int) -> list[str]:
    parts = [text[i : i + length] for i in range(0, min(len(text), 12_000), length)]
    return [part for part in parts if sum(c >= "\x80" for c in part) > 0.6 * length]


def read_as(text: str, encoding: str) -> str:
    """Return what a program shows that takes the bytes to be in this encoding."""
    return text.encode(encoding, "replace").decode(encoding)


@pytest.mark.parametrize("encoding", LEGACY)
@pytest.mark.parametrize(("length", "share"), [(12, 0.95), (60, 0.98), (200, 1.0)])
def test_an_encoding_is_told_from_a_few_words(encoding: str, length: int, share: float) -> None:
    texts = [read_as(text, encoding) for text in snippets(RUSSIAN, length)]
    data = [text.encode(encoding) for text in texts]

    told = [legacy_encoding(d) for d in data]
    right = [
        name is not None and d.decode(name) == text
        for text, d, name in zip(texts, data, told, strict=True)
    ]

    assert len(right) > 10
    assert sum(right) >= share * len(right)


@pytest.mark.parametrize("wrong", ["cp1251", "latin-1", "cp866", "koi8-r", "mac-cyrillic"])
@pytest.mark.parametrize("text", [RUSSIAN, BASHKIR], ids=["ru", "ba"])
def test_utf_8_read_in_another_encoding_is_repaired(text: str, wrong: str) -> None:
    for sound in snippets(text, 60):
        broken = sound.encode().decode(wrong, "replace")

        assert without_mojibake(broken) == sound


@pytest.mark.parametrize("right", LEGACY)
@pytest.mark.parametrize("wrong", [*LEGACY, "latin-1"])
def test_old_encodings_read_as_each_other_are_repaired(right: str, wrong: str) -> None:
    text = read_as(RUSSIAN, right)
    broken = text.encode(right).decode(wrong, "replace")

    assert without_mojibake(broken) == text


@pytest.mark.parametrize(
    "text",
    [
        "Ҡасан? «Ҙур үҫеш» — 44 миллиард һумдан ашыу.",
        "Қазақстан Республикасы — Орталық Азиядағы мемлекет.",
        "Київ є столицею України; ґанок, їжак.",
        "Café crème à la française, très déjà vu",
        "日本語テキスト и русский текст",
        "БашТВ, ВКонтакте, «СберБанк», Ёж…",
        "x² + y² ≠ 5·π → ∞ ≈ 3×10⁵ ± ½",
        "🐝 Пчёлы ► мёд ✓ 100 %",
        "ПРИКАЗ № 5 О НАЗНАЧЕНИИ",
        "─┬─ Таблица ─┬─",
        "",
    ],
)
def test_sound_text_stays(text: str) -> None:
    assert without_mojibake(text) == text
    assert without_mojibake(50 * f"{text}\n") == 50 * f"{text}\n"


def test_words_in_capitals_stay() -> None:
    words = sorted(set(re.findall(r"[^\W\d_]+", RUSSIAN + BASHKIR)))
    assert len(words) > 500

    assert [word for word in words if without_mojibake(word.upper()) != word.upper()] == []


@pytest.mark.parametrize(
    "text",
    [
        "СЪЕЗД",
        "ОБЪЯВЛЕНИЕ",
        "ЮБИЛЕЙ",
        "ФИЛЬМ ЮБИЛЕЙ",
        "ЭКЗАМЕН",
        "ОБЪЁМ",
        "ОТЧЁТ",
        "ЁЛКА",
        "ФСБ РФ",
        "ФЁДОР ШАЛЯПИН",
        "ЧЁРНЫЙ ЮМОР",
        "Съёмки ЭШЭ",
        "ӨФӨ",
        "ЭШСЕ",
        "ҚАЗАҚСТАН РЕСПУБЛИКАСЫНЫҢ ҮКІМЕТІ",
        "ФЦП ЖКХ ГКЧС ЮФО ЦФО ЮАО ЦБ РФ",
        "GRÖSSE ÜBER STRASSE",
    ],
)
def test_short_text_in_capitals_stays(text: str) -> None:
    assert without_mojibake(text) == text


@pytest.mark.parametrize(("wrong", "right"), [("cp1251", "koi8-r"), ("koi8-r", "cp1251")])
def test_small_letters_that_became_capitals_are_repaired(wrong: str, right: str) -> None:
    for sound in snippets(read_as(RUSSIAN.lower(), right), 200):
        assert without_mojibake(sound.encode(right).decode(wrong)) == sound


def test_capitals_in_an_old_encoding_are_told() -> None:
    for sound in snippets(read_as(RUSSIAN.upper(), "cp1251"), 200):
        assert legacy_encoding(sound.encode("cp1251")) == "cp1251"


def test_one_odd_character_proves_nothing() -> None:
    text = "\x1b]0;чужой заголовок\x07\x9b31m Ташбулат"

    assert without_mojibake(text) == text


def test_sound_lines_among_broken_ones_stay() -> None:
    broken = "Столица Башкортостана — Уфа".encode().decode("cp1251", "replace")

    assert without_mojibake(f"{broken}\nASCII\nУфа") == "Столица Башкортостана — Уфа\nASCII\nУфа"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_out_as_text(text: str) -> None:
    without_mojibake(text).encode()


@given(st.binary(max_size=300))
def test_any_bytes_are_in_an_encoding_or_in_none(data: bytes) -> None:
    assert legacy_encoding(data) in (None, "utf-16-le", "utf-16-be", *LEGACY)


def test_sound_text_is_far_more_plausible_than_broken() -> None:
    for sound in snippets(RUSSIAN, 60):
        assert plausibility(sound) > -4.5 > plausibility(sound.encode().decode("latin-1"))
