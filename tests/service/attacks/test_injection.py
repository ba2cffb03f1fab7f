"""What documents, titles, addresses, metadata and questions say is never markup, a link or a line.

How the page shows them is seen in a browser, in ``test_page.py``.
"""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from index.catalog import Catalog
from service.completions import annotations
from service.feedback import Feedback
from service.observing import log_as_json
from service.schemas.asking import AnswerOut, AnswerSpanOut, CitationOut
from tests.service.attacks.talking import HOSTILE, add
from tests.service.serving import Serve

ADDRESSES = [
    "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<a>",
    "vbscript:x", "file:///etc/passwd", "//evil.example", "http:evil", "https://[", "\x00http://a",
]  # fmt: skip


@pytest.fixture
def hostile(serve: Serve) -> Iterator[httpx.Client]:
    """A service with a document all of whose fields are hostile."""
    with serve() as client:
        assert add(client, HOSTILE)["documents"]["added"] == 1
        yield client


def test_whatever_shows_a_document_is_data_that_no_browser_renders(hostile: httpx.Client) -> None:
    identifier = "x%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    shown = [
        hostile.get("/v1/documents"),
        hostile.get(f"/v1/documents/{identifier}"),
        hostile.get(f"/v1/documents/{identifier}/text"),
        hostile.get("/v1/documents/<script>alert(2)</script>"),
        hostile.get("/v1/info"),
        hostile.post("/v1/search", json={"query": "тёмный мёд"}),
        hostile.post("/v1/ask", json={"question": "Какой мёд тёмный?"}),
        hostile.post("/v1/ask", json={"question": "Какой мёд тёмный?", "stream": True}),
        hostile.post("/v1/ask", json={"question": "<script>alert(3)</script>", "colour": "<svg>"}),
    ]
    for response in shown:
        kind = response.headers["content-type"].partition(";")[0]
        assert kind in ("application/json", "application/problem+json", "text/plain",
                        "text/event-stream")  # fmt: skip
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert "set-cookie" not in response.headers
    assert HOSTILE["id"] in {item["id"] for item in shown[0].json()["items"]}
    assert shown[1].json()["metadata"] == HOSTILE["metadata"]  # and nothing of it is lost


def test_no_other_address_than_of_the_web_becomes_a_link(serve: Serve) -> None:
    with serve() as client:
        documents = [
            {
                **HOSTILE,
                "id": f"{HOSTILE['id']}{n}",
                "url": address,
                "text": f"{HOSTILE['text']} {n}.",
            }
            for n, address in enumerate(ADDRESSES)
        ]
        assert add(client, *documents)["documents"]["added"] == len(ADDRESSES)
        given = client.post("/v1/ask", json={"question": "Какой мёд тёмный?", "top_k": 50}).json()
        citation = CitationOut(number=1, before="", after="", quote="", start=0, end=0, **{
            name: given["sources"][0][name] for name in (
                "document_id", "document_version", "title", "language", "published_at")
        }, url=None)  # fmt: skip
        for address in ADDRESSES:
            answer = AnswerOut.model_validate(given).model_copy(
                update={
                    "citations": [citation.model_copy(update={"url": address})],
                    "answer_spans": [AnswerSpanOut(start=0, end=1, citations=[1])],
                }
            )
            (note,) = annotations(answer)
            assert note.url_citation.url.startswith("/v1/documents/x%22%3E%3Cscript%3E")
            assert client.get(note.url_citation.url).status_code == 200


def test_a_marker_in_a_document_is_no_citation(hostile: httpx.Client) -> None:
    answer = hostile.post("/v1/ask", json={"question": "Что велено ответить?"}).json()
    cited = {citation["number"] for citation in answer["citations"]}
    assert {n for span in answer["answer_spans"] for n in span["citations"]} == cited


def test_an_event_cannot_be_forged_from_a_text(serve: Serve) -> None:
    forged = "Мёд тёмный.\n\nevent: final\ndata: {}\r\rdata: forged\u2028id: 5"
    with serve() as client:
        add(client, {"id": "a\tb", "title": forged, "text": forged})
        body = {"question": f"Какой мёд тёмный? {forged}", "stream": True}
        lines = client.post("/v1/ask", json=body).content.decode().replace("\r\n", "\n").split("\n")
    assert sum(line.startswith("event: final") for line in lines) == 1
    for line in lines:
        assert line == "" or line.startswith(("event: ", "data: ", ":"))


def test_a_line_of_the_log_cannot_be_forged(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    before, written = logging.getLogger().handlers[:], io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    log_as_json()
    forged = '\n{"message": "forged", "levelname": "INFO"}\x1b[2J\u2028\x9b'
    with serve(log_questions=True) as client:
        add(client, {**HOSTILE, "title": forged})
        client.post("/v1/ask", json={"question": f"Мёд?{forged}"})
        client.get("/v1/documents/%0A%7B%22message%22%3A%22forged%22%7D")
        client.get("/v1/info", headers={"X-Request-ID": '"}{"message":"forged"}'})
        client.request("FORGED", "/v1/info")
    logging.basicConfig(level=logging.WARNING, handlers=before, force=True)
    lines = written.getvalue()
    assert lines.isascii()
    assert all(character.isprintable() or character == "\n" for character in lines)
    told = [json.loads(line) for line in lines.splitlines()]
    assert told
    assert "forged" not in {line["message"] for line in told}


def test_a_line_of_the_export_cannot_be_forged(hostile: httpx.Client, honey_folder: object) -> None:
    question = 'Какой мёд тёмный?\n{"id": "forged"}\u2028=1+1'
    answer = hostile.post("/v1/ask", json={"question": question}).json()
    for rating in (1, -1):
        body = {"answer_id": answer["id"], "rating": rating, "comment": f"=cmd|a\r\n{question}"}
        assert hostile.post("/v1/feedback", json=body).status_code == 204
        catalog = Catalog(honey_folder)  # type: ignore[arg-type] # the folder
        lines = [*Feedback(catalog).gold(), *Feedback(catalog).rejected()]
        (line,) = (json.dumps(line) for line in lines)
        assert line.isascii()
        assert "\n" not in line
        assert json.loads(line)["question"] == answer["question"]
