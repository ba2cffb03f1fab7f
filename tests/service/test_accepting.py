"""``Accept`` is read as the standard has it."""

import pytest

from tests.service.serving import Serve


@pytest.mark.parametrize(
    ("accept", "streamed"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream", True),
        ("application/json, text/event-stream", True),
        ("application/json;q=0.5, text/event-stream; charset=utf-8; Q=0.9", True),
        ("application/json, text/event-stream;q=0", False),
        ("application/json, text/event-stream;q=0.5", False),
        ("text/event-stream;q=nonsense", False),
        ("text/event-streams", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_events_come_where_they_are_wanted(serve: Serve, accept: str, streamed: bool) -> None:
    with serve() as client:
        answer = client.post("/v1/ask", json={"question": "Бал?"}, headers={"Accept": accept})
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind == ("text/event-stream" if streamed else "application/json")
