"""Generative answers over HTTP: the contract holds whatever the language model does."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.folder import DataFolder
from service.app import create_app
from service.settings import ServiceSettings
from tests.fakes import FakeEmbedder, ingest
from tests.rag.generation.conftest import DOCUMENTS, RU
from tests.rag.generation.test_writer import FAILURES
from tests.scripted_model import ScriptedModel, breaks_off, says, trickles
from tests.service.commands import wait_for
from tests.service.running import Json
from tests.service.serving import served

DEGRADED = {"kind": "extractive", "model": "scripted", "degraded": True}
RIGHT = says(
    lambda e: (
        f"Технопарк открыт в 2012 году [{e.number_of('2012')}]. "
        f"Возглавил его Антон Ковалев [{e.number_of('Антон')}]."
    )
)

Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        yield scripted


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: ScriptedModel) -> Serve:
    """Serve the documents with the scripted model; settings can be given."""
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())

    def start(**settings: Any) -> AbstractContextManager[httpx.Client]:
        given = {"data_dir": tmp_path / "data", "accepted_wrong": 1, "llm_base_url": model.url,
                 "llm_model": "scripted", "llm_timeout": 20, "llm_failures": 100}  # fmt: skip
        made = ServiceSettings(**(given | settings))  # type: ignore[arg-type] # by name
        ingest(DataFolder(made), *DOCUMENTS)
        return served(create_app(made))

    return start


def asked(client: httpx.Client, **fields: Any) -> Json:
    response = client.post("/v1/ask", json={"question": RU, **fields}, timeout=60)
    assert response.status_code == 200, response.text
    body: Json = response.json()
    return body


def streamed(client: httpx.Client, **fields: Any) -> list[tuple[str, Any]]:
    body = {"question": RU, "stream": True, **fields}
    text = client.post("/v1/ask", json=body, timeout=60).text.replace("\r\n", "\n")
    blocks = (block for block in text.split("\n\n") if block and not block.startswith(":"))
    lines = (dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks)
    return [(fields["event"], json.loads(fields["data"])) for fields in lines]


def require_contract(events: list[tuple[str, Any]]) -> Json:
    """Check the order of events, and that what is not void makes up the answer; return it."""
    names = [name for name, _ in events]
    assert names[:2] == ["meta", "sources"]
    assert names[-1] == "final"
    text, cited = "", list[Json]()
    for name, data in events[2:-1]:
        if name == "restart":
            assert data["reason"] in ("failed", "wrong_language")
            text, cited = "", []
        elif name == "citation":
            assert f"[{data['number']}]" not in text
            cited.append(data)
        else:
            text += data["text"]
    final: Json = events[-1][1]
    assert (text, cited) == (final["answer"], final["citations"])
    for span in final["answer_spans"]:
        assert set(span["citations"]) <= {citation["number"] for citation in cited}
    return final


def require_true_citations(client: httpx.Client, answer: Json) -> None:
    assert answer["citations"]
    for citation in answer["citations"]:
        address = f"/v1/documents/{citation['document_id']}/text"
        text = client.get(address, params={"version": citation["document_version"]}).text
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_the_model_answers(serve: Serve, model: ScriptedModel) -> None:
    with serve() as client:
        for mode in ("auto", "generative"):
            model.script(RIGHT)
            answer = asked(client, mode=mode)
            assert answer["generator"] == {
                "kind": "generative", "model": "scripted", "degraded": False,
            }  # fmt: skip
            assert answer["answer"] == (
                "Технопарк открыт в 2012 году. [1] Возглавил его Антон Ковалев. [2]"
            )
            require_true_citations(client, answer)
        events = streamed(client)
        assert [name for name, _ in events] == [
            "meta", "sources", "citation", "delta", "citation", "delta", "final",
        ]  # fmt: skip
        assert require_contract(events)["answer"] == answer["answer"]
        model.script(RIGHT)
        assert asked(client, mode="extractive")["generator"]["kind"] == "extractive"
        assert model.requests == []


def test_whatever_fails_the_extractive_answer_stands_in(serve: Serve, model: ScriptedModel) -> None:
    with serve(llm_timeout=3) as client:
        for reply in FAILURES.values():
            model.script(reply)
            answer = asked(client)
            assert answer["answered"] is True
            assert answer["generator"] == DEGRADED
            require_true_citations(client, answer)


def test_what_was_streamed_is_void_after_a_restart(serve: Serve, model: ScriptedModel) -> None:
    with serve() as client:
        model.script(
            lambda e: breaks_off(f"Возглавил его Антон Ковалев [{e.number_of('Антон')}]. И ещё ")(e)
        )
        events = streamed(client)
        assert ("restart", {"reason": "failed"}) in events
        final = require_contract(events)
        assert final["generator"] == DEGRADED
        require_true_citations(client, final)


def test_a_refused_and_a_degraded_stream_keep_the_contract(
    serve: Serve, model: ScriptedModel
) -> None:
    with serve(llm_timeout=3, cache_bytes=0) as client:
        model.script(says("NO_ANSWER"))
        refusal = require_contract(streamed(client))
        assert (refusal["answered"], refusal["reason"]) == (False, "low_confidence")
        for name in ("500", "silence", "nothing"):
            model.script(FAILURES[name])
            assert require_contract(streamed(client))["generator"] == DEGRADED


def test_a_client_that_leaves_stops_the_model(serve: Serve, model: ScriptedModel) -> None:
    with serve(llm_timeout=300) as client:
        model.script(trickles("Технопарк"))
        body = {"question": RU, "stream": True}
        with client.stream("POST", "/v1/ask", json=body, timeout=60) as response:
            wait_for(lambda: model.requests, "the model to be asked")
            assert response.status_code == 200
        wait_for(model.left.is_set, "the call to end")


def test_the_key_is_never_told(serve: Serve, model: ScriptedModel) -> None:
    model.script(FAILURES["401"])
    with serve(llm_api_key="sk-our-secret") as client:
        answer = client.post("/v1/ask", json={"question": RU}).text
        told = client.get("/v1/info").text + client.get("/openapi.json").text
        assert model.headers[0]["authorization"] == "Bearer sk-our-secret"
    assert "sk-our-secret" not in answer + told


def test_a_follow_up_is_made_whole_before_it_is_answered(
    serve: Serve, model: ScriptedModel
) -> None:
    history = [{"role": "user", "content": "Кто возглавил технопарк?"}]
    with serve() as client:
        for stream in (False, True):
            model.script(says(RU), RIGHT)
            fields = {"question": "А когда он открыт?", "history": history}
            answer = (
                require_contract(streamed(client, **fields)) if stream else asked(client, **fields)
            )
            assert (answer["question"], answer["language"]) == (RU, "ru")
            assert answer["generator"]["kind"] == "generative"
            require_true_citations(client, answer)
