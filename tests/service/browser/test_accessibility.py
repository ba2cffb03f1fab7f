"""Keyboard, screen readers, contrast and small screens; axe-core looks for what people miss."""

import re
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.service.browser.conftest import Reader, Visit, page_of
from tests.service.browser.payloads import PATTERNS
from tests.service.browser.scripted import Scripted, answer, citation, hit, refusal
from tests.service.running import Service

pytestmark = pytest.mark.browser

_FOCUSED = """() => document.querySelector("yauap-chat").shadowRoot.activeElement?.className
  ?? "out" """
_DARK = ":root { color-scheme: light dark }"
LOOKS = [
    pytest.param(*look, id="-".join(map(str, look)))
    for look in product(("ba", "ru"), ("light", "dark"), (360, 1280))
]


def require_no_violations(page: Page) -> None:
    """Check the page with axe-core as it stands now."""
    page.evaluate(AXE_SCRIPT + "; null")
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    assert [
        (one["id"], one["impact"], [node["html"] for node in one["nodes"]]) for one in found
    ] == []


def looked_at(visit: Visit, url: str, language: str, scheme: str, width: int) -> Reader:
    """Open a page in one of the looks."""
    size = {"width": width, "height": 800}
    return visit(url, locale=f"{language}-RU", color_scheme=scheme, viewport=size)


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_axe_finds_nothing_in_a_conversation(
    visit: Visit, site: Scripted, language: str, scheme: str, width: int
) -> None:
    site.forget("/v1/widget/suggestions")
    offered = {"suggestions": [{"question": "Когда?", "language": "ru"}]}
    site.reply("/v1/widget/suggestions", body=offered)
    site.reply("/v1/feedback", status=204)
    page = page_of(language=language, style=_DARK)
    reader = looked_at(visit, site.page("/page", page), language, scheme, width)
    reader.may_complain = True
    expect(reader.find(".suggestion")).to_be_visible()
    require_no_violations(reader.page)
    other = "ru" if language == "ba" else "ba"
    given = answer("Раз.", citation(), citation(2, language=other), language=language)
    site.answer({**given, "generator": {"kind": "extractive", "model": "m", "degraded": True}})
    turn = reader.ask("Вопрос", "answered")
    turn.locator(".rate").last.click()
    expect(turn.locator(".comment")).to_be_visible()
    site.answer(refusal(hit(), hit(language=other)))
    reader.ask("Вопрос", "refused")
    site.reply("/v1/ask", status=429, body={}, headers={"Retry-After": "600"})
    reader.ask("Вопрос", "failed")
    require_no_violations(reader.page)
    reader.open_card(reader.find("button.marker").last)
    require_no_violations(reader.page)


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_axe_finds_nothing_on_the_chat_page(
    visit: Visit, service: Service, language: str, scheme: str, width: int
) -> None:
    reader = looked_at(visit, service.url, language, scheme, width)
    page = reader.page
    expect(page.locator("#list .row")).to_have_count(3)
    expect(reader.find(".suggestion").first).to_be_visible()
    if width == 360:
        page.locator("#show-documents").click()
    require_no_violations(page)
    page.locator("#list .row").first.click()
    expect(page.locator("#document-text")).not_to_be_empty()
    require_no_violations(page)
    page.goto(f"{service.url}/web/page/about.html")
    require_no_violations(page)


def test_axe_finds_nothing_in_the_corner_and_where_a_key_is_wanted(
    visit: Visit, site: Scripted
) -> None:
    reader = visit(site.page("/page", page_of("", data='data-key="k"')))
    reader.may_complain = True
    reader.find(".launcher").click()
    expect(reader.find(".panel")).to_be_visible()
    require_no_violations(reader.page)
    site.forget("/v1/widget/suggestions")
    site.reply("/v1/widget/suggestions", status=401, body={})
    other = visit(site.page("/other", page_of()))
    other.may_complain = True
    expect(other.find(".key-form")).to_be_visible()
    require_no_violations(other.page)


def test_everything_is_done_with_the_keyboard(reader: Reader, site: Scripted) -> None:
    page, keyboard = reader.page, reader.page.keyboard
    site.answer(answer())
    site.reply("/v1/feedback", status=204)
    reader.find(".line textarea").focus()
    keyboard.type("Вопрос")
    keyboard.press("Shift+Enter")
    keyboard.type("и ещё")
    keyboard.press("Enter")
    expect(reader.turn).to_have_attribute("data-state", "answered")
    assert site.asked()[0]["question"] == "Вопрос\nи ещё"
    expect(reader.find(".line textarea")).to_be_focused()
    keyboard.press("Tab")
    expect(reader.find(".letter >> nth=0")).to_be_focused()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    expect(reader.find(".letter >> nth=2")).to_be_focused()
    keyboard.press("Home")
    keyboard.press("ArrowLeft")
    expect(reader.find(".letter >> nth=8")).to_be_focused()
    keyboard.press("Enter")
    expect(reader.find(".line textarea")).to_have_value("Һ")
    back = """
        .send|.line textarea|.rate >> nth=1|.rate >> nth=0|.copy|.source|button.marker|.scroll|
        [data-language=en]|[data-language=ru]|[data-language=ba]|.begin
    """.split("|")
    for selector in back:
        keyboard.press("Shift+Tab")
        expect(reader.find(selector.strip())).to_be_focused()
    reader.find("button.marker").focus()
    keyboard.press("Enter")
    card = reader.find("dialog.card")
    expect(card.locator(".card-title")).to_be_focused()
    stops = set()
    for _ in range(6):  # what lies below the card cannot be reached
        keyboard.press("Tab")
        stops.add(page.evaluate(_FOCUSED))
    assert stops <= {"round close", "surroundings", "original", "out"}
    assert {"round close", "surroundings", "original"} <= stops
    keyboard.press("Escape")
    expect(reader.find("button.marker")).to_be_focused()


def test_an_answer_is_read_out_once_and_whole(reader: Reader, site: Scripted) -> None:
    log = reader.find("[role=log]")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-busy", "false")
    reply = site.reply("/v1/ask")
    turn = reader.ask("Вопрос", "thinking")
    expect(log).to_have_attribute("aria-busy", "true")
    reply.send("delta", {"text": "Начало"})
    expect(turn).to_have_attribute("data-state", "answering")
    expect(log).to_have_attribute("aria-busy", "true")
    reply.send("final", answer())
    expect(turn).to_have_attribute("data-state", "answered")
    expect(log).to_have_attribute("aria-busy", "false")
    reply.end()
    reader.find("[data-language=ba]").click()
    expect(log).to_have_attribute("aria-live", "off")  # the same in other words is not news
    expect(log).to_have_attribute("aria-live", "polite")


def test_what_is_quoted_is_marked_with_its_language(reader: Reader, site: Scripted) -> None:
    site.answer(answer("Раз.", citation(language="ba"), language="ru"))
    turn = reader.ask("Вопрос", "answered")
    expect(turn.locator(".answer")).to_have_attribute("lang", "ru")
    expect(turn.locator(".source .title")).to_have_attribute("lang", "ba")
    card = reader.open_card(turn.locator("button.marker"))
    expect(card).to_have_attribute("aria-labelledby", "card-title")
    expect(card.locator(".surroundings")).to_have_attribute("lang", "ba")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_those_who_do_not_want_it(
    visit: Visit, site: Scripted, motion: str
) -> None:
    reader = visit(site.page("/page", page_of()), reduced_motion=motion)
    reply = site.reply("/v1/ask")
    turn = reader.ask("Вопрос", "thinking")
    moving = turn.locator(".thinking").evaluate(
        "node => getComputedStyle(node, '::before').animationName"
    )
    assert (moving == "none") is (motion == "reduce")
    reply.whole(answer())
    expect(turn).to_have_attribute("data-state", "answered")


def overflow(page: Page, width: int) -> int:
    """Return by how many pixels a page, or a widget in it, is too wide."""
    widths: list[int] = page.evaluate(
        """(width) => [document.documentElement,
          ...[...document.querySelectorAll("yauap-chat")].flatMap(({ shadowRoot }) => [
            ...shadowRoot.querySelectorAll(".panel, .scroll, .desk, .card")])]
          .map((node) => Math.max(node.scrollWidth - node.clientWidth,
                                  node.getBoundingClientRect().right - width))""",
        width,
    )
    return max(widths)


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("language", ["ba", "ru"])
def test_a_narrow_screen_is_wide_enough(
    visit: Visit, site: Scripted, language: str, width: int
) -> None:
    page = page_of(language=language, style="body { margin: 0 }")
    reader = visit(site.page("/page", page), viewport={"width": width, "height": 640})
    reader.may_complain = True
    assert overflow(reader.page, width) <= 0
    long = next(text for text in PATTERNS if len(text) > 500)
    cited = citation(title=long, quote=long, url=f"https://{'o' * 60}.example/")
    site.answer(answer(long, cited))
    turn = reader.ask(long, "answered")
    assert overflow(reader.page, width) <= 0
    reader.open_card(turn.locator("button.marker"))
    assert overflow(reader.page, width) <= 0
    reader.close_card()
    site.answer(refusal(hit(title=long, quote=long)))
    reader.ask("Вопрос", "refused")
    site.reply("/v1/ask", status=400, body={"detail": long})
    reader.ask("Вопрос", "failed")
    assert overflow(reader.page, width) <= 0


def test_a_question_is_shown_where_the_answer_begins(reader: Reader, site: Scripted) -> None:
    for _ in range(3):
        site.answer(answer("Слово за слово. " * 150))
        turn = reader.ask("Вопрос", "answered")
        expect(turn.locator(".asked")).to_be_in_viewport()
    scrolled = reader.page.evaluate("() => [scrollX, scrollY]")
    assert scrolled == [0, 0]  # the page around does not jump
    assert re.search(r"[1-9]", str(reader.find(".scroll").evaluate("node => node.scrollTop")))
