"""From bytes and foreign strings to stored text."""

import codecs
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.errors import InvalidDocument
from index.text.normalise import decode, stored_text

# Surrogates, alone and in pairs, are what JSON escapes may bring.
ANY_TEXT = st.text(st.characters() | st.sampled_from("\ud83d\ude00\udfff\ufeff\0и\u0306е\u0308"))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))

BASHKIR = "Ҡасан? «Ҙур үҫеш» — 44 миллиард һумдан ашыу."


@given(ANY_TEXT)
@example("\ufeff\ufeff\0")
@example("\ufeffи\u0306")
def test_storing_twice_changes_nothing(text: str) -> None:
    once = stored_text(text)

    assert stored_text(once) == once


@given(ANY_TEXT)
def test_stored_text_is_nfc_and_can_be_written_as_utf_8(text: str) -> None:
    stored = stored_text(text)

    assert unicodedata.is_normalized("NFC", stored)
    assert stored.encode().decode() == stored
    assert "\0" not in stored


@given(TEXT.filter(lambda text: "\0" not in text and not text.startswith("\ufeff")))
def test_sound_text_is_only_composed(text: str) -> None:
    assert stored_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        pytest.param("и\u0306", "й", id="combining marks are composed"),
        pytest.param("\ud83d\ude00", "😀", id="a pair of surrogates is one character"),
        pytest.param("а\ud83dб", "а\ufffdб", id="a high surrogate alone"),
        pytest.param("а\ude00б", "а\ufffdб", id="a low surrogate alone"),
        pytest.param("\ude00\ud83d", "\ufffd\ufffd", id="a pair in the wrong order"),
        pytest.param("а\0б", "а\ufffdб", id="NUL"),
        pytest.param("\ufeffҠала", "Ҡала", id="a byte order mark at the beginning"),
        pytest.param("Ҡа\ufeffла", "Ҡа\ufeffла", id="a byte order mark inside stays"),
        pytest.param("Өфө  \r\n\t", "Өфө  \r\n\t", id="white space stays"),
        pytest.param("нəмə", "нəмə", id="look-alike letters stay"),
        pytest.param("ﬁ № ½", "ﬁ № ½", id="compatibility characters stay"),
    ],
)
def test_what_is_repaired_and_what_stays(given_text: str, stored: str) -> None:
    assert stored_text(given_text) == stored


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_utf_8_and_what_a_byte_order_mark_says_is_decoded(mark: bytes, encoding: str) -> None:
    assert decode(mark + BASHKIR.encode(encoding)) == BASHKIR


@given(TEXT.filter(lambda text: "\0" not in text and not text.startswith("\ufeff")))
def test_any_utf_8_is_decoded(text: str) -> None:
    assert decode(text.encode()) == text


def test_a_mixture_of_encodings_is_refused_with_the_place_of_the_fault() -> None:
    data = "Уфа — ".encode() + "столица".encode("cp1251")

    with pytest.raises(InvalidDocument) as caught:
        decode(data)

    assert caught.value.key == "document.encoding"
    assert caught.value.values == {"encoding": "UTF-8", "position": len("Уфа — ".encode())}
    assert "UTF-8" in str(caught.value)


def test_a_file_cut_inside_a_character_is_refused_with_the_place_in_the_file() -> None:
    data = codecs.BOM_UTF16_LE + "Уфа".encode("utf-16-le")[:-1]

    with pytest.raises(InvalidDocument) as caught:
        decode(data)

    assert caught.value.values == {"encoding": "UTF-16-LE", "position": 6}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"%PDF-1.4\0\x01\x02", id="NUL among ASCII"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="an image"),
        pytest.param("Уфа".encode("utf-16-le") + b" \0\0\0", id="NUL in UTF-16"),
    ],
)
def test_binary_content_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidDocument) as caught:
        decode(data)

    assert caught.value.key == "document.binary"
