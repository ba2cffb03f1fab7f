"""Who comes into the console, and which forms count."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from itertools import product
from pathlib import Path
from pkgutil import iter_modules

import httpx
import jwt
import pytest
from starlette.requests import Request

from index.catalog import Catalog, get_state
from index.messages import MESSAGE_LANGUAGES, message
from service.app import create_app
from service.console import routes as subjects
from service.console.sessions import Session, Sessions
from service.keys import SCOPES, Keys
from service.settings import ServiceSettings
from service.signing import signing_secret
from tests.service.commands import wait_for
from tests.service.operator import Console, parsed, text_of
from tests.service.serving import Serve

PAGES = ("", "/documents", "/document?id=open", "/ask", "/jobs", "/feedback", "/refused", "/keys",
         "/evaluation")  # fmt: skip
POSTS = ("/documents", "/document/deletion", "/ask", "/jobs/x/cancellation", "/keys",
         "/keys/revocation", "/compaction", "/backup", "/sign-out")  # fmt: skip
FILES = ("/feedback/export", "/refused/export", "/evaluation/report", "/jobs/x/events")


@pytest.fixture
def console(serve: Serve) -> Iterator[Console]:
    with serve() as client:
        yield Console(client)


@pytest.fixture
def admin(keys: Keys) -> str:
    """The secret of an admin key."""
    return keys.create("operator", ["admin"])[1]


def test_the_lists_of_this_file_hold_every_address() -> None:
    routes = {
        (route.path.removeprefix("/console").replace("{job_id}", "x"), method)
        for module in iter_modules(subjects.__path__)
        for route in import_module(f"{subjects.__name__}.{module.name}").router.routes
        for method in route.methods
    }
    known = {(path.partition("?")[0], "GET") for path in PAGES + FILES}
    known |= {(path, "POST") for path in POSTS} | {("/jobs/x", "GET")}
    assert {pair for pair in routes if pair[0] != "/sign-in"} == known


def test_without_keys_it_is_open_here(console: Console) -> None:
    for path in PAGES[:-1]:
        assert console.page(path).xpath("//nav")
    refused = console.get("", Origin="https://elsewhere.example")
    assert refused.status_code == 403


def test_without_signing_in_nothing_is_shown(console: Console, admin: str) -> None:
    for path in (*PAGES, *FILES, "/jobs/x"):
        response = console.get(path)
        assert response.status_code == 303, path
        assert response.headers["location"] == "/console/sign-in"
        assert "Мёд" not in response.text
    sign_in = console.page("/sign-in")
    assert not sign_in.xpath("//nav")
    for path in POSTS:
        assert console.post(path).status_code == 401, path


def test_a_form_is_not_even_read_of_somebody_who_has_not_signed_in(
    console: Console, admin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = console.token()
    read: list[str] = []
    monkeypatch.setattr(Request, "form", lambda request, **_: read.append(request.url.path))
    files = {"files": ("a.txt", b"a" * 1_000_000)}
    sent = console.client.post("/console/documents", data={"form_token": token}, files=files)
    assert (sent.status_code, read) == (401, [])


def test_a_page_kept_open_before_the_first_key_does_nothing_after_it(
    console: Console, keys: Keys
) -> None:
    console.page("/documents")
    keys.create("operator", ["admin"])
    assert console.get("/documents").status_code == 303
    assert console.post("/document/deletion", {"id": "open"}).status_code == 401


def test_an_admin_key_opens_it_and_signing_out_shuts_it(console: Console, admin: str) -> None:
    entered = console.sign_in(f" {admin}\n")
    assert (entered.status_code, entered.headers["location"]) == (303, "/console")
    cookie = next(c for c in entered.headers.get_list("set-cookie") if "yauap_console=" in c)
    assert {"HttpOnly", "Path=/console", "SameSite=strict"} <= set(cookie.split("; "))
    assert admin not in str(entered.headers)
    for path in PAGES[:-1]:
        assert console.page(path).xpath("//nav")
    # The cookie is no key: it opens nothing but the console.
    assert console.client.get("/v1/documents").status_code == 401
    console.done("/sign-out")
    assert console.get("/documents").status_code == 303


def test_signing_out_voids_a_copied_cookie_in_every_process(
    console: Console, admin: str, serve: Serve
) -> None:
    console.sign_in(admin)
    copied = {"Cookie": f"yauap_console={console.client.cookies['yauap_console']}"}
    jobs = "/console/jobs"
    with serve() as second, httpx.Client(base_url=console.client.base_url) as other:
        elsewhere = Console(other)
        elsewhere.sign_in(admin)
        for client in (console.client, second):
            assert httpx.get(client.base_url.join(jobs), headers=copied).status_code == 200
        console.done("/sign-out")
        for client in (console.client, second):
            assert httpx.get(client.base_url.join(jobs), headers=copied).status_code == 303
        assert elsewhere.get("/jobs").status_code == 200  # another session of the same key
    with serve() as restarted:
        assert restarted.get(jobs, headers=copied).status_code == 303


def test_a_session_that_was_left_is_remembered_no_longer_than_it_would_have_lasted(
    keys: Keys, honey_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = Catalog(honey_folder)
    sessions = Sessions(catalog, keys, seconds=600)
    key, _ = keys.create("operator", ["admin"])
    first, second = sessions.open(key.id), sessions.open(key.id)
    sessions.close(first)
    assert sessions.of({first.cookie: sessions.token(first)}) != first
    assert sessions.of({second.cookie: sessions.token(second)}) == second
    later = second.end + 1
    monkeypatch.setattr("service.console.sessions.time.time", lambda: later)
    third = sessions.open(key.id)
    sessions.close(third)
    with catalog.reading() as connection:
        assert json.loads(get_state(connection, "console_signed_out") or "") == {
            third.id: third.end
        }


def test_other_keys_do_not_open_it(console: Console, keys: Keys, admin: str) -> None:
    for scope in (scope for scope in SCOPES if scope != "admin"):
        origins = ["https://example.org"] if scope == "publishable" else []
        answer = console.sign_in(keys.create("other", [scope], origins=origins)[1])
        assert answer.status_code == 403
        assert parsed(answer).xpath("//*[@role='alert']")
        assert console.get("/documents").status_code == 303


def test_a_wrong_key_is_told_so(serve: Serve, admin: str) -> None:
    wrong = ("", "x", admin[:-1], admin + "A", f"yauap_{'0' * 12}_{admin[-43:]}")
    with serve(rate_sign_in="") as client:
        console = Console(client)
        for given, language in product(wrong, MESSAGE_LANGUAGES):
            answer = console.post("/sign-in", {"key": given}, headers={"Accept-Language": language})
            assert answer.status_code == 401
            (alert,) = parsed(answer).xpath("//*[@role='alert']")
            assert text_of(alert) == message("http.unauthorized", language)
            assert len(given) < 2 or given not in answer.text


def test_so_many_attempts_and_no_more(serve: Serve, admin: str) -> None:
    with serve(rate_sign_in="3/hour") as client:
        console = Console(client)
        assert [console.sign_in("wrong").status_code for _ in range(4)] == [401, 401, 401, 429]
        refused = console.sign_in(admin)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 3600


def test_a_session_counts_as_its_key_does(serve: Serve, admin: str) -> None:
    with serve(rate_per_key="3/hour") as client:
        console = Console(client)
        console.sign_in(admin)
        statuses = [console.get("/jobs").status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]


def test_a_session_ends_with_its_key_and_its_time(
    serve: Serve, keys: Keys, admin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(console_seconds=60) as client:
        console = Console(client)
        console.sign_in(admin)
        assert console.get("/jobs").status_code == 200
        keys.revoke(keys.list()[0].id)
        assert console.get("/jobs").status_code == 303
        began = time.time()
        other = keys.create("second", ["admin"])[1]
        monkeypatch.setattr("service.console.sessions.time.time", lambda: began - 61)
        console.sign_in(other)
        assert console.get("/jobs").status_code == 303


def test_a_session_lasts_while_it_is_used_but_not_for_ever(keys: Keys, honey_folder: Path) -> None:
    sessions = Sessions(Catalog(honey_folder), keys, seconds=600)
    key, _ = keys.create("operator", ["admin"])
    session = sessions.open(key.id)
    assert 12 * 3600 - 5 <= session.end - time.time() <= 12 * 3600

    def seconds_left(of: Session) -> float:
        claims = jwt.decode(sessions.token(of), options={"verify_signature": False})
        return float(claims["exp"] - time.time())

    assert 590 <= seconds_left(session) <= 600
    assert sessions.of({session.cookie: sessions.token(session)}) == session
    assert seconds_left(replace(session, end=int(time.time()) + 30)) <= 30


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_forged_session_is_none(console: Console, admin: str, keys: Keys) -> None:
    console.sign_in(admin)
    true = console.client.cookies["yauap_console"]
    claims = jwt.decode(true, options={"verify_signature": False})
    head, body, _ = true.split(".")
    widget = {**claims, "aud": "widget"}
    for forged in (
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, "s" * 64, "HS256"),
        jwt.encode(widget, "s" * 64, "HS256"),
        f"{head}.{body}.",
        body,
        "é",
    ):
        fresh = httpx.Client(base_url=console.client.base_url, trust_env=False)
        with fresh:
            sent = [(b"Cookie", f"yauap_console={forged}".encode())]
            assert fresh.get("/console/jobs", headers=sent).status_code == 303


def test_a_token_of_another_kind_opens_nothing(console: Console, admin: str, keys: Keys) -> None:
    origin = "https://example.org"
    public = keys.create("page", ["publishable"], origins=[origin])[1]
    session = console.client.post(
        "/v1/widget/session", json={"key": public}, headers={"Origin": origin}
    )
    console.client.cookies.set("yauap_console", session.json()["token"], path="/console")
    assert console.get("/jobs").status_code == 303
    console.client.cookies.clear()
    console.sign_in(admin)
    own = {"Authorization": f"Bearer {console.client.cookies['yauap_console']}"}
    asked = console.client.post("/v1/ask", json={"question": "Мёд?"}, headers=own)
    assert asked.status_code == 401


def test_a_form_that_is_not_ours_changes_nothing(console: Console) -> None:
    with httpx.Client(base_url=console.client.base_url, trust_env=False) as other:
        foreign = Console(other).token()
    console.page("/documents")
    for given in ({}, {"form_token": ""}, {"form_token": foreign}, {"form_token": "é\ud800"[:1]}):
        for path in POSTS:
            fields = {"id": "open", "question": "Мёд?", "name": "x", "scope": "admin", **given}
            answer = console.client.post(f"/console{path}", data=fields)
            assert answer.status_code == 403, path
            (alert,) = parsed(answer).xpath("//*[@role='alert']")
            assert text_of(alert) == message("console.form", "en")
    files = {"files": ("a.txt", "Өс.".encode())}
    assert console.client.post("/console/documents", files=files).status_code == 403
    assert console.client.post("/console/sign-in", data={"key": "x"}).status_code == 403
    told = console.client.get("/v1/documents").json()
    assert [item["id"] for item in told["items"]] == ["closed", "open"]
    assert console.client.get("/v1/admin/keys").json() == {"items": []}


def test_the_policy_lets_no_script_or_style_of_a_page_run(console: Console) -> None:
    for path in (*PAGES, "/sign-in", "/jobs/none", "/static/console.js"):
        headers = console.get(path).headers
        policy = headers["content-security-policy"]
        for wanted in ("default-src 'none'", "script-src 'self'", "style-src 'self'",
                       "frame-ancestors 'none'", "base-uri 'none'"):  # fmt: skip
            assert wanted in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        if not path.startswith("/static"):
            assert "form-action 'self'" in policy
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "same-origin"
        else:
            assert headers["cache-control"] == "no-cache"
    assert "form-action 'none'" in console.client.get("/").headers["content-security-policy"]


def test_a_key_never_stands_in_the_log(
    serve: Serve, admin: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with serve() as client:
        console = Console(client)
        console.sign_in(admin)
        console.page("/documents?q=тайна")
        wait_for(lambda: "request" in caplog.text, "the log")
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records
                                   if record.name.startswith("yauap"))  # fmt: skip
    assert admin.rpartition("_")[2] not in logged
    assert "тайна" not in logged
    callers = {vars(r).get("caller") for r in caplog.records if r.name == "yauap.requests"}
    assert f"key:{admin.split('_')[1]}" in callers


def test_the_language_is_chosen_kept_and_else_the_browsers(console: Console) -> None:
    assert console.page("/jobs", language="ru").get("lang") == "ru"
    page = console.page("/jobs?lang=ba", language="ru")
    assert page.get("lang") == "ba"
    assert text_of(page.xpath("//h1")[0]) == message("nav.jobs", "ba")
    assert console.page("/keys", language="ru").get("lang") == "ba"
    (other,) = console.page("/documents?q=мёд&where=names", language="ru").xpath(
        "//a[@lang='en']/@href"
    )
    assert "q=%D0%BC%D1%91%D0%B4" in other
    assert console.page(f"/documents{other}", language="ru").get("lang") == "en"
    assert console.page("/jobs?lang=xx", language="ru").get("lang") == "en"


def test_every_page_speaks_each_language_and_names_its_fields(console: Console) -> None:
    fields = "//main//input[not(@type='hidden')] | //main//select | //main//textarea"
    for path, language in product(PAGES, MESSAGE_LANGUAGES):
        page = console.page(path, language=language)
        assert page.get("lang") == language
        named = {text_of(link) for link in page.xpath("//header/nav//a")}
        assert message("nav.documents", language) in named
        for field in page.xpath(fields):
            labelled = page.xpath("//label[@for=$id]", id=field.get("id"))
            assert labelled or field.get("aria-labelledby"), field.get("name")


def test_errors_are_pages_in_the_language_of_the_page(console: Console) -> None:
    for path, status, key, values in (
        ("/jobs/none", 404, "job.unknown", {"id": "none"}),
        ("/document?id=none", 404, "document.unknown", {"id": "none"}),
        ("/documents?cursor=zz", 400, "input.cursor", {}),
        ("/document", 422, "http.invalid_request", {}),
        ("/jobs?cursor=zz", 400, "input.cursor", {}),
    ):
        page = console.page(path, status, language="ba")
        (alert,) = page.xpath("//*[@role='alert']")
        assert text_of(alert) == message(key, "ba", **values)


def test_an_unforeseen_error_is_a_page_that_gives_nothing_away(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret cause")

    monkeypatch.setattr("service.console.routes.jobs.job_out", broken)
    monkeypatch.setattr("index.jobs.Jobs.page", broken)
    page = console.page("/jobs", 500)
    assert "secret" not in text_of(page)


def test_a_signed_in_browser_that_comes_from_elsewhere_stays_signed_in(
    console: Console, admin: str
) -> None:
    console.sign_in(admin)
    with httpx.Client(base_url=console.client.base_url, trust_env=False) as without:
        # A strict cookie is not shown on the way from another site.
        arrived = without.get("/console")
        assert arrived.status_code == 303
        assert "yauap_console=" not in str(arrived.headers.get_list("set-cookie"))
    assert console.get("/jobs").status_code == 200


def test_sessions_are_known_to_every_process(console: Console, admin: str, serve: Serve) -> None:
    console.sign_in(admin)
    with serve() as second:
        session = {"Cookie": f"yauap_console={console.client.cookies['yauap_console']}"}
        assert second.get("/console/jobs", headers=session).status_code == 200


def test_each_kind_of_session_has_its_own_secret_made_once(honey_folder: Path) -> None:
    first = signing_secret(Catalog(honey_folder), "console_secret")
    assert len(first) == 64
    assert signing_secret(Catalog(honey_folder), "console_secret") == first
    assert signing_secret(Catalog(honey_folder), "widget_secret") != first


def test_over_tls_cookies_are_secure(honey_folder: Path) -> None:
    app = create_app(ServiceSettings(data_dir=honey_folder))

    async def cookies(base: str) -> list[str]:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return (await client.get("/console?lang=ba")).headers.get_list("set-cookie")

    for base, secure in (("https://127.0.0.1", True), ("http://127.0.0.1", False)):
        given = asyncio.run(cookies(base))
        assert len(given) == 2
        assert {"Secure" in cookie for cookie in given} == {secure}
