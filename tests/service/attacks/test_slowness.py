"""Clients that send or read slowly take nothing from the others."""

import json
import socket
from contextlib import ExitStack, closing

from service.keys import Keys
from tests.service.attacks.talking import port_of, said_to
from tests.service.serving import Serve

HEAD = (
    b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\n"
)


def test_a_body_that_comes_too_slowly_is_given_up(serve: Serve) -> None:
    with serve(body_timeout=0.3) as client:
        told = said_to(client, HEAD + b'Content-Length: 100\r\n\r\n{"question"')
        assert told.startswith(b"HTTP/1.1 400 ")
        assert b"urn:yauap:problem:bad-request" in told
        kind = b"POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + (
            b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x\r\n"
        )
        assert said_to(client, kind).startswith(b"HTTP/1.1 400 ")
        assert client.get("/healthz").status_code == 200


def test_without_a_key_no_body_is_waited_for(serve: Serve, keys: Keys) -> None:
    keys.create("ours", ["ask"])
    with serve() as client:
        address = ("127.0.0.1", port_of(client))
        with closing(socket.create_connection(address, timeout=20)) as connection:
            connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n{")
            assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_slow_senders_and_readers_take_no_turn_of_others(serve: Serve) -> None:
    body = json.dumps({"question": "Какой мёд горький?", "stream": True}).encode()
    with serve(max_concurrent=1, max_waiting=0) as client, ExitStack() as opened:
        for request in (
            HEAD + b"Content-Length: 1000\r\n\r\n{",
            HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body),
            b"GET /v1/info HTTP/1.1\r\nHost:",
        ):
            for _ in range(20):
                slow = socket.create_connection(("127.0.0.1", port_of(client)), timeout=20)
                opened.enter_context(closing(slow))
                slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
                slow.sendall(request)  # and never read
            while (asked := client.post("/v1/ask", json={"question": "Мёд?"})).status_code == 429:
                pass  # while the answers to the slow ones are worked on
            assert asked.status_code == 200
