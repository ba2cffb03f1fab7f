import json
from pathlib import Path

import pytest

from eval.corpora import article_of, fingerprint, language_of, read_articles, read_corpus
from eval.errors import InvalidGold
from index.documents import Document

ARTICLE = {
    "doc_id": "n-1",
    "title_ba": "Башлыҡ",
    "title_ru": "Заголовок",
    "body_ba": "Яңылыҡ тексы.",
    "body_ru": "Текст новости.",
}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_an_article_becomes_two_documents_without_headline_or_link(tmp_path: Path) -> None:
    corpus = read_corpus([write(tmp_path / "articles.jsonl", ARTICLE)])
    assert set(corpus) == {"n-1:ba", "n-1:ru"}
    assert corpus["n-1:ba"].text == "Яңылыҡ тексы."
    assert corpus["n-1:ru"].language == "ru"
    assert all(d.title is None and d.translation_of is None for d in corpus.values())


def test_a_line_that_is_no_article_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "articles.jsonl", ARTICLE, {"doc_id": "n-2"})
    with pytest.raises(InvalidGold, match=r"articles\.jsonl:2"):
        list(read_articles(path))


def test_documents_of_any_format_the_index_reads(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("Текст.", encoding="utf-8")
    rows = write(tmp_path / "rows.jsonl", {"id": "b", "text": "и\u0306ыл", "language": "ba"})
    corpus = read_corpus([tmp_path / "texts", rows])
    assert corpus["a.txt"].text == "Текст."
    assert corpus["b"].text == "йыл"  # as it is stored


def test_every_bad_document_is_reported(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "один"}, {"id": "a", "text": "два"}, {"id": "c", "text": 3}]
    with pytest.raises(InvalidGold) as caught:
        read_corpus([write(tmp_path / "rows.jsonl", *rows), tmp_path / "absent"])
    assert len(caught.value.problems) == 3


def test_both_versions_of_an_article_are_one_cluster() -> None:
    assert article_of("n-1:ba") == article_of("n-1:ru") == "n-1"
    assert article_of("a.txt") == "a.txt"
    assert article_of("at:noon") == "at:noon"


def test_a_declared_language_goes_before_a_guessed_one() -> None:
    assert language_of(Document(id="a", text="Это русский текст.", language="ba")) == "ba"
    assert language_of(Document(id="a", text="Это русский текст о погоде.")) == "ru"


def test_the_fingerprint_is_of_ids_and_texts_in_any_order() -> None:
    a, b = Document(id="a", text="один"), Document(id="b", text="два")
    changed = Document(id="b", text="три")
    assert fingerprint({"a": a, "b": b}) == fingerprint({"b": b, "a": a})
    assert fingerprint({"a": a, "b": b}) != fingerprint({"a": a, "b": changed})
    assert fingerprint({"a": a, "b": b}) != fingerprint({"a": a})
