"""What is learned from: pairs of translated sentences, and articles in both languages."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.adaptation.leaks import Leak, leaks
from eval.corpora import LANGUAGES, read_articles
from eval.headlines import typed_in_russian_letters
from index.chunking import CountTokens, chunk_text
from index.text.sentences import sentence_spans

_SHORTEST, _LONGEST = 20, 400  # characters of a sentence; others are mostly misaligned


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in both languages."""

    ba: str
    ru: str


@dataclass(frozen=True, slots=True)
class Story:
    """A headline and the passages of its article, by language."""

    headlines: Mapping[str, str]
    passages: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything to learn from, and the articles that were left out as too near to dev."""

    pairs: Sequence[Pair]
    stories: Sequence[Story]
    left_out: Sequence[Leak]


def read_material(corpora: Path, count_tokens: CountTokens, passage_tokens: int) -> Material:
    """Read the train articles of ``corpora`` and their sentences, without what stands in dev."""
    folder = corpora / "bashinform"
    articles = list(read_articles(folder / "articles.train.jsonl"))
    left_out = list(leaks(articles, list(read_articles(folder / "articles.dev.jsonl"))))
    excluded = {leak.article for leak in left_out}
    stories = [
        Story(
            article.titles,
            {
                language: [
                    chunk.span.of(body)
                    for body in [article.bodies[language]]
                    for chunk in chunk_text(body, count_tokens, passage_tokens)
                ]
                for language in LANGUAGES
            },
        )
        for article in articles
        if article.id not in excluded
    ]
    return Material(_pairs(folder / "sentence_pairs.train.jsonl", excluded), stories, left_out)


def _pairs(file: Path, excluded: set[str]) -> list[Pair]:
    with file.open(encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    return [
        Pair(fields["ba"], fields["ru"])
        for fields in read
        if fields["doc_id"] not in excluded
        and all(_SHORTEST < len(fields[language]) < _LONGEST for language in LANGUAGES)
    ]


def some_typed(texts: Sequence[str], share: float, chance: random.Random) -> list[str]:
    """Return ``texts``, a ``share`` of them as typed on a Russian keyboard."""
    return [typed_in_russian_letters(t) if chance.random() < share else t for t in texts]


def some_shuffled(texts: Sequence[str], share: float, chance: random.Random) -> list[str]:
    """Return ``texts``, a ``share`` of them with their sentences in random order."""
    return [_shuffled(text, chance) if chance.random() < share else text for text in texts]


def _shuffled(text: str, chance: random.Random) -> str:
    sentences = [span.of(text) for span in sentence_spans(text)]
    chance.shuffle(sentences)
    return " ".join(sentences)
