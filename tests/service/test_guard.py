"""Who is let in, how much is taken, and what every response carries."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress

import pytest

from tests.service.commands import BODY_BYTES, SEEDS, together, yauap
from tests.service.running import Service
from tests.service.seed_questions import ROUND_TABLE
from tests.service.test_problems import require_problem

_DOCUMENT = json.dumps({"documents": [{"id": "intruder", "text": "Чужой документ."}]})


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.org"},
        {"Host": "example.org:8000"},
        {"Host": "127.0.0.1.example.org"},
        {"Host": "localhost.example.org"},
        {"Host": "127.0.0.1@example.org"},
        {"Host": "192.168.0.1"},
        {"Host": "0.0.0.0"},
        {"Host": ""},
        {"Host": "[::1"},
        {"Host": "[::2]"},
        {"Origin": "https://example.org"},
        {"Origin": "http://127.0.0.1.example.org"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Origin": "file://"},
        {"Forwarded": "for=192.0.2.60;proto=http"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Host": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"X-Real-IP": "127.0.0.1"},
    ],
    ids=lambda headers: "-".join(*headers.items()),
)
def test_whoever_comes_from_elsewhere_is_turned_away(
    service: Service, headers: dict[str, str]
) -> None:
    for path in ("/", "/healthz", "/readyz", "/v1/info", "/v1/documents", "/openapi.json"):
        require_problem(service.client.get(path, headers=headers), "forbidden")
    for path in ("/v1/documents", "/v1/ask", "/v1/search"):
        response = service.client.post(
            path, content=_DOCUMENT, headers={"Content-Type": "application/json", **headers}
        )
        require_problem(response, "forbidden")
    response = service.client.delete(f"/v1/documents/{ROUND_TABLE}", headers=headers)
    require_problem(response, "forbidden")
    assert service.ids() == sorted(file.name for file in SEEDS.glob("*.txt"))


def test_a_request_without_a_host_is_turned_away(service: Service) -> None:
    answer = raw(service, b"GET /v1/info HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"embedding_model" not in answer


def test_this_machine_by_its_names_is_let_in(service: Service) -> None:
    for host in (f"127.0.0.1:{service.port}", f"localhost:{service.port}", "[::1]", "LOCALHOST"):
        assert service.client.get("/v1/info", headers={"Host": host}).status_code == 200
    own = {"Origin": service.url}
    assert service.client.post("/v1/search", json={"query": "а"}, headers=own).status_code == 200


def test_no_other_site_may_read_an_answer(service: Service) -> None:
    response = service.client.options(
        "/v1/ask",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
    )
    require_problem(response, "forbidden")
    own = service.client.get("/v1/info", headers={"Origin": service.url})
    assert own.status_code == 200
    for headers in (response.headers, own.headers):
        assert not [name for name in headers if name.startswith("access-control")]


def test_every_response_carries_the_security_headers(fresh: Service) -> None:
    fresh.add({"id": "short-lived", "text": "Ненадолго."})
    client, as_json = fresh.client, {"Content-Type": "application/json"}
    too_much = b" " * (BODY_BYTES + 1)
    responses = [
        client.get("/"),
        client.get("/web/page/page.css"),
        client.get("/widget.js"),
        client.get("/web/nothing.js"),
        client.get("/v1/info"),
        client.get("/openapi.json"),
        client.get("/healthz"),
        client.get("/v1/documents/short-lived/text"),
        client.post("/v1/ask", json={"question": "Рәхмәт!"}),
        client.post("/v1/ask", json={"question": "Рәхмәт!", "stream": True}),
        fresh.post({"text": ""}),
        fresh.document("short-lived", "DELETE"),
        client.post("/v1/ask", content=b"{}", headers=as_json),
        client.get("/v1/documents?cursor=zz"),
        client.get("/v1/info", headers={"Host": "example.org"}),
        client.get("/v1/nothing"),
        client.put("/v1/ask"),
        client.get("/v1/documents/short-lived"),
        client.post("/v1/ask", content=too_much, headers=as_json),
        client.post("/v1/ask", content=iter([too_much]), headers=as_json),
        client.post("/v1/ask", content=b"x", headers={"Content-Type": "text/plain"}),
    ]
    statuses = [response.status_code for response in responses]
    assert set(statuses) == {200, 202, 204, 400, 403, 404, 405, 410, 413, 415, 422}
    for response in responses:
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "server" not in response.headers


def raw(service: Service, request: bytes, unfinished: bool = False) -> bytes:
    """Send bytes and return all that comes back until the service has closed the connection.

    ``unfinished``: the service may wait for more, or close the connection before it has read all.
    """
    with closing(socket.create_connection(("127.0.0.1", service.port), timeout=20)) as connection:
        answer = b""
        with suppress(OSError) if unfinished else nullcontext():
            connection.sendall(request)
            if unfinished:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        return answer


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search", "/v1/documents"])
def test_a_body_said_to_be_too_large_is_refused_unread(service: Service, path: str) -> None:
    answer = raw(
        service,
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {BODY_BYTES + 1}\r\nConnection: close\r\n\r\n{{".encode(),
    )
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"urn:yauap:problem:too-large" in answer


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search", "/v1/documents"])
def test_a_body_that_grows_too_large_is_refused(service: Service, path: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(BODY_BYTES // 50_000):
            yield b"a" * 50_000
        yield b'"}'

    headers = {"Content-Type": "application/json"}
    response = service.client.post(path, content=chunks(), headers=headers)
    assert response.request.headers["transfer-encoding"] == "chunked"
    require_problem(response, "too-large")
    assert service.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /healthz\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: example.org\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \xb2\r\n\r\n",
        b"GET /\xd1\x8f HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
    ids=["0.9", "tls", "hosts", "negative", "superscript", "bytes", "long"],
)
def test_what_is_no_http_does_no_harm(service: Service, request_line: bytes) -> None:
    answer = raw(service, request_line, unfinished=True)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    assert service.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/web/../settings.py",
        "/web/..%2fsettings.py",
        "/web/%2e%2e/settings.py",
        "/web/..%5csettings.py",
        "/web//etc/passwd",
        "/web/%2fetc%2fpasswd",
        "/web/%00",
        "/web/page/page.js/more",
        "/web/" + "x" * 5000,
    ],
)
def test_only_the_files_of_the_page_are_served(service: Service, path: str) -> None:
    answer = raw(service, f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"urn:yauap:problem:not-found" in answer


def test_the_service_starts_on_this_machine_alone(service: Service) -> None:
    hosts = ("0.0.0.0", "::", "example.org", "")
    runs = together([("serve", "--host", host) for host in hosts], service.data_dir)
    for run in runs:
        assert (run.status, run.out) == (1, "")
        assert "Without keys the service listens on this machine only" in run.err
        assert "--host 127.0.0.1" in run.err


def test_the_host_can_come_from_the_environment(service: Service) -> None:
    settings = {"YAUAP_HOST": "0.0.0.0", "YAUAP_LANGUAGE": "ba"}
    run = yauap("serve", data_dir=service.data_dir, **settings)
    assert run.status == 1
    assert "ошо компьютерҙа ғына эшләй" in run.err


def test_a_taken_port_is_said_to_be_taken(service: Service) -> None:
    run = yauap("serve", "--port", str(service.port), data_dir=service.data_dir)
    assert run.status == 1
    assert f"Port {service.port} on 127.0.0.1 is taken" in run.err


def test_clients_that_leave_do_no_harm(service: Service) -> None:
    """They close the connection while the answer is being written to it."""
    body = json.dumps({"question": "Рәхмәт!", "stream": True}).encode()
    request = (
        b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
            connection.sendall(request)
            read = b""
            while b"event: sources" not in read:
                read += connection.recv(4096)
                assert read.startswith(b"HTTP/1.1 200")
    assert service.client.get("/healthz").status_code == 200
    assert service.ask("Рәхмәт!")["reason"] == "small_talk"
