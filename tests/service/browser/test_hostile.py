"""Hostile texts and hostile pages: nothing executes, nothing is fetched, nothing gets out."""

import hashlib
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.keys import Keys
from tests.fakes import fake_folder, ingest
from tests.service.browser.conftest import Reader, Visit, page_of
from tests.service.browser.payloads import ADDRESSES, MARKUP, PATTERNS
from tests.service.browser.scripted import Scripted, answer, citation, hit, refusal
from tests.service.serving import Serve

pytestmark = pytest.mark.browser

_TEXTS = MARKUP + PATTERNS
# What may stand in the shadow root, and the attributes there; an address is of http or https.
_FOREIGN = """() => {
  const tags = new Set(("a article blockquote button dialog div footer form h2 h3 h4 header input"
    + " label li mark p section span textarea ul svg path").split(" "));
  const odd = [];
  for (const chat of document.querySelectorAll("yauap-chat")) {
    for (const node of chat.shadowRoot.querySelectorAll("*")) {
      if (!tags.has(node.localName)) odd.push(node.localName);
      const names = [...node.attributes].map(({ name }) => name);
      odd.push(...names.filter((name) => /^on|^style$|^src|^action$/.test(name)));
      if (node.localName === "a" && !/^https?:/.test(node.href)) odd.push(node.href);
    }
  }
  return odd;
}"""


def untouched(page: Page) -> None:
    """Check that the widgets of a page hold nothing but what they make themselves."""
    assert page.evaluate(_FOREIGN) == []


def test_there_are_enough_payloads() -> None:
    assert len(set(_TEXTS + ADDRESSES)) == len(_TEXTS + ADDRESSES) >= 50


def test_hostile_answers_are_nothing_but_text(reader: Reader, site: Scripted) -> None:
    for payload in _TEXTS:
        address = ADDRESSES[len(payload) % len(ADDRESSES)]
        words = f"«{payload}»"
        cited = citation(
            title=payload, url=address, quote=payload, before=payload, after=payload,
            document_id=payload, language=payload, published_at=payload,
        )  # fmt: skip
        site.answer(answer(words, cited, question=f"понят {payload}", language="ru"))
        turn = reader.ask("Вопрос", "answered")
        expect(turn.locator("button.marker")).to_have_count(1)
        shown = turn.locator(".answer").evaluate("node => node.textContent")
        assert shown.replace("\r", "") == f"{words}1".replace("\r", "")
        understood = turn.locator(".understood").evaluate("node => node.textContent")
        assert understood == f"Вопрос понят так: понят {payload}"
        turn.locator("button.marker").click()
        card = reader.find("dialog.card")
        assert card.locator("mark").evaluate("node => node.textContent") == payload
        assert card.locator(".card-title").evaluate("node => node.textContent") == payload
        expect(card.locator("a")).to_have_count(0)
        untouched(reader.page)
        reader.close_card()
        reader.find(".begin").click()
    assert {url.partition("/v1/")[0] for url in reader.requests if "/v1/" in url} == {site.url}
    assert [url for url in reader.requests if not url.startswith(site.url)] == []


def test_hostile_addresses_become_no_links(reader: Reader, site: Scripted) -> None:
    cited = [citation(n, url=address) for n, address in enumerate(ADDRESSES, 1)]
    site.answer(answer("Вот.", *cited))
    turn = reader.ask("Вопрос", "answered")
    for marker in turn.locator("button.marker").all():
        card = reader.open_card(marker)
        expect(card.locator("a")).to_have_count(0)
        reader.close_card()
    untouched(reader.page)


def test_hostile_refusals_problems_and_suggestions_are_nothing_but_text(
    visit: Visit, site: Scripted
) -> None:
    url = site.page("/page", page_of())
    site.forget("/v1/widget/suggestions")
    offered: list[dict[str, Any]] = [
        {"question": text, "language": "ba"} for text in (MARKUP[0], MARKUP[3])
    ]
    site.reply("/v1/widget/suggestions", body={"suggestions": [*offered, 5, {"question": 7}]})
    reader = visit(url)
    reader.may_complain = True
    expect(reader.find(".suggestion")).to_have_text([MARKUP[0], MARKUP[3]])
    untouched(reader.page)
    for payload in _TEXTS:
        site.answer(refusal(hit(title=payload, quote=payload, url=payload)))
        turn = reader.ask(payload.strip()[:2000], "refused")
        assert turn.locator(".excerpt").evaluate("node => node.textContent") == payload
        site.reply("/v1/ask", status=400, body={"detail": payload})
        turn = reader.ask("Вопрос", "failed")
        assert turn.locator(".failure").evaluate("node => node.textContent") == payload
        untouched(reader.page)
        reader.find(".begin").click()
    assert [url for url in reader.requests if not url.startswith(site.url)] == []


def test_what_is_no_answer_draws_nothing(reader: Reader, site: Scripted) -> None:
    spans = [
        {"start": -5, "end": 10**9, "citations": [1, "x", None]},
        None,
        {"start": "0", "end": 1},
    ]
    site.answer(answer("Так.", citation(), answer_spans=spans))
    expect(reader.ask("Вопрос", "answered").locator(".answer")).to_contain_text("Так.")
    nothing: list[Any] = [None, 5, [], {}, {"answer": {}}, {"answer": "x", "answered": "yes"}]
    for final in nothing:
        reply = site.reply("/v1/ask")
        reply.send("citation", {"number": "<b>"})
        reply.send("delta", {"text": {"x": 1}})
        reply.send("final", final)
        reply.end()
        reader.ask("Вопрос", "failed")
    untouched(reader.page)


def _word(number: int) -> str:
    digits = hashlib.sha256(str(number).encode()).hexdigest()[:12]
    return "".join(chr(ord("а") + int(digit, 16)) for digit in digits)


def test_hostile_documents_are_nothing_but_text(
    visit: Visit, site: Scripted, serve: Serve, keys: Keys, honey_folder: Any
) -> None:
    key = keys.create("page", ["publishable"], origins=[site.url])[1]
    words = [_word(number) for number in range(len(MARKUP))]
    documents = [
        {
            "id": f"hostile/{number}<b>",
            "title": payload,
            "url": ADDRESSES[number % len(ADDRESSES)],
            "text": f"{words[number]} {words[number][::-1]} {payload} йылда асылды.",
        }
        for number, payload in enumerate(MARKUP)
    ]
    job = ingest(fake_folder(honey_folder, chunk_tokens=192), *documents)
    assert (job.added, job.failed) == (len(MARKUP), 0)
    with serve(rate_per_session="", rate_per_key="") as client:
        page = page_of(f'<yauap-chat server="{client.base_url}" key="{key}"></yauap-chat>')
        reader = visit(site.page("/page", page))
        for number in range(0, len(MARKUP), 2):
            turn = reader.ask(f"{words[number]} {words[number][::-1]}?")
            expect(turn).to_have_attribute("data-state", "answered")
            turn.locator("button.marker").first.click()
            expect(reader.find("dialog.card mark")).to_contain_text(words[number])
            expect(reader.find("dialog.card a")).to_have_count(0)
            untouched(reader.page)
            reader.close_card()
            reader.find(".begin").click()
        reader.page.goto("about:blank")


# Rules that pages are known to have, and worse ones.
_STYLE = """
* { color: red !important; font: italic 40px fantasy !important; letter-spacing: 1em !important;
    text-transform: uppercase !important; box-sizing: content-box !important; direction: rtl;
    float: right !important; visibility: hidden; white-space: pre !important;
    line-height: 4 !important; }
html { font-size: 62.5%; }
button, textarea, dialog, mark, ul, li, h2, h3, p, svg { display: none !important; }
.answer, .card, .panel, .turn, .root { opacity: 0 !important; position: absolute !important; }
:root { --accent: red; --paper: red; --ink: red; --sans: fantasy; }
yauap-chat { float: none !important; visibility: visible; }
yauap-chat * { display: none !important; }
"""
_LOOKS = """(names) => {
  const root = document.querySelector("yauap-chat").shadowRoot;
  return names.map((name) => {
    const style = getComputedStyle(root.querySelector(name));
    return ["color", "backgroundColor", "fontSize", "fontFamily", "fontStyle", "letterSpacing",
      "lineHeight", "textTransform", "display", "padding", "opacity", "position", "direction",
      "visibility", "whiteSpace"]
      .map((property) => style[property]);
  });
}"""


def test_the_style_of_a_page_does_not_come_in(visit: Visit, site: Scripted) -> None:
    looks = []
    for path, style in (("/plain", ""), ("/styled", _STYLE)):
        reader = visit(site.page(path, page_of(style=style)))
        site.answer(answer())
        reader.find(".line textarea").fill("Вопрос")
        reader.find(".line textarea").press("Enter")
        expect(reader.turn).to_have_attribute("data-state", "answered")
        parts = [".panel", ".heading", ".answer", ".marker", ".letter", ".send svg", ".box", "h4"]
        looks.append(reader.page.evaluate(_LOOKS, parts))
    assert looks[0] == looks[1]


def test_nothing_of_the_widget_gets_out(visit: Visit, site: Scripted) -> None:
    reader = visit(site.page("/page", page_of("<p id=own>Своё</p>", widget="/none.js")))
    reader.may_complain = True
    page = reader.page
    page.evaluate(
        """() => {
          window.before = { names: Object.getOwnPropertyNames(window),
            html: document.documentElement.outerHTML,
            look: getComputedStyle(document.getElementById("own")).cssText };
          window.keys = [];
          for (const kind of ["keydown", "keyup", "keypress"]) {
            addEventListener(kind, (event) => keys.push(event.key));
          }
        }"""
    )
    page.add_script_tag(url="/widget.js")
    page.evaluate("() => document.body.append(document.createElement('yauap-chat'))")
    site.answer(answer())
    box = reader.find(".line textarea")
    box.press_sequentially("Секрет")
    box.press("Enter")
    expect(reader.turn).to_have_attribute("data-state", "answered")
    after = page.evaluate(
        """() => {
          const chat = document.querySelector("yauap-chat");
          const { body, title } = document;
          const inside = [chat.innerHTML, chat.textContent, body.innerText, title];
          const added = document.querySelectorAll("yauap-chat, script[src='/widget.js']");
          added.forEach((node) => node.remove());
          const names = Object.getOwnPropertyNames(window);
          return {
            names: names.filter((name) => !before.names.includes(name)),
            html: document.documentElement.outerHTML === before.html,
            look: getComputedStyle(window.own).cssText === before.look,
            sheets: document.adoptedStyleSheets.length, keys, inside, cookie: document.cookie,
            local: localStorage.length,
          };
        }"""
    )
    assert after["html"]
    assert after["look"]
    assert after["sheets"] == after["local"] == 0
    assert set(after["names"]) <= {"before", "keys"}
    assert after["keys"] == []  # typing is no shortcut of the page
    assert after["cookie"] == ""
    assert not any("Секрет" in text or "Музей" in text for text in after["inside"])


_GLOBALS = """
Array.prototype.first = function () { return this[0]; };
String.prototype.strip = function () { return this.trim(); };
Object.prototype.extend = function () { return this; };
Element.prototype.hide = function () { this.style.display = "none"; };
Function.prototype.delay = function () { throw new Error("no"); };
var make = 1, button = 2, words = 3, answer = 4, $ = 5, _ = 6, Api = 7, Turn = 8, key = 9;
var STYLE = "x", WORDS = null;
"""
_LATER = """
window.fetch = () => { throw new Error("the page's own fetch"); };
window.XMLHttpRequest = null;
"""


def test_globals_of_the_page_are_not_in_the_way(visit: Visit, site: Scripted) -> None:
    body = f"<script>{_GLOBALS}</script><yauap-chat></yauap-chat>"
    reader = visit(site.page("/page", page_of(body) + f"<script>{_LATER}</script>"))
    site.answer(answer())
    turn = reader.ask("Вопрос", "answered")
    reader.open_card(turn.locator("button.marker"))
    reader.close_card()
    site.answer(answer())
    reader.ask("А где?", "answered")
    assert reader.page.evaluate("() => [make, key, STYLE, WORDS]") == [1, 9, "x", None]


@pytest.mark.parametrize("name", ["currentScript", "baseURI", "yauap-chat"])
def test_elements_that_bear_the_names_of_properties_do_not_lead_away(
    visit: Visit, site: Scripted, name: str
) -> None:
    body = (
        f'<img name="{name}" id="{name}" src="data:," data-key="stolen"><yauap-chat></yauap-chat>'
    )
    reader = visit(site.page("/page", page_of(body)))
    site.answer(answer())
    reader.ask("Вопрос", "answered")
    assert [url for url in reader.requests if not url.startswith((site.url, "data:"))] == []


def test_the_script_may_stand_on_a_page_twice(visit: Visit, site: Scripted) -> None:
    body = '<yauap-chat></yauap-chat><script src="/widget.js"></script>'
    reader = visit(site.page("/page", page_of(body)))
    site.answer(answer())
    reader.ask("Вопрос", "answered")
