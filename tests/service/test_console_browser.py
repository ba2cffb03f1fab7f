"""The console in a real browser: dropped files, progress, the keyboard, and how it looks."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from index.messages import message
from index.staging import Stager
from service.keys import Keys
from tests.service.attacks.talking import HOSTILE, add
from tests.service.serving import Serve
from tests.service.test_console_access import PAGES

_CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

_PATIENCE = 60_000  # milliseconds: a busy machine is slow

expect.set_options(timeout=_PATIENCE)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(_CHROMIUM).exists(), reason="there is no Chromium here"),
]
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def address(serve: Serve) -> Iterator[str]:
    """The address of a console over two documents and a hostile one, without keys."""
    with serve() as client:
        add(client, HOSTILE)
        yield f"{client.base_url}/console"


@pytest.fixture
def browse(chromium: Browser, address: str) -> Iterator[Open]:
    """Opens the console; nothing pops up, breaks a rule of ours or is fetched from elsewhere."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(line: ConsoleMessage) -> None:
        # That a request was refused is for the page to say, and tests look there.
        if line.type == "error" and not line.text.startswith("Failed to load resource"):
            complaints.append(line.text)

    def asked(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def fetched(request: Request) -> None:
        if not request.url.startswith((address, "data:")):
            complaints.append(request.url)

    def browse(path: str = "", **options: Any) -> Page:
        context = chromium.new_context(**{"locale": "en", **options})
        context.set_default_timeout(_PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", heard)
        page.on("dialog", asked)
        page.on("request", fetched)
        page.goto(address + path)
        return page

    yield browse
    for context in contexts:
        context.close()
    assert complaints == []


def drop(page: Page, where: str, **files: str) -> None:
    """Drop files on an element, as a desktop does."""
    carried = page.evaluate_handle(
        """files => {
            const carried = new DataTransfer();
            for (const [name, text] of Object.entries(files)) {
                carried.items.add(new File([text], name));
            }
            return carried;
        }""",
        {name.replace("_", "."): text for name, text in files.items()},
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(where, event, {"dataTransfer": carried})


def test_dropped_files_go_in_before_ones_eyes(
    browse: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = threading.Semaphore(0)
    whole = Stager._next_batch

    def one_at_a_time(self: Stager, *given: Any) -> list[Any]:
        assert turns.acquire(timeout=60)
        return whole(self, *given)

    monkeypatch.setattr(Stager, "_next_batch", one_at_a_time)
    page = browse("/documents")
    try:
        expect(page.get_by_text(message("console.drop_help", "en"))).to_be_visible()
        texts = {f"text{n}_txt": f"Документ {n} о мостах." for n in range(4)}
        drop(page, "form.drop", **texts, empty_txt="")
        page.wait_for_url("**/console/jobs/*")
        ready = page.locator("[data-ready]")
        expect(ready).to_have_text("1")  # the one that is empty needs no work
        turns.release()
        expect(ready).to_have_text("5")  # all are ready and wait to be published together
        expect(page.locator("progress")).to_have_js_property("value", 5)
        expect(page.get_by_text(message("console.seconds_left", "en"))).to_be_visible()
        turns.release()
        expect(page.locator("[data-events]")).to_have_count(0)
    finally:
        turns.release(100)
    expect(page.locator("dl .badge")).to_have_text(message("state.succeeded", "en"))
    expect(page.locator(".failures")).to_contain_text("empty.txt")
    expect(page.locator(".failures")).to_contain_text(message("document.empty", "en"))
    page.get_by_role("link", name="text2.txt").click()
    expect(page.locator(".chunk li")).to_have_text(["Документ 2 о мостах."])


def test_what_cannot_be_taken_is_said_beside_the_form(browse: Open, serve: Serve) -> None:
    page = browse("/documents")
    drop(page, "form.drop", picture_exe="MZ")
    alert = page.locator("form.drop [role=alert]")
    expect(alert).to_contain_text(".docx")
    page.locator("form.drop").evaluate("form => { form.dataset.most = 3; }")
    drop(page, "form.drop", long_txt="Слишком длинно.")
    expect(alert).to_have_text(message("http.too_large", "en"))
    expect(page).to_have_url(page.url)
    assert page.url.endswith("/documents")


def test_everything_works_without_a_script(browse: Open, tmp_path: Path) -> None:
    page = browse("/documents", java_script_enabled=False)
    file = tmp_path / "дом.txt"
    file.write_text("Новый дом.")
    page.set_input_files("#files", file)
    page.get_by_role("button", name=message("console.send_files", "en"), exact=True).click()
    page.wait_for_url("**/console/jobs/*")
    # Until the job is finished the page comes anew by itself.
    page.get_by_role("link", name="дом.txt").click(timeout=60_000)
    page.locator("summary").click()
    page.locator("button.danger").click()
    expect(page.get_by_text(message("console.deleted", "en"))).to_be_visible()


def focus(page: Page, wanted: Locator) -> None:
    """Go to an element by the Tab key, and see that one sees where one is."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            outline = wanted.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline == "solid"
            return
    raise AssertionError(f"the Tab key does not lead to {wanted}")


def test_the_keyboard_is_enough(browse: Open, address: str, keys: Keys) -> None:
    secret = keys.create("operator", ["admin"])[1]
    page = browse()
    expect(page.locator("#key")).to_be_focused()
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    assert secret not in page.content()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    focus(page, page.get_by_role("button", name=message("console.compact", "en"), exact=True))
    page.goto(f"{address}/documents")
    focus(page, page.locator("#files"))
    focus(page, page.locator("#q"))
    page.keyboard.type("closed")
    page.keyboard.press("Enter")
    focus(page, page.locator("tbody a"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("closed")
    focus(page, page.locator("summary"))
    page.keyboard.press("Enter")
    focus(page, page.locator("button.danger"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(message("console.deleted", "en"))).to_be_visible()
    page.goto(f"{address}/ask")
    focus(page, page.locator("#question"))
    page.keyboard.type("Какой мёд сладкий?")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_be_visible()
    page.goto(f"{address}/documents")
    focus(page, page.get_by_role("button", name=message("console.sign_out", "en")))
    page.keyboard.press("Enter")
    expect(page.locator("#key")).to_be_focused()


def require_readable(page: Page) -> None:
    """Check that nothing sticks out at the side, and what axe-core says of the page."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
    page.evaluate(AXE_SCRIPT + "; null")
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page.url


@pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [("light", 360, "ba"), ("dark", 360, "ru"), ("light", 1280, "ru"), ("dark", 1280, "ba")],
)
def test_every_page_fits_and_can_be_read(
    browse: Open,
    address: str,
    finished_run: Path,
    honey_folder: Path,
    scheme: str,
    width: int,
    language: str,
) -> None:
    (honey_folder / "runs").mkdir()
    finished_run.rename(honey_folder / "runs" / "town")
    looks = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    page = browse(f"?lang={language}", **looks)
    for path in (*PAGES, "/document?id=x%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/sign-in"):
        page.goto(address + path)
        assert page.locator("html").get_attribute("lang") == language
        require_readable(page)
    page.goto(f"{address}/jobs")
    with page.expect_event("load"):
        page.locator("tbody a").first.click()
    require_readable(page)
    page.goto(f"{address}/ask")
    page.fill("#question", "Какой мёд тёмный?")
    page.press("#question", "Enter")
    page.locator("details").first.click()
    require_readable(page)
