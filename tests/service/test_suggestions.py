"""Questions to begin with: from documents that the caller may see, and answered by them."""

from pathlib import Path
from typing import Any

from service.keys import Keys
from service.schemas.filters import FiltersIn
from tests.fakes import fake_folder, ingest
from tests.service.running import Service
from tests.service.serving import Serve
from tests.service.test_keys import bearing

OPEN = {
    "id": "open-faq",
    "text": "Когда открыт музей пчеловодства? Музей пчеловодства открыт с девяти до шести.",
    "source": "public",
}
CLOSED = {
    "id": "closed-faq",
    "text": "Где хранится секретный мёд? Секретный мёд хранится в подвале музея.",
    "source": "internal",
}


def offered(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {one["question"] for one in answer.json()["suggestions"]}


def test_suggestions_are_answered_by_the_documents(service: Service) -> None:
    given = service.client.post("/v1/widget/suggestions").json()["suggestions"]
    assert given
    for one in given:
        answer = service.ask(one["question"], language=one["language"])
        assert answer["answered"]
        assert answer["confidence"] >= 0.6


def test_suggestions_keep_within_a_key_and_follow_the_documents(
    serve: Serve, keys: Keys, honey_folder: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("service.suggesting._SURE", 0)  # the fake model makes no one sure
    everything = keys.create("all", ["ask", "ingest"])[1]
    public = keys.create("public", ["ask"], filters=FiltersIn(source=["public"]))[1]
    publishable = keys.create(
        "page", ["publishable"], filters=FiltersIn(source=["public"]), origins=["https://a.example"]
    )[1]
    ingest(fake_folder(honey_folder, chunk_tokens=192), OPEN, CLOSED)
    with serve() as client:

        def suggested(key: str, **headers: str) -> set[str]:
            path = "/v1/widget/suggestions"
            return offered(client.post(path, headers=bearing(key, **headers)))

        assert any("секретный" in question for question in suggested(everything))
        assert suggested(public)
        assert not any("секретный" in question for question in suggested(public))
        origin = {"Origin": "https://a.example"}
        opened = client.post("/v1/widget/session", json={"key": publishable}, headers=origin)
        assert suggested(opened.json()["token"], **origin) == suggested(public)
        assert client.post("/v1/widget/suggestions").status_code == 401
        client.delete("/v1/documents/closed-faq", headers=bearing(everything))
        assert not any("секретный" in question for question in suggested(everything))
