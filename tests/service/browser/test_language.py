"""Which language the widget speaks, and how Bashkir letters are typed."""

import pytest
from playwright.sync_api import expect

from tests.service.browser.conftest import Reader, Visit, page_of
from tests.service.browser.scripted import Scripted, answer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("page", "element", "browser", "spoken"),
    [
        ("ba", "", "ru-RU", "ba"),
        ("ru-RU", "", "ba-RU", "ru"),
        ("ru", "ba", "ru-RU", "ba"),
        ("en", "", "ba-RU", "en"),
        ("tt", "", "ba-RU", "ba"),
        ("", "", "ru-RU", "ru"),
        ("de", "", "de-DE", "ru"),
    ],
)
def test_the_widget_speaks_the_language_of_its_page(
    visit: Visit, site: Scripted, page: str, element: str, browser: str, spoken: str
) -> None:
    body = f"<yauap-chat {f'lang={element}' if element else ''}></yauap-chat>"
    reader = visit(site.page("/page", page_of(body, language=page)), locale=browser)
    expect(reader.find(".root")).to_have_attribute("lang", spoken)
    reader.find(".line textarea").fill("?")
    reader.find(".send").click()
    expect(reader.turn).to_have_attribute("data-state", "failed")
    sent = [one.headers["Accept-Language"] for one in site.received]
    assert set(sent) == {spoken}
    reader.may_complain = True


def test_the_language_can_be_switched_and_stays(reader: Reader, site: Scripted) -> None:
    site.answer(answer())
    turn = reader.ask("Когда?", "answered")
    switch = {name: reader.find(f"[data-language={name}]") for name in ("ba", "ru", "en")}
    for language, heading in (("ba", "Сығанаҡтар"), ("en", "Sources"), ("ru", "Источники")):
        switch[language].click()
        expect(turn.locator(".sources h4")).to_have_text(heading)
        for name, pressed in switch.items():
            expect(pressed).to_have_attribute("aria-pressed", str(name == language).lower())
    switch["ba"].click()
    expect(turn.locator(".facts")).to_have_text("русса2024 йылдың 1 феврале")
    expect(turn.locator("button.marker")).to_have_attribute("aria-label", "Сығанаҡ 1: Музей открыт")
    reader.page.reload()
    expect(reader.find(".sources h4")).to_have_text("Сығанаҡтар")


def test_a_page_that_changes_its_language_takes_the_widget_with_it(
    reader: Reader, site: Scripted
) -> None:
    heading = reader.find(".greeting-title")
    reader.find("[data-language=en]").click()
    expect(heading).to_have_text("Ask a question")
    reader.page.evaluate("() => { document.documentElement.lang = 'ba' }")
    expect(heading).to_have_text("Һорау бирегеҙ")
    reader.page.evaluate("() => { document.querySelector('yauap-chat').lang = 'ru' }")
    expect(heading).to_have_text("Задайте вопрос")


def test_a_letter_goes_where_the_caret_is(reader: Reader) -> None:
    box, letters = reader.find(".line textarea"), reader.find(".letter")
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


def test_the_texts_are_the_pages_where_it_gives_some(visit: Visit, site: Scripted) -> None:
    body = (
        '<yauap-chat heading="Китапхана" greeting="Сәләм!" placeholder="Нимә?"'
        ' suggestions="Беренсе? | Икенсе? |"></yauap-chat>'
    )
    reader = visit(site.page("/page", page_of(body, language="ba")))
    expect(reader.find(".heading")).to_have_text("Китапхана")
    expect(reader.find(".greeting-text")).to_have_text("Сәләм!")
    expect(reader.find(".line textarea")).to_have_attribute("placeholder", "Нимә?")
    expect(reader.find(".suggestion")).to_have_text(["Беренсе?", "Икенсе?"])
    reader.page.evaluate("() => document.querySelector('yauap-chat').removeAttribute('heading')")
    expect(reader.find(".heading")).to_have_text("Документтарға һорауҙар")
    reader.find("[data-language=ru]").click()
    expect(reader.find(".greeting-text")).to_have_text("Сәләм!")
