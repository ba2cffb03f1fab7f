"""Bodies that are too large, too deep or other than they say are refused, and cost little."""

import gzip
import time

import httpx
import pytest

from tests.service.attacks.talking import said_to
from tests.service.serving import Serve

JSON = {"Content-Type": "application/json"}
PATHS = [
    "/v1/ask", "/v1/search", "/v1/chat/completions", "/v1/feedback", "/v1/documents",
    "/v1/widget/session",
]  # fmt: skip


def refused(response: httpx.Response) -> bool:
    return response.status_code in (400, 413, 415, 422)


@pytest.mark.parametrize("depth", [500, 100_000, 1_900_000])
@pytest.mark.parametrize("path", PATHS)
def test_deeply_nested_json_is_refused(serve: Serve, path: str, depth: int) -> None:
    with serve() as client:
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            for name in (b"messages", b"documents", b"filters", b"history"):
                if depth * (len(opening) + 1) > 3_800_000:
                    continue
                value = opening * depth + b"1" + closing * depth
                body = b'{"' + name + b'": ' + value + b"}"
                response = client.post(path, content=body, headers=JSON)
                # Among documents, what is none fails alone.
                alone = (path, name, opening) == ("/v1/documents", b"documents", b"[")
                assert refused(response) or (alone and response.status_code == 202)
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/documents"])
def test_numbers_and_keys_without_end_are_refused(serve: Serve, path: str) -> None:
    with serve() as client:
        for value in (b"9" * 100_000, b"1e" + b"9" * 100_000, b"-" * 100_000):
            body = b'{"question": "x", "top_k": ' + value + b"}"
            assert refused(client.post(path, content=body, headers=JSON))
        many = b",".join(b'"%d": 1' % n for n in range(200_000))
        started = time.monotonic()
        response = client.post(path, content=b"{" + many + b"}", headers=JSON)
        assert refused(response)
        assert len(response.content) < 10_000  # not a fault for each of them
        assert time.monotonic() - started < 30


@pytest.mark.parametrize("path", PATHS)
def test_a_packed_body_is_not_unpacked(serve: Serve, path: str) -> None:
    body = gzip.compress(b'{"question": "' + b"a" * 50_000_000 + b'"}')
    with serve() as client:
        response = client.post(path, content=body, headers={**JSON, "Content-Encoding": "gzip"})
        assert refused(response)


def test_a_body_larger_than_it_says_is_refused(serve: Serve) -> None:
    with serve(max_body_bytes=2000) as client:
        head = (
            b"POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\n"
        )
        for length in (b"Content-Length: 2001", b"Content-Length: 99999999999999999999"):
            told = said_to(client, head + length + b"\r\n\r\n{")
            assert told.startswith(b"HTTP/1.1 413 ")
        parts = b"".join(b"3e8\r\n" + b"a" * 1000 + b"\r\n" for _ in range(3))
        told = said_to(client, head + b"Transfer-Encoding: chunked\r\n\r\n" + parts)
        assert told.startswith(b"HTTP/1.1 413 ")


def test_parts_without_end_are_refused(serve: Serve) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\na\r\n'
    heads = b"--x\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(20_000)) + b"\r\na\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with serve() as client:
        for body in (part * 20_000 + b"--x--\r\n", heads + b"--x--\r\n", b"--x\r\n" * 100_000):
            assert refused(client.post("/v1/documents", content=body, headers=kind))
