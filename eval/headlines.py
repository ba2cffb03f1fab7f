"""The headline → body benchmark: an article's headline should find its body.

Queries are the headlines of parallel articles, documents the bodies of both languages among
distractors. A headline in one language is asked of the bodies of either; in the mixed corpus, both
versions of its article are right.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.corpora import LANGUAGES, read_articles, read_corpus, version_id
from eval.errors import InvalidGold, Problem
from eval.evidence import Corpus
from index.documents import Document
from index.text.normalise import stored_text

# What people type for the Bashkir letters on a Russian keyboard.
_TYPED = str.maketrans("ҡғҙҫһәөүңҠҒҘҪҺӘӨҮҢ", "кгзсхэоунКГЗСХЭОУН")


@dataclass(frozen=True, slots=True)
class Headline:
    """A query: the headline of an article in one language."""

    article: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class HeadlineBenchmark:
    """Queries, and the documents to find them in."""

    headlines: Sequence[Headline]
    corpus: Corpus


def read_benchmark(articles: Path, distractors: Path) -> HeadlineBenchmark:
    """Read parallel articles, and documents {id, language, text} that no headline is of.

    Raises InvalidGold for a line that is neither, and for a file that is not there.
    """
    missing = [path for path in (articles, distractors) if not path.is_file()]
    if missing:
        raise InvalidGold([Problem(str(path), 0, "there is no such file") for path in missing])
    headlines = [
        Headline(article.id, language, article.titles[language])
        for article in read_articles(articles)
        for language in LANGUAGES
    ]
    others = {document.id: document for document in _read_distractors(distractors)}
    return HeadlineBenchmark(headlines, read_corpus([articles]) | others)


def relevant(headline: Headline, targets: Sequence[str]) -> set[str]:
    """Return the documents that a headline should find among those in the languages ``targets``."""
    return {version_id(headline.article, language) for language in targets}


def typed_in_russian_letters(text: str) -> str:
    """Return Bashkir text as typed on a Russian keyboard: «ҡасан» is «касан»."""
    return text.translate(_TYPED)


def _read_distractors(path: Path) -> Iterator[Document]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                fields = json.loads(line)
                text, language = stored_text(fields["text"]), fields["language"]
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidGold([Problem(path.name, number, "not a document")]) from error
            # By number: some of their own ids are longer than an id may be.
            yield Document(id=f"distractor:{number}", text=text, language=language)
