"""Nothing is fetched on a client's behalf (server-side request forgery)."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from service.keys import Keys
from tests.index.formats import making
from tests.service.attacks.talking import add, upload
from tests.service.serving import Serve


@pytest.fixture
def bait() -> Iterator[str]:
    """An address where nobody may call."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(0.5)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(TimeoutError):
            listening.accept()


def test_no_address_in_a_document_or_a_question_is_fetched(serve: Serve, bait: str) -> None:
    with serve() as client:
        add(client, {"id": bait, "url": bait, "text": f"Мёд {bait}", "source": bait})
        question = {"role": "user", "content": [{"type": "text", "text": f"Мёд {bait}?"}]}
        assert client.post("/v1/chat/completions", json={"messages": [question]}).is_success
        for part in (
            {"type": "image_url", "image_url": {"url": bait}},
            {"type": "file", "file": {"file_data": bait}},
            {"type": "input_audio", "input_audio": {"data": bait, "format": "wav"}},
        ):
            body = {"messages": [{"role": "user", "content": [part]}]}
            assert client.post("/v1/chat/completions", json=body).status_code == 400


def test_no_address_in_a_file_is_fetched(serve: Serve, bait: str) -> None:
    entity = f'<!DOCTYPE x SYSTEM "{bait}x.dtd" [<!ENTITY a SYSTEM "{bait}"> %b;]>'
    html = (
        f'<!DOCTYPE html SYSTEM "{bait}"><html><head><base href="{bait}">'
        f'<link rel=stylesheet href="{bait}"><script src="{bait}"></script>'
        f'<meta http-equiv=refresh content="0;url={bait}"></head><body><img src="{bait}">'
        f'<iframe src="{bait}"></iframe><object data="{bait}"></object>'
        "<p>Мост через реку построен в 2029 году, и его открыли летом.</p></body></html>"
    )
    body = "<body><section><p>Мост через реку построен в 2029 году.</p></section></body>"
    files = [
        ("a.html", html.encode()),
        ("b.fb2", making.fiction(body, "", declaration=entity)),
        ("c.odt", making.open_document("<text:p>Мост.</text:p>", declaration=entity)),
        ("d.md", f"![]({bait})\n\nМост построен в 2029 году.".encode()),
        ("e.rtf", b'{\\rtf1{\\field{\\*\\fldinst INCLUDEPICTURE "' + bait.encode() + b'"}} Most.}'),
    ]
    with serve() as client:
        job = upload(client, *files)
        assert job["documents"]["added"] >= 2


def test_no_address_in_a_header_is_fetched(serve: Serve, keys: Keys, bait: str) -> None:
    key = keys.create("page", ["publishable"], origins=[bait.rstrip("/")])[1]
    with serve() as client:
        headers = dict.fromkeys(("Referer", "X-Forwarded-Host", "X-Callback-Url"), bait)
        session = client.post(
            "/v1/widget/session", json={"key": key}, headers={**headers, "Origin": bait.rstrip("/")}
        )
        assert session.is_success
