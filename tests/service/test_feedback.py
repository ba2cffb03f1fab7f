"""Feedback is kept with the answer it belongs to, and becomes draft gold questions."""

import json
from pathlib import Path

from eval.datasets import read_gold
from index.catalog import Catalog
from service.feedback import Feedback
from service.recent import Recent
from service.schemas.feedback import FeedbackIn
from tests.service.commands import yauap
from tests.service.running import Service
from tests.service.seed_questions import CAMPUSES, MODERATOR, WEATHER
from tests.service.test_problems import require_problem


def test_feedback_becomes_draft_gold(service: Service, tmp_path: Path) -> None:
    earlier = {kind: exported(service, *kind) for kind in ((), ("--rejected",))}
    right, refused, wrong = (service.ask(q) for q in (CAMPUSES, WEATHER, MODERATOR))
    for answer, rating in ((right, -1), (right, 1), (refused, 1), (wrong, -1)):
        body = {"answer_id": answer["id"], "rating": rating, "comment": "Не\nтак"}
        assert service.client.post("/v1/feedback", json=body).status_code == 204
    added = {kind: exported(service, *kind)[len(lines) :] for kind, lines in earlier.items()}
    file = tmp_path / "draft.jsonl"
    file.write_text("".join(added[()]), encoding="utf-8")
    first, second = read_gold([file])
    assert (first.text, first.answerable) == (right["question"], True)
    assert first.document_id == right["citations"][0]["document_id"]
    assert (second.text, second.answerable) == (refused["question"], False)
    (line,) = map(json.loads, added["--rejected",])
    assert (line["question"], line["comment"]) == (wrong["question"], "Не\nтак")
    assert line["citations"] == wrong["citations"]
    assert line["index_version"] == wrong["index_version"]


def exported(service: Service, *kind: str) -> list[str]:
    """Return the lines of an export; other tests rate answers of the same service."""
    out = yauap("feedback", "export", *kind, data_dir=service.data_dir).out
    return out.splitlines(keepends=True)


def test_feedback_on_an_unknown_answer_is_refused(service: Service) -> None:
    body = {"answer_id": "none", "rating": 1}
    require_problem(service.client.post("/v1/feedback", json=body), "not-found")
    for wrong in ({"rating": 0}, {"rating": "1"}, {"answer_id": ""}, {"comment": "а" * 5001}):
        response = service.client.post("/v1/feedback", json={**body, **wrong})
        require_problem(response, "invalid-request")


def test_feedback_outlives_the_list_of_recent_answers(service: Service, tmp_path: Path) -> None:
    answers = [service.ask(f"{CAMPUSES} {n}") for n in range(2)]
    recent = Recent(tmp_path, answers=1, refused=0)
    feedback = Feedback(Catalog(tmp_path))
    from service.schemas.asking import AnswerOut

    first, second = map(AnswerOut.model_validate, answers)
    recent.keep(first)
    feedback.keep(FeedbackIn(answer_id=first.id, rating=1), recent)
    recent.keep(second)
    assert recent.answer(first.id) is None
    feedback.keep(FeedbackIn(answer_id=first.id, rating=-1), recent)
    assert len([*feedback.rejected()]) == 1
    assert [*feedback.gold()] == []
