"""Documents come in, are listed, read, replaced and deleted; jobs say what became of them."""

import hashlib
import re
import unicodedata
from typing import Any

import pytest

from index.messages import MESSAGE_LANGUAGES, message
from tests.service.commands import DOCUMENT_BYTES, wait_for
from tests.service.contract import Accepted, Document, DocumentPage, Job, checked
from tests.service.running import Service
from tests.service.serving import Serve

IDS = [
    "folder/inner/file.txt",
    "urn:isbn:5-02-013850-9",
    "100% %2F %",
    "with  spaces ",
    "Өфө/яңылыҡтар №1",
    "question?and=more#part",
    "a+b&c;d,e",
    "back\\slash|'quote\"",
    "🐝/𝔸",
    "text",
    "x" * 200,
]


@pytest.mark.parametrize("identifier", IDS)
def test_an_id_is_taken_to_the_letter(fresh: Service, identifier: str) -> None:
    text = f"Документ по имени {identifier}."
    job = fresh.add({"id": identifier, "text": text})
    assert (job["errors"], job["documents"]["added"]) == ([], 1)
    one = fresh.document(identifier)
    assert one.json()["id"] == identifier
    assert fresh.text(identifier) == text
    assert identifier in fresh.ids()
    filters = {"document_id": [identifier]}
    assert fresh.found("документ", filters=filters) == [identifier]
    deletion = fresh.document(identifier, "DELETE")
    assert (deletion.status_code, deletion.content) == (204, b"")
    assert fresh.document(identifier).status_code == 410
    assert identifier not in fresh.ids()


def test_a_composed_id_and_a_decomposed_one_are_the_same(fresh: Service) -> None:
    """Some systems write й as two characters in the names of files."""
    composed, decomposed = "хай.txt", "хаи\u0306.txt"
    fresh.add({"id": decomposed, "text": "Первый."})
    assert fresh.add({"id": composed, "text": "Второй."})["documents"]["updated"] == 1
    assert composed in fresh.ids()
    for identifier in (composed, decomposed):
        assert fresh.document(identifier).json()["version"] == 2
        assert fresh.text(identifier) == "Второй."
        assert fresh.found("второй", filters={"document_id": [identifier]}) == [composed]
    assert fresh.document(decomposed, "DELETE").status_code == 204
    assert fresh.document(composed).status_code == 410


@pytest.mark.parametrize("identifier", ["", "x" * 201, "line\nbreak", "bell\x07", "\ud800", 7, []])
def test_an_id_that_is_none_fails_its_document_alone(fresh: Service, identifier: Any) -> None:
    job = fresh.add({"id": identifier, "text": "Плохое имя."}, {"id": "good", "text": "Хорошее."})
    checked(Job, job)
    assert job["state"] == "succeeded"
    assert [error["index"] for error in job["errors"]] == [0]
    assert (job["documents"]["added"], job["documents"]["failed"]) == (1, 1)


def test_all_fields_come_back(fresh: Service) -> None:
    given = {
        "id": "whole",
        "title": "Һабантуй",
        "text": "Һабантуй Баймаҡта үтте.",
        "language": "mixed",
        "url": "https://example.org/һабантуй?year=2024",
        "published_at": "2024-02-15T09:30:00+05:00",
        "source": "gazette",
        "metadata": {"rubric": "байрам", "pages": 3, "front": True, "price": 1.5},
        "translation_of": "other",
    }
    fresh.add(given)
    told = fresh.document("whole").json()
    checked(Document, told)
    expected = {**given, "published_at": "2024-02-15T04:30:00Z"}
    assert {key: told[key] for key in expected if key != "text"} == {
        key: value for key, value in expected.items() if key != "text"
    }
    text = fresh.text("whole")
    assert text == given["text"]
    assert told["version"] == 1
    assert told["characters"] == len(text)
    assert told["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    hit = fresh.search("Һабантуй", filters={"document_id": ["whole"]})["results"][0]
    for field in ("title", "url", "published_at"):
        assert hit[field] == expected[field]
    assert hit["document_version"] == 1


def test_the_stored_text_is_repaired_and_composed_and_nothing_else(fresh: Service) -> None:
    given = "Ə й ё\u0306 \ud83d\udc1d \ud800 \x00 «кавычки»\t\r\n  конец  "
    fresh.add({"id": "faulty", "text": given})
    stored = fresh.text("faulty")
    assert stored == unicodedata.normalize(
        "NFC", "Ə й ё\u0306 🐝 \ufffd \ufffd «кавычки»\t\r\n  конец  "
    )
    response = fresh.document("faulty", after="/text")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


def test_the_same_id_replaces_and_earlier_versions_go(fresh: Service) -> None:
    texts = [f"В выпуске {n} говорится о мостах и дорогах." for n in (1, 2, 3)]
    for version, text in enumerate(texts, 1):
        job = fresh.add({"id": "issue", "text": text})
        counts = job["documents"]
        assert (counts["added"], counts["updated"]) == ((1, 0) if version == 1 else (0, 1))
        assert fresh.document("issue").json()["version"] == version
        assert fresh.text("issue") == fresh.text("issue", version) == text
    assert fresh.text("issue", 2) == texts[1]
    assert fresh.document("issue", after="/text?version=1").status_code == 410
    assert fresh.document("issue", after="/text?version=4").status_code == 404
    found = fresh.search("выпуск о мостах", filters={"document_id": ["issue"]})["results"]
    assert [(hit["quote"], hit["document_version"]) for hit in found] == [(texts[2], 3)]


def test_a_changed_field_is_a_change(fresh: Service) -> None:
    fresh.add({"id": "titled", "text": "Один и тот же текст.", "title": "Было"})
    job = fresh.add({"id": "titled", "text": "Один и тот же текст.", "title": "Стало"})
    assert job["documents"]["updated"] == 1
    assert fresh.document("titled").json()["title"] == "Стало"


def test_what_did_not_change_is_skipped(fresh: Service) -> None:
    document = {"id": "same", "text": "Ничего нового.", "metadata": {"a": 1}}
    first = fresh.add(document)
    told = fresh.document("same").json()
    second = fresh.add(document)
    assert second["documents"] == {
        "total": 1,
        "done": 1,
        "added": 0,
        "updated": 0,
        "unchanged": 1,
        "failed": 0,
    }
    assert fresh.document("same").json() == told
    assert second["index_version"] == first["index_version"]


def test_without_an_id_the_content_is_the_id(fresh: Service) -> None:
    before = set(fresh.ids())
    for expected in ("added", "unchanged"):
        job = fresh.add({"text": "Безымянный документ о бортничестве."})
        assert job["documents"][expected] == 1
    (identifier,) = set(fresh.ids()) - before
    assert re.fullmatch("[0-9a-f]{32,64}", identifier)


def test_a_deleted_document_is_gone_from_everything(fresh: Service) -> None:
    fresh.add({"id": "secret", "text": "Ҡыҙыл китап 2041 йылда Ҡариҙелдә табылды."})
    question = "Ҡыҙыл китап ҡасан табылды?"
    answer = fresh.ask(question)
    assert [citation["document_id"] for citation in answer["citations"]] == ["secret"]
    assert fresh.document("secret", "DELETE").status_code == 204
    answer = fresh.ask(question)
    assert "secret" not in {hit["document_id"] for hit in answer["sources"] + answer["citations"]}
    assert "secret" not in fresh.found(question, top_k=200)
    assert "secret" not in fresh.ids()
    for after in ("", "/text", "/text?version=1"):
        assert fresh.document("secret", after=after).status_code == 410
    assert fresh.document("secret", "DELETE").status_code == 410


def test_a_deleted_document_can_come_back_as_a_later_version(fresh: Service) -> None:
    fresh.add({"id": "phoenix", "text": "Первая жизнь."})
    fresh.document("phoenix", "DELETE")
    assert fresh.add({"id": "phoenix", "text": "Вторая жизнь."})["documents"]["added"] == 1
    assert fresh.document("phoenix").json()["version"] == 2
    assert fresh.text("phoenix") == "Вторая жизнь."
    assert fresh.document("phoenix", after="/text?version=1").status_code == 410


def test_what_never_was_is_not_found(service: Service) -> None:
    for after in ("", "/text", "/text?version=1"):
        assert service.document("never/was", after=after).status_code == 404
    assert service.document("never/was", "DELETE").status_code == 404
    assert service.client.get("/v1/jobs/never").status_code == 404


def test_pages_follow_each_other(fresh: Service) -> None:
    fresh.add(*({"id": f"page/{n:02}", "text": f"Страница {n}."} for n in range(7)))
    everything = fresh.client.get("/v1/documents").json()
    checked(DocumentPage, everything)
    assert everything["next_cursor"] is None
    ids = [item["id"] for item in everything["items"]]
    assert ids == sorted(ids)
    assert len(ids) == 10
    for limit in (1, 3, 5, 10, 500):
        collected, cursor, pages = [], None, 0
        while pages == 0 or cursor is not None:
            asked: dict[str, str | int] = {"limit": limit}
            if cursor is not None:
                asked["cursor"] = cursor
            page = fresh.client.get("/v1/documents", params=asked).json()
            checked(DocumentPage, page)
            assert 1 <= len(page["items"]) <= limit
            collected += page["items"]
            cursor, pages = page["next_cursor"], pages + 1
        assert collected == everything["items"]
        assert pages == -(-10 // limit)


def test_a_cursor_outlives_the_document_it_stands_at(fresh: Service) -> None:
    fresh.add(*({"id": f"row/{n}", "text": f"Строка {n}."} for n in range(4)))
    filters = {"limit": 5}
    first = fresh.client.get("/v1/documents", params=filters).json()
    assert first["items"][-1]["id"] == "row/1"
    fresh.document("row/1", "DELETE")
    second = fresh.client.get("/v1/documents", params={**filters, "cursor": first["next_cursor"]})
    assert [item["id"] for item in second.json()["items"]] == ["row/2", "row/3"]


def test_a_job_is_accepted_with_its_place(fresh: Service) -> None:
    response = fresh.post({"id": "queued", "text": "В очереди."})
    assert response.status_code == 202
    accepted = checked(Accepted, response.json())
    assert (accepted.job.documents.total, accepted.job.errors) == (1, [])
    location = response.headers["location"]
    assert location == f"/v1/jobs/{accepted.job.id}"
    finished = fresh.finished_job(accepted.job.id)
    checked(Job, finished)
    assert fresh.client.get(location).json() == finished
    assert finished["finished_at"] is not None
    assert finished["index_version"] == fresh.client.get("/v1/info").json()["index_version"]


# Fields of a document that cannot be used, with the key and the values of the reason.
_BAD: list[tuple[dict[str, Any], str, dict[str, object]]] = [
    ({}, "document.no_text", {}),
    ({"text": None}, "document.no_text", {}),
    ({"text": 5}, "document.no_text", {}),
    ({"text": ["a"]}, "document.no_text", {}),
    ({"text": {}}, "document.no_text", {}),
    ({"text": ""}, "document.empty", {}),
    ({"text": " \n\t\u200b"}, "document.empty", {}),
    ({"text": "\x00\x00"}, "document.empty", {}),
    ({"text": "…!?"}, "document.empty", {}),
    ({"text": "а" * DOCUMENT_BYTES}, "document.too_large", {"limit": DOCUMENT_BYTES}),
    ({"text": "a", "title": 5}, "document.field", {"field": "title", "limit": 2000}),
    ({"text": "a", "title": "т" * 2001}, "document.field", {"field": "title", "limit": 2000}),
    ({"text": "a", "url": []}, "document.field", {"field": "url", "limit": 2000}),
    ({"text": "a", "source": {}}, "document.field", {"field": "source", "limit": 2000}),
    ({"text": "a", "translation_of": 1}, "document.field", {"field": "translation_of"}),
    ({"text": "a", "translation_of": "x" * 201}, "document.id", {}),
    ({"text": "a", "language": "en"}, "document.language", {}),
    ({"text": "a", "language": 5}, "document.language", {}),
    ({"text": "a", "language": ["ba"]}, "document.language", {}),
    ({"text": "a", "published_at": "вчера"}, "document.date", {}),
    ({"text": "a", "published_at": "2024-02-30"}, "document.date", {}),
    ({"text": "a", "published_at": "0001-01-01T00:00:00+14:00"}, "document.date", {}),
    ({"text": "a", "published_at": 20240215}, "document.date", {}),
    ({"text": "a", "metadata": []}, "document.metadata", {}),
    ({"text": "a", "metadata": {"k": None}}, "document.metadata", {}),
    ({"text": "a", "metadata": {"k": {"deep": 1}}}, "document.metadata", {}),
    ({"text": "a", "metadata": {"k": "v" * 30_000}}, "document.metadata", {}),
    ({"text": "a", "colour": "red"}, "document.unknown_field", {"field": "colour"}),
]


def test_one_bad_document_fails_alone_with_its_reason(fresh: Service) -> None:
    # A good one behind each bad one: nothing is lost by its neighbour's fault.
    documents: list[Any] = []
    for number, (fields, _, _) in enumerate(_BAD):
        documents += [fields, {"id": f"good/{number}", "text": f"Хороший документ {number}."}]
    job = fresh.add(*documents)
    assert job["state"] == "succeeded"
    assert job["documents"]["failed"] == job["documents"]["added"] == len(_BAD)
    assert job["documents"]["total"] == job["documents"]["done"] == 2 * len(_BAD)
    assert {f"good/{n}" for n in range(len(_BAD))} <= set(fresh.ids())
    for language in MESSAGE_LANGUAGES:
        told = fresh.finished_job(job["id"], language)
        checked(Job, told)
        assert [error["index"] for error in told["errors"]] == [*range(0, 2 * len(_BAD), 2)]
        for error, (_, key, values) in zip(told["errors"], _BAD, strict=True):
            assert error["reason"] == message(key, language, **{"limit": 2000, **values})
            assert error["document"] is None or key == "document.id"


def test_a_bad_document_is_named(fresh: Service) -> None:
    job = fresh.add({"id": "named/bad", "text": 5}, {"id": "named/good", "text": "Да."})
    assert [(e["index"], e["document"]) for e in job["errors"]] == [(0, "named/bad")]


def test_a_number_that_is_none_fails_its_document(fresh: Service) -> None:
    job = fresh.add({"id": "nan", "text": "Текст.", "metadata": {"weight": float("nan")}})
    infinite = fresh.add({"id": "inf", "text": "Текст.", "metadata": {"weight": float("inf")}})
    try:
        assert (job["documents"]["failed"], infinite["documents"]["failed"]) == (1, 1)
        fresh.search("текст", filters={"metadata": {"weight": [1]}})
    finally:
        fresh.document("nan", "DELETE")
        fresh.document("inf", "DELETE")


def test_a_job_of_bad_documents_alone_succeeds_too(fresh: Service) -> None:
    before = fresh.ids()
    job = fresh.add({"text": ""}, {"text": 1})
    assert (job["state"], job["documents"]["failed"]) == ("succeeded", 2)
    assert fresh.ids() == before


def test_what_is_no_object_fails_alone(serve: Serve) -> None:
    given = [{"id": "good", "text": "Хороший."}, None, 1, "x", [{"text": "Вложен."}]]
    with serve() as client:
        accepted = client.post("/v1/documents", json={"documents": given})
        assert accepted.status_code == 202
        address = accepted.headers["Location"]
        wait_for(lambda: client.get(address).json()["finished_at"], "the job")
        for language in MESSAGE_LANGUAGES:
            job = client.get(address, headers={"Accept-Language": language}).json()
            reason = message("document.object", language)
            assert job["errors"] == [
                {"index": n, "document": f"documents.{n}", "reason": reason} for n in range(1, 5)
            ]
        assert (job["state"], job["documents"]["added"]) == ("succeeded", 1)
        assert client.get("/v1/documents/good").status_code == 200


def test_the_last_of_one_id_in_a_job_stands(fresh: Service) -> None:
    job = fresh.add(*({"id": "twice", "text": f"Вариант {n}."} for n in (1, 2)))
    assert job["documents"]["total"] == job["documents"]["done"] == 2
    assert fresh.text("twice") == "Вариант 2."


def test_a_delete_voids_what_is_queued(fresh: Service) -> None:
    """Whatever the job had come to: the deletion was accepted later."""
    many = [{"id": f"queue/{n}", "text": f"Очередной документ номер {n}."} for n in range(40)]
    response = fresh.post(*many, {"id": "queue/last", "text": "Последний документ."})
    deletion = fresh.document("queue/last", "DELETE")
    assert deletion.status_code == 204
    job = fresh.finished_job(response.json()["job"]["id"])
    assert job["state"] == "succeeded"
    assert job["documents"]["done"] == 41
    assert "queue/last" not in fresh.ids()
    assert fresh.document("queue/last").status_code in (404, 410)
    assert "queue/last" not in fresh.found("последний документ", top_k=200)


def test_segments_that_are_not_part_of_an_id_lead_nowhere(service: Service) -> None:
    for path in ("/v1/documents/a/b/c", "/v1/documents/a/text/more", "/v1/jobs/a/b"):
        assert service.client.get(path).status_code == 404
