"""Keys: what each may do and see, from the next request on."""

import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import Catalog
from index.errors import InvalidInput, NotFound
from index.filters import Filters
from index.messages import MESSAGE_LANGUAGES, message
from service.access import required_scope
from service.app import create_app
from service.keys import SCOPES, Keys
from service.schemas.filters import FiltersIn
from service.settings import ServiceSettings
from tests.fakes import fake_folder, ingest
from tests.service.commands import YAUAP, environment, yauap
from tests.service.serving import Serve
from tests.service.test_problems import require_problem

ONLY_PUBLIC = FiltersIn(source=["public"])
# A request for each scope that wants one, "" for any key.
REQUESTS = [
    ("", "GET", "/v1/info", None),
    ("ask", "POST", "/v1/ask", {"question": "Мёд?"}),
    ("ask", "POST", "/v1/search", {"query": "мёд"}),
    ("read", "GET", "/v1/documents", None),
    ("read", "GET", "/v1/documents/open", None),
    ("read", "GET", "/v1/documents/open/text", None),
    ("ingest", "POST", "/v1/documents", {"documents": [{"text": "Өс."}]}),
    ("ingest", "DELETE", "/v1/documents/none", None),
    ("ingest", "GET", "/v1/jobs/none", None),
    ("admin", "GET", "/v1/nothing", None),
]


@pytest.fixture
def client(serve: Serve) -> Iterator[httpx.Client]:
    with serve() as client:
        yield client


def bearing(secret: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", **more}


def test_each_scope_allows_its_own_requests_alone(client: httpx.Client, keys: Keys) -> None:
    secrets = {scope: keys.create(scope, [scope])[1] for scope in SCOPES if scope != "publishable"}
    for scope, secret in secrets.items():
        for wanted, method, path, body in REQUESTS:
            response = client.request(method, path, json=body, headers=bearing(secret))
            if wanted in ("", scope):
                assert response.status_code not in (401, 403), (scope, path)
            else:
                detail = require_problem(response, "forbidden")["detail"]
                assert detail == message("http.scope", "en", scope=wanted)


def test_a_publishable_key_is_no_key_for_anything_else(client: httpx.Client, keys: Keys) -> None:
    secret = keys.create("page", ["publishable"], origins=["https://example.org"])[1]
    for _, method, path, body in REQUESTS:
        response = client.request(method, path, json=body, headers=bearing(secret))
        require_problem(response, "forbidden")


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_without_a_key_that_holds_nothing_is_told(
    client: httpx.Client, keys: Keys, language: str
) -> None:
    key, secret = keys.create("ours", ["ask", "read", "ingest", "admin"])
    last = "A" if secret[-1] != "A" else "B"
    wrong = {
        "none": {},
        "empty": {"Authorization": "Bearer"},
        "basic": {"Authorization": f"Basic {secret}"},
        "half": bearing(secret[: len(secret) // 2]),
        "changed": bearing(secret[:-1] + last),
        "other": bearing(f"yauap_{'0' * 12}_{secret[-43:]}"),
        "longer": bearing(secret + "A"),
        "id": bearing(key.id),
        "sql": bearing("' OR 1=1 --"),
    }
    for name, headers in wrong.items():
        for _, method, path, body in REQUESTS:
            headers = {**headers, "Accept-Language": language}
            response = client.request(method, path, json=body, headers=headers)
            problem = require_problem(response, "unauthorized")
            assert response.headers["www-authenticate"] == "Bearer"
            known = "http.no_key" if name in ("none", "empty", "basic") else "http.unauthorized"
            said = {tongue: message(known, tongue) for tongue in MESSAGE_LANGUAGES}
            assert (language, problem["detail"]) in said.items()
    for path in ("/healthz", "/openapi.json", "/", "/widget.js"):
        assert client.get(path).status_code == 200


def test_several_keys_in_one_request_are_none(client: httpx.Client, keys: Keys) -> None:
    secret = keys.create("ours", ["read"])[1]
    twice = [("Authorization", f"Bearer {secret}"), ("Authorization", "Bearer x")]
    require_problem(client.get("/v1/documents", headers=twice), "unauthorized")


def test_keys_count_from_the_next_request_on(client: httpx.Client, keys: Keys) -> None:
    assert client.get("/v1/documents").status_code == 200
    key, secret = keys.create("first", ["read"])
    require_problem(client.get("/v1/documents"), "unauthorized")
    assert client.get("/v1/documents", headers=bearing(secret)).status_code == 200
    keys.revoke(key.id)
    require_problem(client.get("/v1/documents", headers=bearing(secret)), "unauthorized")
    # The last key is gone, and still nobody is let in without one.
    require_problem(client.get("/v1/documents"), "unauthorized")


def test_an_expired_key_does_not_hold(
    client: httpx.Client, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret = keys.create("for a day", ["read"], days=1)
    assert client.get("/v1/documents", headers=bearing(secret)).status_code == 200
    assert key.expires_at is not None
    monkeypatch.setattr("service.keys.now", lambda: key.expires_at)
    require_problem(client.get("/v1/documents", headers=bearing(secret)), "unauthorized")


def test_filters_hold_for_everything_that_a_key_does(client: httpx.Client, keys: Keys) -> None:
    secret = keys.create("guest", ["ask", "read"], filters=ONLY_PUBLIC)[1]
    headers = bearing(secret)

    def sources(path: str, body: dict[str, object]) -> set[str]:
        told = client.post(path, json=body, headers=headers).json()
        hits = told.get("results", told.get("sources"))
        return {hit["document_id"] for hit in [*hits, *told.get("citations", ())]}

    assert sources("/v1/search", {"query": "мёд горький"}) == {"open"}
    assert sources("/v1/ask", {"question": "Какой мёд горький?"}) <= {"open"}
    for filters in ({"source": ["internal"]}, {"document_id": ["closed"]}):
        assert sources("/v1/search", {"query": "мёд горький", "filters": filters}) == set()
        assert sources("/v1/ask", {"question": "мёд горький?", "filters": filters}) == set()
    streamed = client.post(
        "/v1/ask", json={"question": "мёд горький?", "stream": True}, headers=headers
    )
    assert '"open"' in streamed.text
    assert '"closed"' not in streamed.text
    listed = client.get("/v1/documents", headers=headers).json()["items"]
    assert [item["id"] for item in listed] == ["open"]
    counts = client.get("/v1/info", headers=headers).json()["counts"]
    assert counts["by_source"] == {"public": 1}
    assert (counts["documents"], counts["chunks"]) == (1, 1)
    for path in ("/v1/documents/closed", "/v1/documents/closed/text"):
        require_problem(client.get(path, headers=headers), "not-found")
    assert client.get("/v1/documents/open/text", headers=headers).status_code == 200


def test_a_deleted_document_was_never_there_for_a_key_with_filters(
    client: httpx.Client, keys: Keys
) -> None:
    assert client.delete("/v1/documents/closed").status_code == 204
    secret = keys.create("guest", ["read"], filters=ONLY_PUBLIC)[1]
    response = client.get("/v1/documents/closed", headers=bearing(secret))
    require_problem(response, "not-found")


def test_an_earlier_version_is_seen_by_its_own_fields(honey_folder: Path) -> None:
    folder = fake_folder(honey_folder, chunk_tokens=192)
    ingest(folder, {"id": "closed", "text": "Мёд бывает разный.", "source": "public"})
    public = ONLY_PUBLIC.to_filters()
    assert folder.library.text("closed", 2, public) == "Мёд бывает разный."
    with pytest.raises(NotFound):
        folder.library.text("closed", 1, public)


def test_only_hashes_are_stored(honey_folder: Path, keys: Keys) -> None:
    secret = keys.create("ours", ["ask"])[1]
    with closing(sqlite3.connect(honey_folder / Catalog.FILE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = b"".join(file.read_bytes() for file in honey_folder.glob("catalog.sqlite*"))
    assert secret.encode()[-43:] not in stored
    assert keys.verified(secret) is not None


@pytest.mark.parametrize(
    ("scopes", "filters", "origins", "why"),
    [
        ([], FiltersIn(), [], "key.scopes"),
        (["write"], FiltersIn(), [], "key.scopes"),
        (["publishable", "ask"], FiltersIn(), ["https://a.org"], "key.publishable_alone"),
        (["publishable"], FiltersIn(), [], "key.origins"),
        (["ask"], FiltersIn(), ["https://a.org"], "key.origins"),
        (["publishable"], FiltersIn(), ["https://a.org/path"], "key.origin"),
        (["publishable"], FiltersIn(), ["*"], "key.origin"),
        (["publishable"], FiltersIn(), ["null"], "key.origin"),
        (["ingest"], ONLY_PUBLIC, [], "key.filters"),
        (["read", "admin"], ONLY_PUBLIC, [], "key.filters"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    keys: Keys, scopes: list[str], filters: FiltersIn, origins: list[str], why: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        keys.create("x", scopes, filters=filters, origins=origins)
    assert raised.value.key == why
    assert keys.list() == []


def test_every_address_of_the_service_has_its_scope(tmp_path: Path) -> None:
    """What the table does not know is for the admin: an address that is forgotten stays shut."""
    paths = create_app(ServiceSettings(data_dir=tmp_path / "data")).openapi()["paths"]
    forgotten = [
        path
        for path, methods in paths.items()
        for method in methods
        if required_scope(method.upper(), path) == "admin"
        and not path.startswith(("/v1/admin", "/metrics"))
    ]
    assert forgotten == []
    assert required_scope("GET", "/web2") == required_scope("GET", "/v1/asking") == "admin"


_LISTS = st.lists(st.sampled_from("abc"), max_size=3).map(tuple)
_FILTERS = st.builds(
    Filters,
    language=_LISTS,
    document_id=_LISTS,
    source=_LISTS,
    published_from=st.none() | st.sampled_from("123"),
    published_to=st.none() | st.sampled_from("123"),
    metadata=st.dictionaries(st.sampled_from("xy"), _LISTS.filter(bool), max_size=2),
)


def lets_through(filters: Filters, fields: dict[str, str]) -> bool:
    lists = {name: getattr(filters, name) for name in ("language", "document_id", "source")}
    lists |= filters.metadata
    return (
        not filters.nothing
        and all(fields[name] in values for name, values in lists.items() if values)
        and (filters.published_from is None or fields["date"] >= filters.published_from)
        and (filters.published_to is None or fields["date"] <= filters.published_to)
    )


@given(_FILTERS, _FILTERS, st.fixed_dictionaries(
    {name: st.sampled_from("abcd") for name in ("language", "document_id", "source", "x", "y")}
    | {"date": st.sampled_from("0123")}
))  # fmt: skip
def test_two_filters_together_let_through_what_both_do(
    first: Filters, second: Filters, fields: dict[str, str]
) -> None:
    both = lets_through(first, fields) and lets_through(second, fields)
    assert lets_through(first & second, fields) is both


def test_keys_are_made_listed_and_revoked_on_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = yauap("keys", "create", "Гость", "--scope", "ask", "--scope", "read", "--days", "3",
                 "--filters", '{"source": ["public"]}', data_dir=folder)  # fmt: skip
    secret = made.out.strip()
    assert made.status == 0
    assert "only time" in made.err
    key = Keys(Catalog(folder)).verified(secret)
    assert key is not None
    assert (key.name, key.filters.source) == ("Гость", ("public",))
    listed = yauap("keys", "list", data_dir=folder).out
    assert [*listed.split("\t")][:3] == [key.id, "valid", "ask,read"]
    assert secret[-43:] not in listed
    assert yauap("keys", "revoke", key.id, data_dir=folder).status == 0
    assert "not valid" in yauap("keys", "list", data_dir=folder).out
    assert yauap("keys", "revoke", "none", data_dir=folder).status == 1
    wrong = yauap("keys", "create", "x", "--scope", "ask", "--filters", "{", data_dir=folder)
    assert (wrong.status, wrong.out) == (1, "")


def test_the_command_line_asks_a_service_with_its_key(
    client: httpx.Client, keys: Keys, tmp_path: Path
) -> None:
    secret = keys.create("ours", ["ask"])[1]
    command = ("search", "мёд", "--json", "--url", str(client.base_url))
    refused = yauap(*command, data_dir=tmp_path / "none")
    assert (refused.status, refused.out) == (1, "")
    assert message("http.no_key", "en") in refused.err
    found = yauap(*command, data_dir=tmp_path / "none", YAUAP_KEY=secret)
    assert found.status == 0
    assert len(json.loads(found.out)["results"]) == 2


def test_with_a_key_the_service_starts_on_any_address(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secret = yauap("keys", "create", "ours", "--scope", "read", data_dir=folder).out.strip()
    process = subprocess.Popen(
        [YAUAP, "serve", "--host", "0.0.0.0", "--port", "0"],
        stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env=environment({
            "YAUAP_DATA_DIR": str(folder), "YAUAP_TRUSTED_PROXIES": "127.0.0.1",
            "YAUAP_RATE_PER_ADDRESS": "2/hour",
        }),
    )  # fmt: skip
    try:
        assert process.stderr is not None
        announced = re.search(r"http://0\.0\.0\.0:(\d+)", process.stderr.readline())
        assert announced
        url = f"http://127.0.0.1:{announced[1]}/v1/documents"
        elsewhere = {"Host": "example.org", "X-Forwarded-For": "192.0.2.1"}
        require_problem(httpx.get(url, headers=elsewhere), "unauthorized")
        response = httpx.get(url, headers=elsewhere | bearing(secret))
        assert json.loads(response.text)["items"] == []
        # A proxy that is trusted says for whom it asks, and each is counted alone.
        require_problem(httpx.get(url, headers=elsewhere | bearing(secret)), "too-many-requests")
        other = {"X-Forwarded-For": "127.0.0.1, 192.0.2.2"}
        assert httpx.get(url, headers=other | bearing(secret)).status_code == 200
    finally:
        process.terminate()
        process.wait(30)
        process.stderr and process.stderr.close()
