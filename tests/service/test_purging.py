"""What is purged leaves the answers that cited it, and the feedback on them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.catalog import Catalog
from index.folder import DataFolder
from service.cli import app
from service.feedback import Feedback
from service.purging import forget
from service.recent import Recent
from service.schemas.asking import AnswerOut
from service.schemas.feedback import FeedbackIn
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.test_compaction import KEPT, SECRET, traces
from tests.service.running import Service
from tests.service.seed_questions import CAMPUSES, MODERATOR


@pytest.fixture
def secret_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A data folder over the fake embedder that commands in this process open too."""
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    folder = fake_folder(tmp_path / "data", chunk_tokens=192)
    ingest(folder, {"id": "secret", "text": SECRET}, {"id": "kept", "text": KEPT})
    return folder


def purge(folder: DataFolder, *document_ids: str) -> int:
    """Return the exit status of ``yauap documents delete --purge``."""
    data_dir = str(folder.catalog.data_dir)
    command = ["documents", "delete", "--purge", "--data-dir", data_dir, *document_ids]
    return CliRunner().invoke(app, command).exit_code


def test_an_unknown_document_does_not_keep_the_others_from_being_purged(
    secret_folder: DataFolder,
) -> None:
    assert purge(secret_folder, "secret", "nosuch") == 1

    assert traces(secret_folder.catalog.data_dir, SECRET) == []
    assert [record.id for record in secret_folder.library.page(None, 10)] == ["kept"]


def test_what_was_deleted_before_can_be_purged_again_and_again(secret_folder: DataFolder) -> None:
    secret_folder.library.delete("secret")

    assert purge(secret_folder, "secret") == 0
    assert purge(secret_folder, "secret") == 0

    assert traces(secret_folder.catalog.data_dir, SECRET) == []


def test_answers_that_cite_a_document_are_forgotten(service: Service, tmp_path: Path) -> None:
    catalog, recent = Catalog(tmp_path), Recent(tmp_path, answers=10, refused=0)
    feedback = Feedback(catalog)
    gone, kept = (AnswerOut.model_validate(service.ask(one)) for one in (CAMPUSES, MODERATOR))
    cited = {c.document_id for answer in (gone, kept) for c in answer.citations}
    ingest(fake_folder(tmp_path), *({"id": id_, "text": KEPT} for id_ in sorted(cited)))
    for answer in (gone, kept):
        recent.keep(answer)
        feedback.keep(FeedbackIn(answer_id=answer.id, rating=1), recent)
    quote = gone.citations[0].quote
    assert any(name.startswith(Recent.FILE) for name in traces(tmp_path, quote))

    forget([citation.document_id for citation in gone.citations], catalog, recent)

    assert recent.answer(gone.id) is None
    assert recent.answer(kept.id) is not None
    assert [draft["question"] for draft in feedback.gold()] == [kept.question]
    assert not any(name.startswith(Recent.FILE) for name in traces(tmp_path, quote))


def test_answers_that_name_a_document_as_a_translation_are_forgotten(tmp_path: Path) -> None:
    catalog, recent = Catalog(tmp_path), Recent(tmp_path, answers=10, refused=0)
    feedback = Feedback(catalog)
    answer = cited_answer("original", translation="translation")
    recent.keep(answer)
    feedback.keep(FeedbackIn(answer_id=answer.id, rating=-1), recent)

    forget(["other"], catalog, recent)
    assert recent.answer(answer.id) is not None
    forget(["translation"], catalog, recent)

    assert recent.answer(answer.id) is None
    assert [*feedback.rejected()] == []


def test_feedback_tells_nothing_of_what_was_deleted_since(tmp_path: Path) -> None:
    folder, recent = fake_folder(tmp_path), Recent(tmp_path, answers=10, refused=0)
    ingest(folder, {"id": "original", "text": KEPT}, {"id": "translation", "text": SECRET})
    feedback = Feedback(folder.catalog)
    answer = cited_answer("original", translation="translation")
    recent.keep(answer)
    feedback.keep(FeedbackIn(answer_id=answer.id, rating=1), recent)
    assert feedback.page(None, None, 9)[0].citations == answer.citations

    folder.library.delete("translation")

    (told,) = feedback.page(None, None, 9)
    assert [citation.translations for citation in told.citations] == [[]]
    assert told.answer == answer.answer
    assert len([*feedback.gold()]) == 1

    folder.library.delete("original")

    (told,) = feedback.page(None, None, 9)
    assert (told.question, told.answer, told.citations) == (answer.question, "", [])
    assert [*feedback.gold()] == []
    feedback.keep(FeedbackIn(answer_id=answer.id, rating=-1), recent)
    assert [(r["answer"], r["citations"]) for r in feedback.rejected()] == [("", [])]


def cited_answer(document_id: str, translation: str) -> AnswerOut:
    """Return an answer that quotes one document, whose translation is the other."""
    citation = {
        "number": 1, "document_id": document_id, "document_version": 1, "title": None, "url": None,
        "language": "ru", "published_at": None, "start": 0, "end": 5, "quote": "Слово",
        "before": "", "after": "",
        "translations": [
            {"document_id": translation, "title": "Һүҙ", "language": "ba", "url": None,
             "certain": True}
        ],
    }  # fmt: skip
    return AnswerOut.model_validate({
        "id": "one", "question": "Что?", "language": "ru", "answered": True, "answer": "Слово [1]",
        "answer_spans": [{"start": 0, "end": 9, "citations": [1]}], "confidence": 0.9,
        "reason": None, "citations": [citation], "related": [], "sources": [],
        "generator": {"kind": "extractive", "model": None, "degraded": False},
        "index_version": "1", "timings_ms": {"retrieve": 0, "answer": 0, "total": 0},
    })  # fmt: skip
