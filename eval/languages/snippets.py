"""Sentences of parallel news, and snippets of them as short and as misspelt as questions are."""

import random
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.corpora import LANGUAGES, Article
from index.text.sentences import sentence_spans

WORD = re.compile(r"[^\W\d_]+")

# What people type for the letters that a Russian keyboard lacks; the commoner more often.
_TYPED = {
    "ҡ": "к", "ғ": "г", "ҙ": "ззд", "ҫ": "с", "һ": "х", "ә": "ээа", "ө": "о", "ү": "у", "ң": "н",
}  # fmt: skip

# The yes-no particle after each last vowel.
_PARTICLES = dict.fromkeys("аыуюя", "мы") | dict.fromkeys("әеиэү", "ме") | {"о": "мо", "ө": "мө"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, the language it is in, and the kind of text it is (``slice``)."""

    text: str
    language: str
    slice: str


def halves(articles: Iterable[Article]) -> tuple[list[Article], list[Article]]:
    """Return the articles to learn from and those to measure on, parted by their ids."""
    parts: tuple[list[Article], list[Article]] = ([], [])
    for article in articles:
        parts[zlib.crc32(article.id.encode()) % 2].append(article)
    return parts


def sentences(articles: Iterable[Article], *, titles: bool = False) -> list[Labelled]:
    """Return the sentences of both languages, and the headlines where ``titles`` says so.

    The language is that of the article: a Russian quotation in a Bashkir one counts as Bashkir.
    """
    found = []
    for article in articles:
        for language in LANGUAGES:
            body = article.bodies[language]
            found += [
                Labelled(span.of(body), language, f"{language} sentence")
                for span in sentence_spans(body)
            ]
            if titles:
                found.append(Labelled(article.titles[language], language, f"{language} title"))
    return found


def snippets(
    source: Sequence[Labelled], count: int, words: tuple[int, int], seed: int
) -> list[Labelled]:
    """Return ``count`` runs of words, from ``words[0]`` to ``words[1]`` long; half in lower case.

    Two of three Bashkir ones are respelt for a Russian keyboard: throughout in one way, each letter
    as it comes, or some letters only. In one of eight Russian ones, names are Bashkir.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret depends on it
    names = _bashkir_names(source)
    found: list[Labelled] = []
    while len(found) < count:
        sentence = rng.choice(source)
        parts = sentence.text.split()
        length = rng.randint(*words)
        start = rng.randrange(max(1, len(parts) - length + 1))
        text = " ".join(parts[start : start + length])
        kind = "full"
        if sentence.language == "ba":
            if rng.random() < 1 / 12:
                text = _asked(text)
            text, kind = _respelt(text, rng)
        elif rng.random() < 1 / 8:
            text, kind = _with_names(text, names, rng), "with Bashkir names"
        if rng.random() < 0.5:
            text = text.lower()
        if WORD.search(text):
            found.append(Labelled(text, sentence.language, f"{sentence.language} {kind}"))
    return found


def typed(text: str, rng: random.Random, *, consistent: bool, kept: float = 0.0) -> str:
    """Return ``text`` on a Russian keyboard, each letter left as it is with probability ``kept``.

    ``consistent`` takes one spelling of each letter throughout.
    """
    spelling = {letter: rng.choice(choices) for letter, choices in _TYPED.items()}
    letters = []
    for letter in text:
        lower = letter.lower()
        if lower in _TYPED and rng.random() >= kept:
            new = spelling[lower] if consistent else rng.choice(_TYPED[lower])
            letters.append(new if letter == lower else new.upper())
        else:
            letters.append(letter)
    return "".join(letters)


def _asked(text: str) -> str:
    """Make a question of the text by the particle, which news hardly have: килде → килдеме."""
    bare = text.rstrip(".,:;!?…»")
    vowels = [letter for letter in bare.lower() if letter in _PARTICLES]
    return bare + _PARTICLES[vowels[-1]] if vowels and bare[-1].isalpha() else text


def _respelt(text: str, rng: random.Random) -> tuple[str, str]:
    way = rng.random()
    if way < 0.35:
        return text, "full"
    if way < 0.7:
        return typed(text, rng, consistent=True), "typed"
    if way < 0.85:
        return typed(text, rng, consistent=False), "typed at random"
    return typed(text, rng, consistent=False, kept=0.4), "typed in part"


def _with_names(text: str, names: Sequence[str], rng: random.Random) -> str:
    changed = (rng.choice(names) if word[:1].isupper() else word for word in text.split())
    return " ".join(changed)


def _bashkir_names(source: Iterable[Labelled]) -> list[str]:
    return [
        word
        for sentence in source
        if sentence.language == "ba"
        for word in WORD.findall(sentence.text)[1:]
        if word[0].isupper() and set(word.lower()) & _TYPED.keys()
    ]
