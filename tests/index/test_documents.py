"""What a document must be like, whichever door it takes."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Document, check_id, rfc3339
from index.errors import InvalidDocument
from index.text.encodings import without_mojibake
from index.text.normalise import stored_text

LIMIT = 1000
ANY_TEXT = st.text(st.characters() | st.sampled_from("\ud83d\0"))
# Whatever JSON can say.
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "id", "title", "text", "language", "url", "published_at", "source", "metadata",
    "translation_of",
)  # fmt: skip


def document(**fields: Any) -> Document:
    return Document.from_mapping({"text": "Өфө ҡалаһы.", **fields}, LIMIT)


def refusal(**fields: Any) -> InvalidDocument:
    with pytest.raises(InvalidDocument) as caught:
        document(**fields)
    return caught.value


def test_all_fields_are_taken_over() -> None:
    given_fields: dict[str, Any] = {
        "id": "news/2024:1 — ҡала",
        "title": "Өфө",
        "text": "Өфө ҡалаһы.",
        "language": "ba",
        "url": "https://example.org/1",
        "published_at": "2024-02-15T09:30:00Z",
        "source": "Башинформ",
        "metadata": {"rubric": "ҡала", "page": 3, "share": 0.5, "front": True},
        "translation_of": "news/2024:2",
    }

    assert Document.from_mapping(given_fields, LIMIT) == Document(**given_fields)


def test_text_alone_is_enough() -> None:
    taken = document()

    assert (taken.title, taken.language, taken.url, taken.published_at) == (None,) * 4
    assert (taken.source, taken.metadata, taken.translation_of) == (None, {}, None)


@pytest.mark.parametrize("field", [f for f in FIELDS if f != "text"])
def test_null_is_as_if_the_field_were_absent(field: str) -> None:
    taken, without = document(**{field: None, "source": "a"}), document(source="a")

    assert {f: getattr(taken, f) for f in FIELDS if f not in ("id", field)} == {
        f: getattr(without, f) for f in FIELDS if f not in ("id", field)
    }


def test_the_hash_is_of_the_stored_text_in_utf_8() -> None:
    taken = document(text="\ufeffи\u0306од")

    assert taken.text == "йод"
    assert taken.sha256 == hashlib.sha256("йод".encode()).hexdigest()


def test_a_bad_translation_of_is_told_of_the_document_that_has_it() -> None:
    with pytest.raises(InvalidDocument) as refused:
        document(id="ba-1", translation_of="x" * 201)

    assert refused.value.document == "ba-1"


def test_a_field_whose_name_is_no_text_is_told_in_a_way_that_can_be_sent() -> None:
    with pytest.raises(InvalidDocument) as refused:
        document(**{"\ud800": "x"})

    refused.value.in_language("ba").encode()


def test_without_an_id_it_is_a_hash_of_the_content() -> None:
    same = {document(title="а").id, document(title="а").id}

    assert len(same) == 1
    assert same.isdisjoint({document(title="б").id, document(title="а", source="x").id})
    check_id(same.pop())


@pytest.mark.parametrize("text", [None, 5, ["текст"], {"a": "б"}, True])
def test_text_that_is_not_a_string_is_refused(text: object) -> None:
    assert refusal(text=text, id="a").key == "document.no_text"
    assert refusal(text=text, id="a").document == "a"


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(InvalidDocument) as caught:
        Document.from_mapping({"id": "a"}, LIMIT)

    assert caught.value.key == "document.no_text"


@pytest.mark.parametrize("text", ["", " \n\t", "…", "\0\0", "\ufeff", "\ud800", "😀 — !?"])
def test_a_text_without_letter_or_digit_is_refused(text: str) -> None:
    assert refusal(text=text).key == "document.empty"


def test_a_text_is_measured_in_bytes_of_utf_8() -> None:
    assert document(text="ҡ" * (LIMIT // 2)).text == "ҡ" * (LIMIT // 2)

    error = refusal(text="ҡ" * (LIMIT // 2) + "a")
    assert error.key == "document.too_large"
    assert error.values == {"limit": LIMIT}
    assert refusal(text="a" * (LIMIT + 1)).key == "document.too_large"


@pytest.mark.parametrize(
    "identifier",
    ["", "x" * 201, "a\nb", "a\tb", "\0", "a\u200bb", "\u202eabc", "a\u0085", "\ufeffa", "a\ud800"],
)
def test_an_id_that_cannot_be_printed_or_is_too_short_or_long_is_refused(identifier: str) -> None:
    assert refusal(id=identifier).key == "document.id"
    assert refusal(translation_of=identifier).key == "document.id"


@pytest.mark.parametrize("identifier", ["a", "x" * 200, "a/b:c", "ҡала 1", "😀", "%2F", "'; --"])
def test_any_other_id_is_taken_to_the_letter(identifier: str) -> None:
    assert document(id=identifier).id == identifier
    assert document(translation_of=identifier).translation_of == identifier


def test_an_id_with_combining_marks_is_composed() -> None:
    assert document(id="и\u0306од.txt").id == "йод.txt"


@pytest.mark.parametrize("field", ["id", "title", "url", "source", "translation_of"])
@pytest.mark.parametrize("value", [5, ["a"], {"a": "b"}, True, "x" * 2001])
def test_a_field_that_is_not_a_short_string_is_refused(field: str, value: object) -> None:
    error = refusal(**{field: value})

    assert error.key == "document.field"
    assert error.values == {"field": field, "limit": 2000}


@pytest.mark.parametrize("field", ["title", "url", "source"])
def test_strings_are_repaired_and_empty_ones_are_none(field: str) -> None:
    assert getattr(document(**{field: "и\u0306\ud800"}), field) == "й\ufffd"
    assert getattr(document(**{field: ""}), field) is None


def test_a_title_is_trimmed() -> None:
    assert document(title="  Өфө \n").title == "Өфө"
    assert document(title=" \n").title is None


@pytest.mark.parametrize("field", ["autor", "Text", "", "x" * 500])
def test_an_unknown_field_is_refused_by_name(field: str) -> None:
    error = refusal(**{field: "а", "id": "known"})

    assert error.key == "document.unknown_field"
    assert error.values == {"field": field[:80]}
    assert error.document == "known"


@pytest.mark.parametrize("language", ["ba", "ru", "mixed", "other"])
def test_a_declared_language_is_kept(language: str) -> None:
    assert document(language=language).language == language


@pytest.mark.parametrize("language", ["en", "BA", 5, ["ba"], {"a": 1}])
def test_another_declared_language_is_refused(language: object) -> None:
    assert refusal(language=language).key == "document.language"


@pytest.mark.parametrize(
    ("date", "stored"),
    [
        ("2024-02-15", "2024-02-15T00:00:00Z"),
        ("2024-02-15T09:30:00Z", "2024-02-15T09:30:00Z"),
        ("2024-02-15T09:30:00+05:00", "2024-02-15T04:30:00Z"),
        ("2024-02-15 09:30", "2024-02-15T09:30:00Z"),
        ("2024-02-15T09:30:00.999Z", "2024-02-15T09:30:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_date_is_stored_as_rfc_3339_in_utc(date: str, stored: str) -> None:
    assert document(published_at=date).published_at == stored
    assert rfc3339(stored) == stored


@pytest.mark.parametrize(
    "date",
    ["вчера", "15.02.2024", "2024-W01", "2024-W01-1", "20240101", "2024-01-01X10:00",
     "2024-13-01", "2024-02-30", 1708000000, ["2024-02-15"],
     "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"],
)  # fmt: skip
def test_anything_else_is_no_date(date: object) -> None:
    assert refusal(published_at=date).key == "document.date"


@pytest.mark.parametrize(
    "metadata",
    [
        "text",
        ["a"],
        5,
        {"a": None},
        {"a": ["b"]},
        {"a": {"b": "c"}},
        {"a": "x" * 20_000},
        {"a": float("nan")},
        {"a": float("inf")},
    ],
)
def test_metadata_that_is_no_short_object_of_scalars_is_refused(metadata: object) -> None:
    assert refusal(metadata=metadata).key == "document.metadata"


def test_metadata_is_repaired_like_text() -> None:
    assert document(metadata={"й\ud800": "и\u0306\0"}).metadata == {"й\ufffd": "й\ufffd"}


@given(st.dictionaries(st.sampled_from(FIELDS) | ANY_TEXT, ANY_JSON, max_size=6))
def test_any_json_object_is_a_sound_document_or_refused(fields: dict[str, Any]) -> None:
    try:
        taken = Document.from_mapping(fields, LIMIT)
    except InvalidDocument as refused:
        refused.to_json().encode()
        return
    check_id(taken.id)
    assert taken.text == stored_text(taken.text)
    for name in ("title", "url", "source", "text"):
        value = getattr(taken, name)
        assert value is None or value.encode().decode() == value


@given(ANY_TEXT, ANY_TEXT)
def test_any_strings_in_a_document_come_out_as_stored(title: str, letters: str) -> None:
    taken = document(title=title, text="ҡ" + letters, metadata={"k": letters})

    assert taken.text == stored_text(without_mojibake("ҡ" + letters))
    assert (taken.title or "") == without_mojibake(stored_text(title)).strip()
    assert taken.metadata == {"k": stored_text(letters)}


@pytest.mark.parametrize("field", ["title", "url", "source", "language", "published_at"])
def test_an_empty_field_is_as_good_as_none(field: str) -> None:
    assert getattr(document(**{field: ""}), field) is None
