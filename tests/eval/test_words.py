"""The list of Bashkir words that nobody attests, for a native reader."""

from pathlib import Path

import pytest

from eval.stemming.press import count_words
from eval.words.__main__ import LIST
from eval.words.attesting import Unattested, as_table, unattested, words_of_messages


def test_words_of_messages_are_bashkir_words_with_their_keys() -> None:
    words = words_of_messages()
    assert "nav.documents" in words["документтар"]
    assert all(word == word.lower() for word in words)
    # No placeholder, no command, no ending of a name in Latin letters.
    assert not {"id", "yauap", "ты"} & set(words)


def test_a_word_that_is_not_attested_is_listed_with_its_nearest_relative() -> None:
    written = {"китапханаға": ["a.b"], "мәктәп": ["a.c"], "байтҡа": ["a.d", "a.e"], "я": ["a.f"]}
    counts = {"мәктәп": 5, "китапхана": 7, "китапхананы": 2, "бер": 9}
    found = unattested(written, counts)
    assert found == [
        Unattested("байтҡа", "", ("a.d", "a.e")),
        Unattested("китапханаға", "китапхана", ("a.b",)),
    ]
    assert as_table(found).splitlines()[1:] == ["байтҡа\t—\ta.d a.e", "китапханаға\tкитапхана\ta.b"]


@pytest.mark.corpora
def test_the_kept_list_is_that_of_the_messages(corpora: Path) -> None:
    found = unattested(words_of_messages(), count_words(corpora))
    made_anew = "python -m eval.words CORPORA"
    assert as_table(found) == LIST.read_text(encoding="utf-8"), made_anew
