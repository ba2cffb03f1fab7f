"""Corpora to be judged on: documents of any format the index reads, and parallel news articles.

A JSON-lines file with the fields ``doc_id, title_ba, title_ru, body_ba, body_ru`` holds parallel
articles. Each becomes two documents, ``<doc_id>:ba`` and ``<doc_id>:ru``, of the bodies alone: the
headlines are the queries of a benchmark and must not be found in the text. They are not linked as
translations, so that neither version can answer for the other.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import InvalidGold, Problem
from eval.evidence import Corpus
from index.documents import Document
from index.errors import InvalidDocument, InvalidInput
from index.readers import Unreadable, list_files, read_files
from index.settings import IndexSettings
from index.text.language import detect_language

LANGUAGES = ("ba", "ru")

_LIMITS = IndexSettings.model_construct().reading_limits()
_ARTICLE_FIELDS = frozenset(("doc_id", "title_ba", "title_ru", "body_ba", "body_ru"))


@dataclass(frozen=True, slots=True)
class Article:
    """A news article in both languages; titles and bodies by language."""

    id: str
    titles: Mapping[str, str]
    bodies: Mapping[str, str]


def read_corpus(paths: Iterable[Path]) -> dict[str, Document]:
    """Read documents from files and folders, by id.

    Raises InvalidGold with every document that cannot be read and every id that comes twice.
    """
    documents: dict[str, Document] = {}
    problems = []
    for path in paths:
        for read in _read(path):
            if isinstance(read, Problem):
                problems.append(read)
            elif read.id in documents:
                problems.append(Problem(path.name, 0, f"document id {read.id!r} is not unique"))
            else:
                documents[read.id] = read
    if problems:
        raise InvalidGold(problems)
    return documents


def read_articles(path: Path) -> Iterator[Article]:
    """Read parallel articles. Raises InvalidGold where a line is none."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            fields = _article_fields(line)
            if fields is None:
                raise InvalidGold([Problem(path.name, number, "not a parallel article")])
            yield Article(
                fields["doc_id"],
                {language: fields[f"title_{language}"] for language in LANGUAGES},
                {language: fields[f"body_{language}"] for language in LANGUAGES},
            )


def version_id(article_id: str, language: str) -> str:
    """Return the document id of one language version of an article."""
    return f"{article_id}:{language}"


def article_of(document_id: str) -> str:
    """Return what both language versions of an article share: the id without its language."""
    stem, _, suffix = document_id.rpartition(":")
    return stem if stem and suffix in LANGUAGES else document_id


def language_of(document: Document) -> str:
    """Return the language a document is declared to be in, else that of its text."""
    return document.language or detect_language(document.text).language


def fingerprint(corpus: Corpus) -> str:
    """Return a hash of all ids and texts: the same for the same documents in any order."""
    digest = hashlib.sha256()
    for identifier in sorted(corpus):
        digest.update(f"{identifier}\0{corpus[identifier].sha256}\n".encode())
    return digest.hexdigest()


def _read(path: Path) -> Iterator[Document | Problem]:
    try:
        if _holds_articles(path):
            for article in read_articles(path):
                yield from (_document(_version(article, language)) for language in LANGUAGES)
            return
        files = list_files([path]).files
    except InvalidGold as error:
        yield from error.problems
    except InvalidInput as error:
        yield Problem(path.name, 0, str(error))
    else:
        for fields in read_files(files, _LIMITS):
            yield _problem(fields) if isinstance(fields, Unreadable) else _document(fields)


def _document(fields: dict[str, Any]) -> Document | Problem:
    try:
        return Document.from_mapping(fields, _LIMITS.document_bytes)
    except InvalidDocument as error:
        return _problem(Unreadable(str(fields.get("id")), error))


def _problem(unreadable: Unreadable) -> Problem:
    return Problem(unreadable.document, 0, str(unreadable.error))


def _version(article: Article, language: str) -> dict[str, Any]:
    identifier = version_id(article.id, language)
    return {"id": identifier, "text": article.bodies[language], "language": language}


def _holds_articles(path: Path) -> bool:
    if path.suffix != ".jsonl" or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as lines:
        return _article_fields(lines.readline()) is not None


def _article_fields(line: str) -> dict[str, str] | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    if not isinstance(fields, dict) or not fields.keys() >= _ARTICLE_FIELDS:
        return None
    return fields if all(isinstance(fields[name], str) for name in _ARTICLE_FIELDS) else None


def corpus_folder(data_dir: Path, corpus: Mapping[str, Document]) -> Path:
    """Return the data folder that holds the index of a corpus, by its fingerprint."""
    return data_dir / "eval" / fingerprint(corpus)[:16]


def document_fields(document: Document) -> dict[str, Any]:
    """Return a document as ``POST /v1/documents`` takes it."""
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "language": document.language,
        "url": document.url,
        "published_at": document.published_at,
        "source": document.source,
        "metadata": dict(document.metadata),
        "translation_of": document.translation_of,
    }
