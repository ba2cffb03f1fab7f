"""What is sought, and what the pipeline ranks for it."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.evidence import GoldSpan
from eval.fitting.centring import learn_centring
from eval.fitting.examples import Asked
from eval.fitting.indexing import index_corpus
from eval.fitting.rankings import Sought, _targets, headlines, questions, rank
from eval.headlines import Headline, HeadlineBenchmark
from index.documents import Document
from index.embedding.centring import load_centring
from index.passages import Passage
from index.settings import IndexSettings
from index.text.language import Language
from index.text.spans import Span
from rag.fusion import FUSED, LANGUAGES, load_fusion
from rag.settings import AnswerSettings
from tests.eval.fitting.ranked import first_is_right
from tests.fakes import FAKE_SPEC, FakeEmbedder, open_folder


def passage(number: int, document: str, start: int, language: Language = "ru") -> Passage:
    text = "т" * 10
    return Passage(
        number, document, 1, None, None, language, None, None, Span(start, start + 10), text
    )


PASSAGES = [
    passage(1, "a:ba", 0, "ba"), passage(2, "a:ru", 0), passage(3, "b", 0), passage(4, "a:ru", 10),
    passage(5, "a:ru", 20),
]  # fmt: skip


def test_a_headline_seeks_documents_by_whichever_passage() -> None:
    sought = Sought("headlines ba", "?", "a", documents=frozenset(["a:ba", "a:ru"]))

    targets, right = _targets(sought, PASSAGES)

    assert targets.tolist() == [0, 1, 2, 1, 1]
    assert right == {0, 1}


def test_a_document_that_no_passage_is_of_is_a_target_that_is_not_found() -> None:
    targets, right = _targets(Sought("x", "?", "g", documents=frozenset(["a:ba", "z"])), PASSAGES)

    assert len(right) == 2
    assert right & set(targets.tolist()) == {0}


def test_a_question_seeks_the_passages_that_hold_its_evidence() -> None:
    gold = [GoldSpan("a:ru", "ru", Span(12, 16)), GoldSpan("b", "ru", Span(0, 4))]

    targets, right = _targets(Sought("news", "?", "g", gold=gold), PASSAGES)

    assert targets.tolist() == [0, 1, 2, 3, 4]
    assert right == {2, 3}


def test_evidence_that_was_not_found_is_no_target() -> None:
    gold = [GoldSpan("z", "ru", Span(0, 4))]

    _, right = _targets(Sought("news", "?", "g", gold=gold), PASSAGES)

    assert right == frozenset()


def test_headlines_are_sought_as_they_are_and_as_they_are_typed() -> None:
    benchmark = HeadlineBenchmark([Headline("n-1", "ba", "Ҡала"), Headline("n-1", "ru", "Уфа")], {})

    found = list(headlines(benchmark))

    assert [(one.source, one.text) for one in found] == [
        ("headlines ba", "Ҡала"), ("headlines typed", "Кала"), ("headlines ru", "Уфа"),
    ]  # fmt: skip
    assert {one.group for one in found} == {"n-1"}
    assert {one.documents for one in found} == {frozenset(["n-1:ba", "n-1:ru"])}
    assert [one.weight < 1 for one in found] == [False, True, False]


def test_only_questions_with_evidence_are_sought() -> None:
    gold = [GoldSpan("a", "ru", Span(0, 4))]
    (only,) = questions("news", [Asked("Где?", gold, "g"), Asked("Кто?", (), "h")], 2.0)

    assert (only.source, only.text, only.group, only.gold) == ("news", "Где?", "g", gold)
    assert (only.documents, only.weight) == (frozenset(), 2.0)


CORPUS = {
    document.id: document
    for document in (
        Document("n-1:ba", "Өфөлә яңы мәктәп асылды.", language="ba"),
        Document("n-1:ru", "В Уфе открыли новую школу.", language="ru"),
        Document("n-2:ru", "Пушкин написал роман.", language="ru"),
    )
}


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> FakeEmbedder:
    """The model of every data folder that the test opens."""
    embedder = FakeEmbedder()
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: embedder)
    return embedder


def test_rankings_are_of_the_candidates_that_the_pipeline_finds(
    tmp_path: Path, fake_model: FakeEmbedder
) -> None:
    both = frozenset(["n-1:ba", "n-1:ru"])
    gold = [GoldSpan("n-1:ru", "ru", Span(0, 10))]
    sought = [
        Sought("headlines ba", "Өфөлә мәктәп асылды", "n-1", both, weight=0.3),
        Sought("news", "Где открыли школу?", "n-1", gold=gold),
    ]

    (headline, one), (question, other) = rank(tmp_path, CORPUS, sought)

    assert [headline, question] == sought
    assert (one.asked, other.asked) == ("ba", "ru")
    assert (one.group, one.weight, other.weight) == ("n-1", 0.3, 1.0)
    for ranking in (one, other):
        assert ranking.features.shape == (3, len(FUSED))
        assert ranking.bashkir.sum() == 1
        assert ranking.is_found
    assert len(one.right) == 2
    assert set(one.targets[one.bashkir].tolist()) <= one.right
    (right,) = other.right
    assert not other.bashkir[right]
    assert first_is_right([one, other], load_fusion()) == 1.0


def test_nothing_is_embedded_twice(tmp_path: Path, fake_model: FakeEmbedder) -> None:
    settings = AnswerSettings(data_dir=tmp_path)
    index_corpus(settings, CORPUS.values())
    embedded = len(fake_model.embedded)
    data = index_corpus(settings, CORPUS.values())

    assert embedded == len(fake_model.embedded) == 3
    with data.index.view() as view:
        assert sorted({p.document_id for p in view.passages(range(9))}) == sorted(CORPUS)


def test_an_index_that_another_version_made_is_made_anew(
    tmp_path: Path, fake_model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = AnswerSettings(data_dir=tmp_path)
    index_corpus(settings, CORPUS.values())
    monkeypatch.setattr("index.snapshot.ANALYSER_VERSION", "another")

    data = index_corpus(settings, CORPUS.values())

    with data.index.view() as view:
        assert not view.is_empty


def test_the_means_of_each_language_are_learned_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.embedding.centring._FOLDER", tmp_path)
    articles = [
        {
            "doc_id": f"n-{n}",
            "title_ba": f"Башлыҡ {n}",
            "title_ru": f"Заголовок {n}",
            "body_ba": f"Яңылыҡ {n}. Икенсе һөйләм.",
            "body_ru": f"Новость {n}. Второе предложение.",
        }
        for n in range(6)
    ]
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in articles), encoding="utf-8")
    embedder = FakeEmbedder()
    told: list[str] = []

    learn_centring(embedder, file, 64, told.append)

    assert len(told) == 4
    learned = load_centring(FAKE_SPEC)
    assert set(learned.means) == {
        f"{r}.{one}" for r in ("queries", "passages") for one in LANGUAGES
    }
    titles = [str(row["title_ba"]) for row in articles]
    expected = embedder.embed_queries(titles).mean(axis=0)
    np.testing.assert_allclose(learned.means["queries.ba"], expected, atol=1e-6)
    bodies = embedder.embed_passages([str(row["body_ru"]) for row in articles]).mean(axis=0)
    np.testing.assert_allclose(learned.means["passages.ru"], bodies, atol=1e-6)
    # A folder opened with them is another build than one without.
    assert open_folder(IndexSettings(data_dir=tmp_path / "d"), embedder).centring.version
