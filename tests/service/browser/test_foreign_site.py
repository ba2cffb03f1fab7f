"""The widget on pages of another origin: sessions, policies, several on a page, its colours."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from service.keys import Keys
from tests.service.browser.conftest import Reader, Visit, page_of
from tests.service.browser.scripted import Scripted, answer
from tests.service.serving import Serve

pytestmark = pytest.mark.browser

QUESTION = "Бал тәмлеме?"
GUIDE = Path(__file__).parents[3] / "docs" / "embedding.md"


def blocks(language: str) -> list[str]:
    """Return the fenced examples of the guide in one language."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_guide_work_on_another_origin(
    visit: Visit, site: Scripted, serve: Serve, keys: Keys
) -> None:
    publishable = keys.create("page", ["publishable"], origins=[site.url])[1]
    examples = [html for html in blocks("html") if "widget.js" in html]
    assert len(examples) == 2
    policy = next(text for text in blocks("http") if "Content-Security-Policy" in text)
    with serve() as client:
        service = str(client.base_url).rstrip("/")

        def filled(text: str) -> str:
            return text.replace("https://yauap.example", service).replace("yauap_…", publishable)

        for number, example in enumerate(examples):
            page = f"<!doctype html><html lang='ru'><title>x</title><body>{filled(example)}</body>"
            header = filled(policy).partition(":")[2].strip()
            url = site.page(f"/{number}", page, Content_Security_Policy=header)
            reader = visit(url)
            if reader.find(".launcher").count():
                reader.find(".launcher").click()
            turn = reader.ask(QUESTION, "answered")
            expect(turn.locator("button.marker").first).to_be_visible()
            turn.locator(".rate").first.click()
            expect(turn.locator(".rate").first).to_have_attribute("aria-pressed", "true")
            reached = {url.split("/v1/")[0] for url in reader.requests if "/v1/" in url}
            assert reached == {service}
            reader.page.goto("about:blank")  # leaves no connection open


def test_the_wordpress_example_names_its_files() -> None:
    (php,) = blocks("php")
    assert "wp_enqueue_script" in php
    assert "widget.js" in php
    assert "data-key" in php


STRICT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def test_a_strict_policy_lets_the_widget_work(visit: Visit, site: Scripted) -> None:
    page = page_of(style="", data="").replace("<style></style>", "").replace('href="data:,"', "")
    reader = visit(site.page("/page", page, Content_Security_Policy=STRICT))
    site.answer(answer())
    turn = reader.ask(QUESTION, "answered")
    expect(reader.find(".panel")).to_have_css("display", "flex")  # the style is there
    reader.open_card(turn.locator("button.marker"))
    inline = reader.page.evaluate(
        """() => [...document.querySelector("yauap-chat").shadowRoot.querySelectorAll("*")]
          .filter((node) => node.hasAttribute("style") || node.localName === "style").length"""
    )
    assert inline == 0


def test_a_session_is_opened_once_and_renewed_before_it_ends(visit: Visit, site: Scripted) -> None:
    for number, end in enumerate(("2100-01-01T00:00:00Z", "2000-01-01T00:00:30Z")):
        site.reply("/v1/widget/session", body={"token": f"t{number}", "expires_at": end})
    body = "<yauap-chat key=k></yauap-chat><yauap-chat key=k></yauap-chat>"
    reader = visit(site.page("/page", page_of(body)))
    first, second = reader.page.locator("yauap-chat").all()

    def ask(chat: int) -> None:
        box = (first, second)[chat].locator(".line textarea")
        box.fill(QUESTION)
        box.press("Enter")

    def tokens(path: str) -> list[str]:
        return [one.headers["Authorization"] for one in site.received if one.path == path]

    site.answer(answer())
    ask(0)
    expect(first.locator(".turn")).to_have_attribute("data-state", "answered")
    site.answer(answer())
    ask(1)
    expect(second.locator(".turn")).to_have_attribute("data-state", "answered")
    assert [one.body for one in site.received if one.path == "/v1/widget/session"] == [{"key": "k"}]
    assert tokens("/v1/ask") == ["Bearer t0", "Bearer t0"]
    # The service does not know the token any more: a new one, and the question once more.
    reader.may_complain = True
    site.reply("/v1/ask", status=401, body={"detail": "ended"})
    site.answer(answer())
    ask(0)
    expect(first.locator(".turn").last).to_have_attribute("data-state", "answered")
    assert tokens("/v1/ask")[2:] == ["Bearer t0", "Bearer t1"]
    # That one is over by the clock already.
    site.reply("/v1/widget/session", body={"token": "t2", "expires_at": "2100-01-01T00:00:00Z"})
    site.answer(answer())
    ask(0)
    expect(first.locator(".turn").last).to_have_attribute("data-state", "answered")
    assert tokens("/v1/ask")[4:] == ["Bearer t2"]


def test_a_key_that_does_not_hold_is_said_to_be_so_and_no_other_is_asked_for(
    visit: Visit, site: Scripted
) -> None:
    site.reply("/v1/widget/session", times=9, status=403, body={"detail": "Не с этого сайта."})
    reader = visit(site.page("/page", page_of("<yauap-chat key=k></yauap-chat>")))
    reader.may_complain = True
    expect(reader.find(".notice")).to_have_text("Не с этого сайта.")
    turn = reader.ask(QUESTION, "failed")
    expect(turn.locator(".failure")).to_have_text("Не с этого сайта.")
    expect(reader.find(".key-form")).to_be_hidden()


def test_a_reader_of_another_site_is_asked_for_no_key(
    visit: Visit, site: Scripted, serve: Serve, keys: Keys
) -> None:
    keys.create("reader", ["ask"])
    with serve(cors_origins=site.url) as client:
        page = page_of(f'<yauap-chat server="{client.base_url}"></yauap-chat>')
        reader = visit(site.page("/page", page))
        reader.may_complain = True
        expect(reader.find(".notice")).to_be_visible()
        expect(reader.find(".key-form")).to_be_hidden()
        reader.page.goto("about:blank")


def test_several_on_a_page_keep_to_themselves(visit: Visit, site: Scripted) -> None:
    body = (
        "<yauap-chat></yauap-chat><yauap-chat id=b lang=ba></yauap-chat><yauap-chat></yauap-chat>"
    )
    reader = visit(site.page("/page", page_of(body)))
    chats = reader.page.locator("yauap-chat").all()
    for number, chat in enumerate(chats):
        site.answer(answer(f"Ответ {number}."))
        chat.locator(".line textarea").fill(f"Вопрос {number}")
        chat.locator(".send").click()
        expect(chat.locator(".turn")).to_have_attribute("data-state", "answered")
    assert [body["history"] for body in site.asked()] == [[], [], []]
    expect(chats[1].locator(".sources h4")).to_have_text("Сығанаҡтар")
    reader.page.reload()
    for number, chat in enumerate(chats):
        expect(chat.locator(".turn .answer")).to_have_text(re.compile(f"Ответ {number}"))


def test_a_script_with_a_key_brings_a_button_to_the_corner(visit: Visit, site: Scripted) -> None:
    end = "2100-01-01T00:00:00Z"
    site.reply("/v1/widget/session", body={"token": "t", "expires_at": end})
    data = 'data-key="k" data-heading="Библиотека" data-accent="#0b5ed7"'
    reader = visit(site.page("/page", page_of("", data=data)))
    launcher, panel = reader.find(".launcher"), reader.find(".panel")
    expect(panel).to_be_hidden()
    assert not [url for url in reader.requests if "/v1/" in url]  # nothing before it is opened
    launcher.click()
    expect(launcher).to_have_attribute("aria-expanded", "true")
    expect(reader.find(".line textarea")).to_be_focused()
    expect(reader.find(".heading")).to_have_text("Библиотека")
    expect(launcher).to_have_css("background-color", "rgb(11, 94, 215)")
    site.answer(answer())
    turn = reader.ask(QUESTION, "answered")
    reader.open_card(turn.locator("button.marker"))
    reader.page.keyboard.press("Escape")
    expect(panel).to_be_visible()  # that closed the card alone
    reader.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()
    expect(reader.page.locator("yauap-chat")).to_have_count(1)


def test_an_element_taken_away_and_put_back_is_the_same(reader: Reader, site: Scripted) -> None:
    site.answer(answer())
    reader.ask(QUESTION, "answered")
    reader.page.evaluate(
        """() => { const chat = document.querySelector("yauap-chat"); chat.remove();
                   document.body.prepend(chat); }"""
    )
    expect(reader.find(".turn")).to_have_count(1)
    reader.find("[data-language=ba]").click()
    expect(reader.find(".sources h4")).to_have_text("Сығанаҡтар")


@pytest.mark.parametrize(
    ("scheme", "style", "theme", "dark"),
    [
        ("dark", "", "", False),  # a page that knows no dark is light
        ("dark", ":root { color-scheme: light dark }", "", True),
        ("light", ":root { color-scheme: light dark }", "", False),
        ("light", ":root { color-scheme: dark }", "", True),
        ("light", "", "dark", True),
        ("dark", ":root { color-scheme: dark }", "light", False),
    ],
)
def test_light_and_dark_follow_the_page_or_its_wish(
    visit: Visit, site: Scripted, scheme: str, style: str, theme: str, dark: bool
) -> None:
    body = f'<yauap-chat theme="{theme}"></yauap-chat>'
    reader = visit(site.page("/page", page_of(body, style=style)), color_scheme=scheme)
    paper = "rgb(21, 26, 23)" if dark else "rgb(250, 249, 245)"
    expect(reader.find(".panel")).to_have_css("background-color", paper)


@pytest.mark.parametrize("accent", ["#ffff00", "white", "hotpink", "rgb(200 200 255)", "#000"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_accent_can_be_read(visit: Visit, site: Scripted, accent: str, theme: str) -> None:
    site.forget("/v1/widget/suggestions")
    offered = [{"question": "Вопрос?", "language": "ru"}]
    site.reply("/v1/widget/suggestions", body={"suggestions": offered})
    body = f'<yauap-chat accent="{accent}" theme="{theme}"></yauap-chat>'
    reader = visit(site.page("/page", page_of(body)))
    reader.find(".line textarea").fill("?")

    def contrast(selector: str, ground: str) -> float:
        ratio: float = reader.page.evaluate(
            """([selector, ground]) => {
              const root = document.querySelector("yauap-chat").shadowRoot;
              const find = (one) => root.querySelector(one);
              const light = (colour) => {
                const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => {
                  const c = v / 255;
                  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const ink = light(getComputedStyle(find(selector)).color);
              const paper = light(getComputedStyle(find(ground)).backgroundColor);
              const pair = [ink, paper].sort((a, b) => b - a);
              return (pair[0] + 0.05) / (pair[1] + 0.05);
            }""",
            [selector, ground],
        )
        return ratio

    expect(reader.find(".suggestion")).to_be_visible()
    assert contrast(".suggestion", ".panel") >= 4.5
    assert contrast(".language[aria-pressed=true]", ".language[aria-pressed=true]") >= 4.5
    assert contrast(".send", ".send") >= 4.5


@pytest.mark.parametrize("accent", ["", "nonsense", "red; background: url(//example.org)", "}*{"])
def test_an_accent_that_is_no_colour_is_passed_over(
    visit: Visit, site: Scripted, accent: str
) -> None:
    reader = visit(site.page("/page", page_of(f'<yauap-chat accent="{accent}"></yauap-chat>')))
    pressed = reader.find(".language[aria-pressed=true]")
    expect(pressed).to_have_css("color", "rgb(29, 92, 69)")
    assert [url for url in reader.requests if not url.startswith(site.url)] == []
