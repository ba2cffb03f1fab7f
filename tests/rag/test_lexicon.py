import time

import pytest

from index.text.analysis import ANALYSER_VERSION, analyse
from rag.lexicon import (
    LEAST_PROBABILITY,
    MOST_TRANSLATIONS,
    Entry,
    Lexicon,
    lexicon_content,
    load_lexicon,
    read_lexicon,
)

ENTRIES = [
    Entry("кала", "город", 0.5, 0.4),
    Entry("кала", "столи", 0.05, 0.1),
    Entry("баш", "столи", 0.4, 0.6),
    Entry("баш", "верху", 0.001, 0.3),
    Entry("тула", "полна", 0.6, 0.5),
    Entry("улы", "тула", 0.02, 0.7),
]


def lexicon(entries: list[Entry]) -> Lexicon:
    return Lexicon((entry.line() for entry in entries), "test")


def test_translations_go_both_ways_best_first() -> None:
    assert lexicon(ENTRIES).translations("кала") == [("город", 0.5), ("столи", 0.05)]
    assert lexicon(ENTRIES).translations("столи") == [("баш", 0.6), ("кала", 0.1)]
    assert lexicon(ENTRIES).translations("яуап") == []


def test_what_is_improbable_one_way_may_be_probable_the_other() -> None:
    assert lexicon(ENTRIES).translations("баш") == [("столи", 0.4)]
    assert lexicon(ENTRIES).translations("верху") == [("баш", 0.3)]


def test_a_term_of_both_languages_is_looked_up_in_both() -> None:
    assert lexicon(ENTRIES).translations("тула") == [("улы", 0.7), ("полна", 0.6)]


def test_there_are_not_too_many_translations() -> None:
    many = [Entry("юл", f"дорог{n}", 0.1 + n / 100, 1.0) for n in range(20)]
    found = lexicon(many).translations("юл")
    assert [term for term, _ in found] == [f"дорог{19 - n}" for n in range(MOST_TRANSLATIONS)]


def test_a_term_stands_first_among_its_alternatives() -> None:
    found = lexicon(ENTRIES).alternatives("баш")
    assert list(found) == ["баш", "столи"]
    assert found["баш"] == 1.0
    assert 0.4 < found["столи"] < 1
    assert lexicon(ENTRIES).alternatives("яуап") == {"яуап": 1.0}


def test_a_file_is_read_as_it_was_written() -> None:
    content = lexicon_content(ENTRIES, "v/1", ["six entries", "of a test"])
    assert content == lexicon_content(ENTRIES, "v/1", ["six entries", "of a test"])
    read = read_lexicon(content)
    assert read.analyser == "v/1"
    assert read.translations("столи") == lexicon(ENTRIES).translations("столи")


def test_the_lexicon_is_that_of_the_analyser() -> None:
    assert load_lexicon().analyser == ANALYSER_VERSION, "run python -m eval.lexicon CORPORA"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("мәктәп", "школа"),
        ("ҡала", "город"),
        ("Рәсәй", "Россия"),
        ("Өфө", "Уфа"),
        ("Хәбиров", "Хабиров"),
        ("театр", "театральный"),
        ("больница", "дауахана"),
        ("погода", "һауа"),
        ("книга", "китап"),
    ],
)
def test_words_and_spellings_are_found_in_the_other_language(question: str, answer: str) -> None:
    (term,), (other,) = analyse(question), analyse(answer)
    found = {term.text} | {text for text, _ in load_lexicon().translations(term.text)}
    assert other.text in found


def test_probabilities_are_within_their_bounds() -> None:
    for word in "город школа район глава республика ҡала мәктәп башлыҡ".split():
        for term in analyse(word):
            for other, probability in load_lexicon().translations(term.text):
                assert other != term.text
                assert LEAST_PROBABILITY <= probability <= 1


def test_the_lexicon_is_read_in_a_moment() -> None:
    load_lexicon.cache_clear()
    started = time.process_time()
    load_lexicon()
    assert time.process_time() - started < 0.5  # 0.03 s where it was measured
