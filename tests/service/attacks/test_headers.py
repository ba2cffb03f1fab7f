"""No header makes a request come from somewhere else than it does."""

from service.keys import Keys
from tests.service.attacks.talking import said_to
from tests.service.serving import Serve
from tests.service.test_keys import bearing

STANDING_IN = [
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Original-URL": "/healthz"},
    {"X-Rewrite-URL": "/healthz"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Prefix": "/healthz"},
    {"X-Forwarded-User": "admin"},
    {"X-Accel-Redirect": "/healthz"},
    {"Host": "127.0.0.1"},
    {"Cookie": "token=x"},
]


def test_no_header_stands_in_for_a_key(serve: Serve, keys: Keys) -> None:
    secret = keys.create("ours", ["read"])[1]
    with serve() as client:
        for headers in STANDING_IN:
            assert client.get("/v1/documents", headers=headers).status_code == 401
            assert client.get("/v1/documents/open", headers=bearing(secret, **headers)).is_success


NAMES = ["evil.example", "evil.example:80", "127.0.0.1.nip.io", "localhost.evil.example", "0.0.0.0",
     "127.0.0.1, evil.example", "evil.example#@127.0.0.1", "127.0.0.1:80:80", "[::ffff:8.8.8.8]",
     "127.0.0.1/a", "127.0.0.1?a", "127.0.0.1#a", "a@127.0.0.1",
     "2130706433", "127.1", "localhost.", ""]  # fmt: skip


def test_a_name_that_was_made_to_point_here_is_turned_away(serve: Serve) -> None:
    """DNS rebinding: the browser believes that this machine is the page's own site."""
    with serve() as client:
        for host in NAMES:
            for method in ("GET", "POST", "DELETE", "OPTIONS"):
                request = (
                    f"{method} /v1/documents HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                )
                told = said_to(client, request.encode())
                assert told.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 "))
                assert b'"items"' not in told


AMBIGUOUS = [
    b"Host: 127.0.0.1\r\nHost: evil.example\r\n",
    b"Host: 127.0.0.1\r\n\tevil.example\r\n",
    b"Host : 127.0.0.1\r\n",
    b"Host: 127.0.0.1\r\nOrigin: http://evil.example\r\nOrigin: http://127.0.0.1\r\n",
    b"Host: 127.0.0.1\r\nOrigin: http://127.0.0.1@evil.example\r\n",
    b"Host: 127.0.0.1\r\nTransfer-Encoding: chunked, identity\r\n",
    b"Host: 127.0.0.1\r\nTransfer-Encoding: x\r\n",
    b"Host: 127.0.0.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n",
    b"Host: 127.0.0.1\r\nX: a\x00b\r\n",
]


def test_headers_that_can_be_read_in_two_ways_are_refused(serve: Serve) -> None:
    with serve() as client:
        for headers in AMBIGUOUS:
            request = b"GET /v1/documents HTTP/1.1\r\n" + headers + b"Connection: close\r\n\r\n"
            told = said_to(client, request)
            assert told[9:12] in (b"400", b"403", b"501")
            assert b'"items"' not in told


def test_a_header_of_the_answer_cannot_be_forged(serve: Serve) -> None:
    with serve() as client:
        for value in ("a\r\nSet-Cookie: b=c".replace("\r\n", "%0d%0a"), "a b", "a\tb", "é"):
            given = {"X-Request-ID": value.encode("latin-1")}
            response = client.get("/healthz", headers=given)  # type: ignore[arg-type] # bytes
            assert response.headers["x-request-id"].isalnum()
        moved = client.get("/v1/documents/%0d%0aSet-Cookie:%20a=b")
        assert "set-cookie" not in moved.headers


def test_a_proxy_is_believed_only_where_it_is_named(serve: Serve, keys: Keys) -> None:
    secret = keys.create("ours", ["read"])[1]
    with serve(rate_per_address="3/hour") as client:
        statuses = [
            client.get(
                "/v1/documents", headers=bearing(secret, **{"X-Forwarded-For": f"8.8.8.{n}"})
            )
            for n in range(5)
        ]
        assert [response.status_code for response in statuses] == [200] * 3 + [429] * 2
