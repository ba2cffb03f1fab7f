"""What is purged leaves the answers that cited it, and the feedback on them."""

from pathlib import Path

from index.catalog import Catalog
from service.feedback import Feedback
from service.purging import forget
from service.recent import Recent
from service.schemas.asking import AnswerOut
from service.schemas.feedback import FeedbackIn
from tests.index.test_compaction import traces
from tests.service.running import Service
from tests.service.seed_questions import CAMPUSES, MODERATOR


def test_answers_that_cite_a_document_are_forgotten(service: Service, tmp_path: Path) -> None:
    catalog, recent = Catalog(tmp_path), Recent(tmp_path, answers=10, refused=0)
    feedback = Feedback(catalog)
    gone, kept = (AnswerOut.model_validate(service.ask(one)) for one in (CAMPUSES, MODERATOR))
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
