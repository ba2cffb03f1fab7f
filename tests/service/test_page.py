"""The chat page in a real browser: what a reader sees, and that nothing in a document can act."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, Route, expect, sync_playwright

from index.messages import message
from service.app import create_app
from service.settings import ServiceSettings
from tests.fakes import FakeEmbedder
from tests.service.running import Service
from tests.service.seed_questions import CENTRE, CENTRE_IN_RUSSIAN, CHAIRMAN, MODERATOR, WEATHER
from tests.service.serving import served

_CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(_CHROMIUM).exists(), reason="there is no Chromium here"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@dataclass
class Chat:
    """The page, and what went on behind it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def get(self, testid: str) -> Locator:
        return self.page.locator(f"[data-testid={testid}]")

    @property
    def turn(self) -> Locator:
        """The last turn of the conversation."""
        return self.get("turn").last

    def ask(self, question: str, state: str) -> Locator:
        """Ask, wait for what comes of it, and return the turn."""
        before = self.get("turn").count()
        self.page.fill("#question", question)
        self.page.click("#send")
        self.page.wait_for_selector("#log:not([aria-busy])", state="attached", timeout=60_000)
        assert self.get("turn").count() == before + 1
        expect(self.turn).to_have_attribute("data-state", state)
        return self.turn

    def open_passage(self, button: Locator) -> tuple[str, str]:
        """Open a passage in its document; return the highlighted text and the whole one."""
        button.click()
        expect(self.page.locator("#source")).to_be_visible()
        expect(self.page.locator("#source-text:not([aria-busy])")).to_be_attached()
        quote = self.page.locator("#source-text [data-testid=quote]")
        expect(quote).to_be_in_viewport()
        return quote.text_content() or "", self.page.locator("#source-text").text_content() or ""

    def close_passage(self) -> None:
        self.page.click("#source-close")
        expect(self.page.locator("#source")).to_be_hidden()


@pytest.fixture
def chat(chromium: Browser, service: Service) -> Iterator[Chat]:
    """The page as a Russian reader opens it; watched for anything that should not happen."""
    context = chromium.new_context(locale="ru-RU")
    chat = Chat(context.new_page())
    chat.page.on("request", lambda request: chat.requests.append(request.url))
    chat.page.on("pageerror", lambda error: chat.complaints.append(str(error)))
    chat.page.on(
        "console",
        lambda line: chat.complaints.append(line.text) if line.type == "error" else None,
    )

    def dismiss(dialog: Dialog) -> None:
        chat.dialogs.append(dialog.message)
        dialog.dismiss()

    chat.page.on("dialog", dismiss)
    chat.page.goto(service.url)
    yield chat
    context.close()
    assert chat.dialogs == []
    assert chat.complaints == []
    assert [url for url in chat.requests if not url.startswith(service.url + "/")] == []


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        pytest.param(CHAIRMAN, "Антон Ковалев", id="ru"),
        pytest.param(MODERATOR, "Сергей Борисов", id="ba"),
    ],
)
def test_an_answer_opens_its_quote_in_the_document(
    chat: Chat, service: Service, question: str, fact: str
) -> None:
    expected = service.ask(question)
    turn = chat.ask(question, "answered")
    expect(turn.locator("[data-testid=answer]")).to_contain_text(fact)
    for citation in expected["citations"]:
        marker = turn.locator(f"[data-testid=marker][data-number='{citation['number']}']")
        quote, text = chat.open_passage(marker)
        assert quote == citation["quote"]
        assert text == service.text(citation["document_id"])
        expect(chat.page.locator("#source-cross-language")).to_be_hidden()
        expect(chat.page.locator("#source-state")).to_have_text("")
        chat.close_passage()
        expect(marker).to_be_focused()
    assert turn.locator("[data-testid=marker]").count() == len(expected["citations"])


def test_a_quote_in_the_other_language_is_said_to_be_one(chat: Chat) -> None:
    turn = chat.ask(CENTRE_IN_RUSSIAN, "answered")
    quote, _ = chat.open_passage(turn.locator("[data-testid=marker]").first)
    assert "2011 йылда" in quote
    note = chat.page.locator("#source-cross-language")
    expect(note).to_have_text(
        "Ответ на русском, а источник на башкирском. Цитата приведена на языке источника."
    )
    expect(chat.page.locator("#source-text")).to_have_attribute("lang", "ba")


def test_a_refusal_offers_what_is_near(chat: Chat, service: Service) -> None:
    expected = service.ask(WEATHER)
    turn = chat.ask(WEATHER, "refused")
    expect(turn.locator("[data-testid=answer]")).to_have_text(expected["answer"])
    assert turn.locator("[data-testid=marker]").count() == 0
    near = turn.locator("[data-testid=related-hit]")
    assert near.count() == len(expected["related"]) > 0
    for number, hit in enumerate(expected["related"]):
        quote, text = chat.open_passage(near.nth(number))
        assert quote == hit["quote"]
        assert text == service.text(hit["document_id"])
        chat.close_passage()


def test_thanks_are_answered_without_sources(chat: Chat) -> None:
    turn = chat.ask("Рәхмәт!", "small-talk")
    expect(turn.locator("[data-testid=answer]")).to_have_text(message("talk.thanks", "ba"))
    assert turn.locator("[data-testid=related-hit]").count() == 0


def test_the_interface_speaks_the_chosen_language(chat: Chat) -> None:
    page = chat.page
    turn = chat.ask(CHAIRMAN, "answered")
    bashkir, russian = (page.locator(f"[data-language={name}]") for name in ("ba", "ru"))
    for _ in range(2):
        expect(page.locator("html")).to_have_attribute("lang", "ru")
        expect(page.locator("#send")).to_have_text("Отправить")
        expect(turn).to_contain_text("Источники")
        expect(russian).to_have_attribute("aria-pressed", "true")
        bashkir.click()
        expect(page.locator("html")).to_have_attribute("lang", "ba")
        expect(page.locator("#send")).to_have_text("Ебәрергә")
        expect(turn).to_contain_text("Сығанаҡтар")
        expect(bashkir).to_have_attribute("aria-pressed", "true")
        expect(russian).to_have_attribute("aria-pressed", "false")
        russian.click()
    bashkir.click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ba")
    expect(page.locator("#start-heading")).to_have_text("Һорау бирегеҙ")


def test_a_bashkir_browser_is_greeted_in_bashkir(chromium: Browser, service: Service) -> None:
    with chromium.new_context(locale="ba-RU").new_page() as page:
        page.goto(service.url)
        expect(page.locator("html")).to_have_attribute("lang", "ba")
        page.context.close()


def test_a_letter_goes_where_the_caret_is(chat: Chat) -> None:
    page, box = chat.page, chat.page.locator("#question")
    letters = chat.get("letter")
    assert letters.all_text_contents() == [*"әөүғҡңҙҫһ"]
    box.fill("бгн")
    box.press("Home")
    box.press("ArrowRight")
    letters.nth(1).click()
    expect(box).to_have_value("бөгн")
    expect(box).to_be_focused()
    box.press("ArrowRight")
    letters.nth(1).click()
    expect(box).to_have_value("бөгөн")
    box.press("End")
    box.press_sequentially(" ")
    letters.nth(8).click(modifiers=["Shift"])
    expect(box).to_have_value("бөгөн Һ")
    box.fill("")
    letters.nth(1).click()
    expect(box).to_have_value("Ө")
    box.press("Tab")
    expect(page.locator("#send")).to_be_focused()


def test_an_example_is_asked_by_a_click(chat: Chat) -> None:
    example = chat.get("example").filter(has_text=CENTRE)
    example.click()
    chat.page.wait_for_selector("#log:not([aria-busy])", state="attached", timeout=60_000)
    expect(chat.turn).to_have_attribute("data-state", "answered")
    expect(chat.turn).to_contain_text("2011")
    expect(chat.page.locator("#examples")).to_be_hidden()


def test_keys_send_a_question_or_break_its_line(chat: Chat) -> None:
    box = chat.page.locator("#question")
    box.press_sequentially("Рәх")
    box.press("Shift+Enter")
    expect(box).to_have_value("Рәх\n")
    assert chat.get("turn").count() == 0
    box.fill("Рәхмәт!")
    box.press("Enter")
    expect(chat.turn).to_have_attribute("data-state", "small-talk")
    expect(box).to_have_value("")


def test_a_question_that_is_too_long_cannot_be_sent(chat: Chat) -> None:
    box, send = chat.page.locator("#question"), chat.page.locator("#send")
    expect(send).to_be_disabled()
    box.fill(" \n ")
    expect(send).to_be_disabled()
    box.fill("𝔸" * 2000)
    expect(send).to_be_enabled()
    box.fill("𝔸" * 2001)
    expect(send).to_be_disabled()
    expect(chat.page.locator("#question-count")).to_contain_text("2001 / 2000")
    box.press("Enter")
    assert chat.get("turn").count() == 0


def test_a_follow_up_is_sent_with_what_was_said(chat: Chat) -> None:
    chat.ask(CENTRE, "answered")
    with chat.page.expect_request("**/v1/ask") as sent:
        chat.page.fill("#question", "Ә ҡайҙа?")
        chat.page.click("#send")
    body = json.loads(sent.value.post_data or "")
    assert [turn["role"] for turn in body["history"]] == ["user", "assistant"]
    assert body["history"][0]["content"] == CENTRE
    assert "2011" in body["history"][1]["content"]
    chat.page.wait_for_selector("#log:not([aria-busy])", state="attached", timeout=60_000)
    expect(chat.turn.locator("[data-testid=understood]")).to_contain_text("Кластерлы үҫеш үҙәге")


def test_a_question_can_be_stopped_and_asked_again(chat: Chat) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    chat.page.route("**/v1/ask", hold)
    chat.page.fill("#question", CHAIRMAN)
    chat.page.click("#send")
    expect(chat.turn).to_have_attribute("data-state", "thinking")
    expect(chat.page.locator("#send")).to_be_hidden()
    chat.page.click("#stop")
    expect(chat.turn).to_have_attribute("data-state", "stopped")
    expect(chat.page.locator("#send")).to_be_visible()
    chat.page.unroute("**/v1/ask")
    chat.get("retry").click()
    expect(chat.turn).to_have_attribute("data-state", "answered", timeout=60_000)
    assert chat.get("turn").count() == len(held) == 1


@pytest.mark.parametrize("fault", ["problem", "gone", "unreadable"])
def test_what_went_wrong_is_said(chat: Chat, fault: str) -> None:
    def reply(route: Route) -> None:
        if fault == "gone":
            route.abort("connectionrefused")
        elif fault == "unreadable":
            route.fulfill(status=200, body="<html>")
        else:
            problem = {"type": "x", "title": "x", "status": 503, "detail": "Ещё <b>не</b> готово."}
            route.fulfill(
                status=503, content_type="application/problem+json", body=json.dumps(problem)
            )

    words = {
        "problem": "Ещё <b>не</b> готово.",
        "gone": "Служба не отвечает.",
        "unreadable": "Ответ службы не удалось прочитать.",
    }
    chat.page.route("**/v1/ask", reply)
    turn = chat.ask(CHAIRMAN, "failed")
    expect(turn.locator("[data-testid=failure]")).to_contain_text(words[fault])
    chat.page.unroute("**/v1/ask")
    chat.get("retry").click()
    expect(turn).to_have_attribute("data-state", "answered", timeout=60_000)
    # The browser itself notes a request that failed.
    assert all("Failed to load resource" in line for line in chat.complaints)
    chat.complaints.clear()


_HOSTILE = {
    "id": "<b>hostile</b>/../%00",
    "title": "<script>alert('title')</script> \"'><svg onload=alert(1)>",
    "url": "javascript:alert('url')",
    "text": "🐝𝔸 </div><script>alert('text')</script><img src=//example.org/x onerror=alert(1)>\n"
    "Ташбулат ауылында <img src=x onerror=alert('quote')> умарта музейы 2033 йылда "
    "[1] асылды &lt;b&gt; ${alert(1)} {{alert(1)}} " + "оҙон" * 60 + ".",
}
_MUSEUM = "Ташбулат ауылында умарта музейы ҡайһы йылда асылды?"


def test_a_hostile_document_is_nothing_but_text(chat: Chat, fresh: Service) -> None:
    assert fresh.add(_HOSTILE)["documents"]["added"] == 1
    expected = fresh.ask(_MUSEUM)
    (citation,) = [c for c in expected["citations"] if c["document_id"] == _HOSTILE["id"]]
    assert "<img src=x onerror" in citation["quote"]
    turn = chat.ask(_MUSEUM, "answered")
    expect(turn).to_contain_text("<img src=x onerror=alert('quote')>")
    marker = turn.locator(f"[data-testid=marker][data-number='{citation['number']}']")
    assert marker.count() == 1  # the quote's own «[1]» is no marker
    quote, text = chat.open_passage(marker)
    assert quote == citation["quote"]
    assert text == fresh.text(_HOSTILE["id"])
    expect(chat.page.locator("#source-title")).to_have_text(_HOSTILE["title"])
    assert chat.get("original").count() == 0
    for made in ("#log img", "#log svg", "#log script", "#source img", "#source script"):
        assert chat.page.locator(made).count() == 0
    assert chat.page.locator("a[href^='javascript']").count() == 0


def test_the_original_opens_beside_the_page(chat: Chat, fresh: Service) -> None:
    address = "https://example.org/музей?a=1&b=2"
    fresh.add({**_HOSTILE, "id": "linked", "url": address, "title": "Музей"})
    turn = chat.ask(_MUSEUM, "answered")
    chat.open_passage(turn.locator("[data-testid=marker]").first)
    link = chat.page.locator("#source [data-testid=original]")
    expect(link).to_contain_text("example.org")
    assert (
        link.get_attribute("href") == "https://example.org/%D0%BC%D1%83%D0%B7%D0%B5%D0%B9?a=1&b=2"
    )
    assert link.get_attribute("target") == "_blank"
    assert set((link.get_attribute("rel") or "").split()) >= {"noopener", "noreferrer"}


def test_a_deleted_document_leaves_its_quote(chat: Chat, fresh: Service) -> None:
    fresh.add({**_HOSTILE, "id": "leaving"})
    turn = chat.ask(_MUSEUM, "answered")
    fresh.document("leaving", "DELETE")
    quote, _ = chat.open_passage(turn.locator("[data-testid=marker]").first)
    assert "умарта музейы 2033 йылда" in quote
    expect(chat.page.locator("#source-state")).to_contain_text("Документ удалён")
    assert all("410" in line for line in chat.complaints)
    chat.complaints.clear()


def test_a_narrow_screen_is_wide_enough(chat: Chat, fresh: Service) -> None:
    fresh.add(_HOSTILE)
    page = chat.page
    page.set_viewport_size({"width": 360, "height": 640})

    def overflow() -> int:
        widths: list[int] = page.evaluate(
            "() => [document.documentElement.scrollWidth, document.body.scrollWidth]"
        )
        return max(widths) - 360

    assert overflow() <= 0
    for question, state in (
        (_MUSEUM, "answered"),
        (CENTRE_IN_RUSSIAN, "answered"),
        (WEATHER, "refused"),
    ):
        chat.ask(question, state)
        assert overflow() <= 0
    page.locator("[data-language=ba]").click()
    assert overflow() <= 0
    for button in (chat.get("marker").first, chat.get("related-hit").first):
        chat.open_passage(button)
        assert overflow() <= 0
        inside = page.evaluate("() => document.querySelector('#source').scrollWidth")
        assert inside <= 360
        chat.close_passage()
    for control in ("#question", "#send", "[data-language=ba]", "[data-testid=letter] >> nth=8"):
        place = page.locator(control).bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 360


def test_everything_comes_from_the_service_itself(chat: Chat, service: Service) -> None:
    expect(chat.page.locator("#examples")).to_be_visible()
    paths = {url.removeprefix(service.url) for url in chat.requests}
    assert {"/", "/web/chat.js", "/web/chat.css", "/v1/info"} <= paths
    for path in paths:
        assert service.client.get(path).status_code == 200
    for script in chat.page.locator("script").all():
        assert (script.text_content() or "").strip() == ""  # nothing inline


def test_an_empty_service_says_how_to_fill_it(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    app = create_app(ServiceSettings(data_dir=tmp_path / "data"))
    with served(app) as client, chromium.new_context(locale="ru-RU").new_page() as page:
        page.goto(str(client.base_url))
        expect(page.locator("#no-documents")).to_contain_text("yauap ingest")
        expect(page.locator("#examples")).to_be_hidden()
        page.fill("#question", CHAIRMAN)
        page.click("#send")
        turn = page.locator("[data-testid=turn]")
        expect(turn).to_have_attribute("data-state", "refused", timeout=60_000)
        expect(turn).to_contain_text(re.compile("yauap ingest"))
        page.context.close()
