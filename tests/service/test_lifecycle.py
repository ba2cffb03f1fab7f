"""From an empty folder through a crash: what was accepted is kept, and is found."""

import signal
import socket
from pathlib import Path

import httpx
import pytest

from index.catalog import Catalog
from index.jobs import OPEN_STATES, Jobs
from index.messages import message
from service.server import listen
from tests.service.commands import wait_for
from tests.service.contract import Answer, DocumentPage, Information, Results, Status, checked
from tests.service.running import Service
from tests.service.seed_questions import CHAIRMAN, INNOVATION, MODERATOR
from tests.service.stages import AfterIngest, BeforeDocuments
from tests.service.test_problems import require_problem


def test_an_empty_service_is_alive_and_says_that_it_is_empty(
    before_documents: BeforeDocuments,
) -> None:
    assert before_documents.alive.status_code == 200
    assert checked(Status, before_documents.alive.json()).status == "ok"
    assert checked(Information, before_documents.information).counts.documents == 0
    assert checked(DocumentPage, before_documents.listed).items == []
    assert checked(Results, before_documents.results).results == []
    for response in before_documents.unready.values():
        require_problem(response, "unavailable")


@pytest.mark.parametrize("language", ["ba", "ru"])
def test_an_empty_service_refuses_in_the_language_of_the_question(
    before_documents: BeforeDocuments, language: str
) -> None:
    answer = checked(Answer, before_documents.answers[language])
    assert (answer.answered, answer.reason) == (False, "empty_index")
    assert answer.language == language
    assert answer.answer == message("answer.empty_index", "ba" if language == "ba" else "ru")
    assert (answer.citations, answer.related, answer.sources) == ([], [], [])
    assert answer.index_version == before_documents.information["index_version"]


def test_the_first_document_is_found_and_the_last_one_leaves_nothing(
    before_documents: BeforeDocuments,
) -> None:
    assert before_documents.job["documents"]["added"] == 1
    assert before_documents.then_ready.status_code == 200
    (hit,) = before_documents.then_found["results"]
    assert hit["document_id"] == "first"
    assert before_documents.then_deleted.status_code == 204
    assert require_problem(before_documents.at_last, "unavailable")["detail"] == message(
        "answer.empty_index", "en"
    )


def test_what_another_process_does_becomes_visible(after_ingest: AfterIngest) -> None:
    assert len(after_ingest.documents) == len(after_ingest.texts) == 9
    assert after_ingest.found[0] == "marked.txt"
    assert after_ingest.deletion.status == 0
    assert "marked.txt" not in after_ingest.then_found


def test_a_crash_loses_nothing_that_was_accepted(filled_folder: Path, service: Service) -> None:
    crashing = Service(filled_folder)
    waiting = [{"id": f"late/{n}", "text": f"Письмо номер {n} пришло из Зилаира."} for n in (1, 2)]
    job = crashing.post(*waiting).json()["job"]["id"]
    before = crashing.document(INNOVATION).json()
    crashing.stop(signal.SIGKILL)
    # It had no time to load the model, so the job cannot have been done.
    assert Jobs(Catalog(filled_folder)).get(job).state in OPEN_STATES

    again = Service(filled_folder)
    try:
        wait_for(lambda: is_ready_or_loading(again.readiness()), "the service to be ready")
        finished = again.finished_job(job)
        assert finished["state"] == "succeeded"
        assert finished["documents"]["added"] == 2
        assert set(again.found("письмо из Зилаира")[:2]) == {"late/1", "late/2"}
        assert again.ids() == [*service.ids(), "late/1", "late/2"]
        assert again.document(INNOVATION).json() == before
        for identifier in service.ids():
            assert again.text(identifier) == service.text(identifier)
        filters = {"document_id": service.ids()}
        for question in (CHAIRMAN, MODERATOR):
            kept, known = (s.ask(question, filters=filters) for s in (again, service))
            assert kept["citations"] == known["citations"] != []
    finally:
        status = again.stop()
    assert status in (0, -signal.SIGTERM)
    assert "Traceback" not in again.log


def is_ready_or_loading(response: httpx.Response) -> bool:
    if response.status_code == 200:
        return True
    detail = require_problem(response, "unavailable")["detail"]
    assert detail == message("http.loading", "en")
    return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_service_can_be_stopped_while_it_begins(tmp_path: Path, how: signal.Signals) -> None:
    service = Service(tmp_path / "data")
    wait_for(lambda: service.client.get("/healthz").status_code == 200, "the service to be alive")
    assert service.stop(how) in (0, 1, 128 + how, -how)
    assert "Traceback" not in service.log


def test_the_service_says_where_to_look_in_three_languages(service: Service) -> None:
    for words in ("адресында яуап бирә", "отвечает по адресу", "answers at"):
        assert any(words in line and service.url in line for line in service.log.splitlines())


def test_connections_are_sent_to_without_delay() -> None:
    # asyncio turns the delay off only for sockets that are named as TCP.
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
