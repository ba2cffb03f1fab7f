import json
import re
import unicodedata
from collections import Counter
from functools import cache

import pytest

from eval.datasets import read_gold
from eval.validate import GOLD_FOLDER

BASHKIR_LETTERS = set("ҡғҙҫһәөүң")
TATAR_LETTERS = set("әөүҗңһ")
KAZAKH_LETTERS = set("әғқңөұүһі")

# slice → (languages it may hold, least number of questions)
SLICES = {
    "ba_letters": ({"ba"}, 80),
    "ba_typed": ({"ba"}, 40),
    "ba_plain": ({"ba"}, 40),
    "ru": ({"ru"}, 160),
    "name": ({"ba", "ru"}, 12),
    "tt": ({"other"}, 16),
    "kk": ({"other"}, 10),
    "latin": ({"other"}, 10),
    "neighbour": ({"other"}, 8),
}


@cache
def questions() -> list[dict[str, str]]:
    lines = (GOLD_FOLDER / "language.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == "", "the file ends in one line end"
    return [json.loads(line) for line in lines]


def texts(part: str) -> list[str]:
    return [line["text"] for line in questions() if line["slice"] == part]


def holds(text: str, letters: set[str]) -> bool:
    return not letters.isdisjoint(text.lower())


def wording(text: str) -> str:
    """What is left of a question when case and punctuation are not looked at."""
    return " ".join(re.findall(r"\w+", text.lower())) or text


def test_every_line_has_the_same_fields() -> None:
    for line in questions():
        assert list(line) == ["id", "text", "language", "slice"]
        number = line["id"].removeprefix(line["slice"].replace("_", "-"))
        assert re.fullmatch(r"-\d{3}", number), line["id"]


def test_ids_and_wordings_are_unique() -> None:
    ids = Counter(line["id"] for line in questions())
    wordings = Counter(wording(line["text"]) for line in questions())
    assert [name for counts in (ids, wordings) for name, n in counts.items() if n > 1] == []


def test_questions_are_short_and_clean() -> None:
    for line in questions():
        text = line["text"]
        assert text == unicodedata.normalize("NFC", " ".join(text.split())), line["id"]
        assert 1 <= len(text.split()) <= 9, line["id"]


def test_slices_are_large_enough_and_of_their_language() -> None:
    assert {line["slice"] for line in questions()} == set(SLICES)
    for part, (languages, least) in SLICES.items():
        found = [line["language"] for line in questions() if line["slice"] == part]
        assert set(found) == languages, part
        assert len(found) >= least, part


def test_languages_are_balanced() -> None:
    counts = Counter(line["language"] for line in questions())
    assert min(counts["ba"], counts["ru"]) >= 160
    assert counts["other"] >= 40
    assert abs(counts["ba"] - counts["ru"]) <= 0.1 * (counts["ba"] + counts["ru"])


def test_half_of_the_bashkir_questions_hold_no_bashkir_letter() -> None:
    bashkir = [line["text"] for line in questions() if line["language"] == "ba"]
    without = sum(not holds(text, BASHKIR_LETTERS) for text in bashkir)
    assert without >= 80
    assert without >= len(bashkir) / 2


@pytest.mark.parametrize(
    ("part", "bashkir_letters"), [("ba_letters", True), ("ba_typed", False), ("ba_plain", False)]
)
def test_bashkir_slices_are_what_they_are_called(part: str, bashkir_letters: bool) -> None:
    assert [text for text in texts(part) if holds(text, BASHKIR_LETTERS) != bashkir_letters] == []


def test_a_name_is_bashkir_when_it_holds_a_bashkir_letter() -> None:
    for line in questions():
        if line["slice"] == "name":
            assert (line["language"] == "ba") == holds(line["text"], BASHKIR_LETTERS), line["id"]


def test_no_cyrillic_in_the_latin_slice() -> None:
    for text in texts("latin"):
        assert not any("CYRILLIC" in unicodedata.name(letter, "") for letter in text), text


@pytest.mark.parametrize(("part", "letters"), [("tt", TATAR_LETTERS), ("kk", KAZAKH_LETTERS)])
def test_near_misses_come_with_their_letters_and_without(part: str, letters: set[str]) -> None:
    assert {holds(text, letters) for text in texts(part)} == {True, False}


def test_punctuation_and_case_vary() -> None:
    for part in ("ba_letters", "ba_typed", "ba_plain", "ru"):
        asked = texts(part)
        assert 0.1 < sum(text.endswith("?") for text in asked) / len(asked) < 0.9, part
        assert 0.1 < sum(text[0].islower() for text in asked) / len(asked) < 0.9, part


def test_no_question_of_the_other_gold_sets_is_among_them() -> None:
    answered = read_gold([GOLD_FOLDER / "seeds.jsonl", GOLD_FOLDER / "news.jsonl"])
    asked = {wording(line["text"]) for line in questions()}
    assert asked.isdisjoint(wording(question.text) for question in answered)
