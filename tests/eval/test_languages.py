"""The measuring of the language detector, and what it must reach on the development texts."""

import random
from pathlib import Path

import pytest

from eval.corpora import Article, read_articles
from eval.languages.__main__ import read_questions
from eval.languages.alternatives import Detector, by_endings, by_ngrams
from eval.languages.learn import learn
from eval.languages.snippets import Labelled, halves, sentences, snippets, typed
from index.text.language import detect_language

QUESTIONS = Path(__file__).parents[2] / "eval" / "languages" / "questions.jsonl"
ARTICLES = [
    Article(
        f"n-{n}",
        {"ba": "Яңы мәктәп асылды", "ru": "Открыта новая школа"},
        {
            "ba": f"Ҡалала {n} мәктәп бар. Беҙҙең Өфө ҙур.",
            "ru": f"В городе {n} школ. Хабиров был в Уфе.",
        },
    )
    for n in range(20)
]


def test_the_questions_it_was_tuned_on_are_told_apart() -> None:
    rows = read_questions(QUESTIONS)
    assert len(rows) == len({row.text for row in rows}) == 375
    assert _share_right(rows) >= 0.98


@pytest.mark.corpora
def test_sentences_of_news_are_told_apart(corpora: Path) -> None:
    articles = read_articles(corpora / "bashinform" / "articles.dev.jsonl")
    assert _share_right(sentences(articles)) >= 0.995


def test_articles_are_parted_by_their_ids() -> None:
    first, second = halves(ARTICLES)
    assert first
    assert second
    assert halves(reversed(ARTICLES)) == (first[::-1], second[::-1])


def test_snippets_are_runs_of_words_of_either_language() -> None:
    source = sentences(ARTICLES, titles=True)
    assert {row.slice for row in source} == {
        "ba sentence", "ru sentence", "ba title", "ru title",
    }  # fmt: skip
    found = snippets(source, 500, (2, 3), seed=0)
    assert found == snippets(source, 500, (2, 3), seed=0)
    assert {row.slice for row in found} == {
        "ba full", "ba typed", "ba typed at random", "ba typed in part",
        "ru full", "ru with Bashkir names",
    }  # fmt: skip
    assert all(1 <= len(row.text.split()) <= 3 for row in found)
    assert any(row.text.endswith("мы") for row in found if row.language == "ba")


def test_bashkir_is_typed_in_one_way_or_in_several() -> None:
    rng = random.Random(0)
    ways = {typed("Ҙә ҙә", rng, consistent=True) for _ in range(100)}
    assert ways == {"Зэ зэ", "За за", "Дэ дэ", "Да да"}
    assert "Зэ да" in {typed("Ҙә ҙә", rng, consistent=False) for _ in range(100)}
    assert typed("Ҙә ҙә", rng, consistent=False, kept=1.0) == "Ҙә ҙә"


def test_learning_finds_what_tells_the_languages_apart() -> None:
    weights = learn(snippets(sentences(ARTICLES), 300, (2, 3), seed=0))
    assert weights["^мә"] > 0 > weights["^шк"]


@pytest.mark.parametrize("detect", [by_endings, by_ngrams])
def test_the_alternatives_tell_plain_cases(detect: Detector) -> None:
    assert detect("Яңы мәктәп ҡасан асыла?") == "ba"
    assert detect("Когда откроется новая школа?") == "ru"


def _share_right(rows: list[Labelled]) -> float:
    return sum(detect_language(row.text).language == row.language for row in rows) / len(rows)
