"""A streamed answer: its events, their order, and that nothing holds them up."""

import re
from typing import Any

import pytest

from tests.service.contract import Answer, Citation, Delta, Hit, Meta, checked
from tests.service.running import Json, Service
from tests.service.seed_questions import CAMPUSES, CENTRE_IN_RUSSIAN, DOLLAR, MODERATOR, WEATHER
from tests.service.stages import BeforeDocuments


@pytest.mark.parametrize(
    "question",
    [CAMPUSES, MODERATOR, CENTRE_IN_RUSSIAN, WEATHER, DOLLAR, "Рәхмәт!"],
    ids=["ru", "ba", "ru-of-ba", "ru-refused", "ba-refused", "ba-thanks"],
)
def test_events_come_in_the_order_of_the_contract(service: Service, question: str) -> None:
    body = {"question": question, "stream": True}
    require_order_of_events(service.stream(body), service.ask(question))


def test_events_of_an_empty_index_come_in_the_order_of_the_contract(
    before_documents: BeforeDocuments,
) -> None:
    require_order_of_events(before_documents.events, before_documents.answers["ru"])


def require_order_of_events(events: list[tuple[str, Any]], answer: Json) -> None:
    names = [name for name, _ in events]
    assert names[:2] == ["meta", "sources"]
    assert names[-1] == "final"
    assert set(names[2:-1]) <= {"citation", "delta"}
    meta = checked(Meta, events[0][1])
    sources = events[1][1]
    checked(list[Hit], sources)
    final = events[-1][1]
    checked(Answer, final)
    assert (meta.id, meta.language) == (final["id"], final["language"])
    assert meta.index_version == final["index_version"]
    assert sources == final["sources"]
    assert final["answer"] == answer["answer"]
    citations: list[Json] = []
    text = ""
    for name, data in events[2:-1]:
        if name == "citation":
            checked(Citation, data)
            citations.append(data)
            assert f"[{data['number']}]" not in text
        else:
            text += checked(Delta, data).text
            shown = {int(number) for number in re.findall(r"\[(\d+)\]", text)}
            assert shown <= {citation["number"] for citation in citations}
    assert text == final["answer"]
    assert citations == final["citations"]


def test_a_stream_is_neither_kept_nor_buffered(service: Service) -> None:
    by_header = service.stream({"question": "Рәхмәт!"}, Accept="text/event-stream")
    assert by_header[-1][0] == "final"
    body = {"question": "Рәхмәт!", "stream": True}
    headers = service.client.post("/v1/ask", json=body).headers
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"
