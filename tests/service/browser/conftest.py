"""One Chromium for all tests of this folder, and readers watched for what must not happen."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect, sync_playwright

from tests.service.browser.scripted import Scripted, serving

_CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
_PATIENCE = (
    60_000  # milliseconds; a busy machine is slow, and waiting ends when the condition holds
)

expect.set_options(timeout=_PATIENCE)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; closed with the last test of the folder, for its event loop is in the way."""
    if not Path(_CHROMIUM).exists():
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@dataclass
class Reader:
    """A page of the browser, and what went on behind it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    may_complain: bool = False  # the browser itself notes requests that fail

    def find(self, selector: str) -> Locator:
        """Find in the widgets of the page."""
        return self.page.locator(f"yauap-chat {selector}")

    @property
    def turn(self) -> Locator:
        """The last turn of the conversation."""
        return self.find(".turn").last

    def ask(self, question: str, state: str | None = None) -> Locator:
        """Ask; wait for what comes of it where a state is given; return the turn."""
        before = self.find(".turn").count()
        self.find(".line textarea").fill(question)
        self.find(".send").click()
        expect(self.find(".turn")).to_have_count(before + 1)
        if state is not None:
            expect(self.turn).to_have_attribute("data-state", state)
        return self.turn

    def open_card(self, button: Locator) -> Locator:
        """Open a passage; return its card."""
        button.click()
        card = self.find("dialog.card")
        expect(card).to_be_visible()
        expect(card.locator("mark")).to_be_in_viewport()
        return card

    def close_card(self) -> None:
        self.find("dialog.card .close").click()
        expect(self.find("dialog.card")).to_be_hidden()


Visit = Callable[..., Reader]


@contextmanager
def visiting(chromium: Browser, url: str, **context: Any) -> Iterator[Reader]:
    """Give a reader of ``url`` who complains afterwards of errors, dialogs and foreign requests."""
    given = {"locale": "ru-RU", "reduced_motion": "reduce", **context}
    opened = chromium.new_context(**given)
    opened.set_default_timeout(_PATIENCE)
    reader = Reader(opened.new_page())
    page = reader.page
    page.on("request", lambda request: reader.requests.append(request.url))
    page.on("pageerror", lambda error: reader.complaints.append(str(error)))
    page.on(
        "console",
        lambda line: reader.complaints.append(line.text) if line.type == "error" else None,
    )

    def dismiss(dialog: Dialog) -> None:
        reader.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(url)
    yield reader
    opened.close()
    assert reader.dialogs == []
    failed = [line for line in reader.complaints if "Failed to load resource" in line]
    assert [line for line in reader.complaints if line not in failed] == []
    assert reader.may_complain or failed == []


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Open pages, each in a browser of its own: ``visit(url, locale=…, viewport=…)``."""
    with ExitStack() as readers:
        yield lambda url, **context: readers.enter_context(visiting(chromium, url, **context))


@pytest.fixture
def site() -> Iterator[Scripted]:
    """A server whose answers the test writes."""
    with serving() as scripted:
        yield scripted


_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Сайт</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><style>{style}</style></head>
<body><main><h1>Сайт</h1>{body}</main><script src="{widget}" {data}></script></body></html>"""


def page_of(
    body: str = "<yauap-chat></yauap-chat>",
    widget: str = "/widget.js",
    data: str = "",
    language: str = "ru",
    style: str = "",
) -> str:
    """Return a page of some site with the widget on it."""
    return _PAGE.format(body=body, widget=widget, data=data, language=language, style=style)


@pytest.fixture
def reader(visit: Visit, site: Scripted) -> Reader:
    """A Russian reader of a page whose service is scripted."""
    return visit(site.page("/page", page_of()))
