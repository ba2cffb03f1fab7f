"""OpenAI's own client and LangChain's ask a real service, and get their citations."""

from typing import Any

import openai
import pytest
from langchain_openai import ChatOpenAI
from openai.types.chat import ChatCompletionMessageParam
from pydantic import SecretStr

from index.messages import message
from service.problems import PROBLEMS
from tests.service.running import Service
from tests.service.seed_questions import CAMPUSES, CENTRE_IN_RUSSIAN, MODERATOR, WEATHER


@pytest.fixture(scope="module")
def client(service: Service) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{service.url}/v1", api_key="-", max_retries=0,
        default_headers={"Accept-Language": "en"},
    )  # fmt: skip


def said(question: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": question}]


def require_sources(service: Service, text: str, annotations: list[dict[str, Any]]) -> None:
    assert annotations
    for note in annotations:
        source, citation = note["source"], note["url_citation"]
        stored = service.text(source["document_id"], source["document_version"])
        assert stored[source["start"] : source["end"]] == source["quote"]
        assert "[" in text[citation["start_index"] : citation["end_index"]]
        assert citation["title"]
        assert service.client.get(citation["url"]).status_code == 200


@pytest.mark.parametrize("question", [CAMPUSES, MODERATOR, CENTRE_IN_RUSSIAN])
def test_an_answer_comes_with_its_citations(
    service: Service, client: openai.OpenAI, question: str
) -> None:
    given = client.chat.completions.create(model="yauap", messages=said(question))
    (choice,) = given.choices
    answer = service.ask(question)
    assert choice.message.content == answer["answer"]
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    notes = [note.model_dump() for note in choice.message.annotations or ()]
    require_sources(service, answer["answer"], notes)
    assert {n["source"]["quote"] for n in notes} == {c["quote"] for c in answer["citations"]}
    assert given.usage is not None
    assert given.usage.total_tokens > given.usage.completion_tokens > 0


@pytest.mark.parametrize("question", [CAMPUSES, WEATHER])
def test_a_stream_is_the_same_answer(
    service: Service, client: openai.OpenAI, question: str
) -> None:
    stream = client.chat.completions.create(
        model="yauap", messages=said(question), stream=True, stream_options={"include_usage": True}
    )
    *parts, last = stream
    text = "".join(part.choices[0].delta.content or "" for part in parts)
    answer = service.ask(question)
    assert text == answer["answer"]
    assert [p.choices[0].finish_reason for p in parts][-1] == "stop"
    assert (last.choices, bool(last.usage)) == ([], True)
    told = [getattr(part.choices[0].delta, "annotations", None) for part in parts]
    notes = next(note for note in told if note is not None)
    if answer["answered"]:
        require_sources(service, text, notes)
    else:
        assert notes == []


def test_a_follow_up_is_understood_from_earlier_messages(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Отвечай стихами."},
        *said(CAMPUSES),
        {"role": "assistant", "content": "…"},
        {"role": "user", "content": [{"type": "text", "text": "Рәхмәт!"}]},
    ]
    given = client.chat.completions.create(model="yauap", messages=messages, temperature=0.7)
    assert given.choices[0].message.content == message("talk.thanks", "ba")
    assert given.choices[0].message.annotations == []


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["yauap"]
    assert client.models.retrieve("yauap").owned_by == "yauap"


def test_langchains_chat_model_asks_too(service: Service) -> None:
    chat = ChatOpenAI(model="yauap", base_url=f"{service.url}/v1", api_key=SecretStr("-"))
    answer = service.ask(CAMPUSES)["answer"]
    assert chat.invoke(CAMPUSES).content == answer
    assert "".join(str(chunk.content) for chunk in chat.stream(CAMPUSES)) == answer


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError, "not-found"),
        ({"messages": []}, openai.BadRequestError, "invalid-request"),
        ({"messages": said("")}, openai.BadRequestError, "bad-request"),
        ({"messages": said("ы" * 2001)}, openai.BadRequestError, "bad-request"),
        ({"messages": [{"role": "assistant", "content": "а"}]}, openai.BadRequestError,
         "bad-request"),
        ({"n": 2}, openai.BadRequestError, "invalid-request"),
    ],
)  # fmt: skip
def test_errors_have_openais_shape(
    client: openai.OpenAI, body: dict[str, Any], kind: type[openai.APIStatusError], name: str
) -> None:
    whole: dict[str, Any] = {"model": "yauap", "messages": said("Кто?"), **body}
    for stream in (False, True):
        with pytest.raises(kind) as raised:
            client.chat.completions.create(stream=stream, **whole)
        error = raised.value
        assert error.code == name
        assert error.type == "invalid_request_error"
        assert isinstance(error.body, dict)
        assert set(error.body) == {"message", "type", "param", "code"}
        assert error.status_code in (PROBLEMS[name], 400)


def test_what_is_no_json_is_refused_in_openais_shape(service: Service) -> None:
    for path, status in (("/v1/chat/completions", 400), ("/v1/models/none", 404)):
        method = "POST" if "chat" in path else "GET"
        response = service.client.request(method, path, content=b"{", headers={
            "Content-Type": "application/json"})  # fmt: skip
        assert response.status_code == status
        assert response.json()["error"]["message"]
        assert response.headers["content-type"] == "application/json"
