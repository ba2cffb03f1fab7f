"""The widget in a real browser: how a question is asked, answered, stopped, rated and kept."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.service.browser.conftest import Reader, Visit, page_of
from tests.service.browser.scripted import Scripted, answer, citation, hit, refusal
from tests.service.commands import wait_for

pytestmark = pytest.mark.browser

QUESTION = "Когда открылся музей?"


def text_of(locator: Locator) -> str:
    return " ".join((locator.text_content() or "").split())


def test_an_answer_comes_as_it_is_written_and_begins_anew_where_it_must(
    reader: Reader, site: Scripted
) -> None:
    reply = site.reply("/v1/ask")
    turn = reader.ask(QUESTION, "thinking")
    expect(turn.locator(".thinking")).to_contain_text("Ищу ответ")
    reply.send("citation", citation(1))
    reply.send("delta", {"text": "Это было давно [1]"})
    expect(turn).to_have_attribute("data-state", "answering")
    expect(turn.locator(".partial")).to_contain_text("Это было давно")
    expect(turn.locator(".partial span.marker")).to_have_text("1")
    expect(turn.locator("button.marker")).to_have_count(0)  # it may yet be voided
    reply.send("restart", {"reason": "failed"})
    expect(turn.locator(".partial")).to_be_empty()
    expect(turn).to_have_attribute("data-state", "thinking")
    reply.send("citation", citation(1))
    reply.send("delta", {"text": "Музей"})
    expect(turn.locator(".partial")).to_have_text("Музей")
    reply.send("final", answer())
    reply.end()
    expect(turn).to_have_attribute("data-state", "answered")
    assert text_of(turn.locator(".answer")) == "«Музей пчёл открылся в 2033 году.»1"
    expect(turn.locator("button.marker")).to_have_count(1)


def test_a_citation_opens_a_card(reader: Reader, site: Scripted) -> None:
    given = answer("Раз и два.", citation(1), citation(2, language="ba", quote="Бал тәмле."))
    site.answer(given)
    turn = reader.ask(QUESTION, "answered")
    first, second = turn.locator("button.marker").all()
    card = reader.open_card(first)
    expect(card.locator("mark")).to_have_text("Музей пчёл открылся в 2033 году.")
    expect(card.locator(".surroundings")).to_have_text(
        "… так. Музей пчёл открылся в 2033 году. Стало иначе."
    )
    expect(card.locator(".card-title")).to_have_text("Музей открыт")
    expect(card.locator(".facts")).to_have_text("на русском1 февраля 2024 года")
    expect(card.locator(".other-language")).to_be_hidden()
    link = card.locator("a.original")
    expect(link).to_contain_text("Открыть оригинал: example.org")
    href = "https://example.org/%D0%BC%D1%83%D0%B7%D0%B5%D0%B9?a=1&b=2"
    assert link.get_attribute("href") == href
    assert link.get_attribute("target") == "_blank"
    assert set((link.get_attribute("rel") or "").split()) >= {"noopener", "noreferrer"}
    reader.close_card()
    expect(first).to_be_focused()
    card = reader.open_card(second)
    expect(card.locator(".other-language")).to_have_text(
        "Ответ на русском, а источник на башкирском. Цитата приведена на языке источника."
    )
    expect(card.locator(".surroundings")).to_have_attribute("lang", "ba")
    reader.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(second).to_be_focused()


@pytest.mark.parametrize(("language", "page"), [("ru", "стр. 7"), ("ba", "бит: 7")])
def test_a_card_says_where_to_look_and_leads_to_the_other_language(
    visit: Visit, site: Scripted, language: str, page: str
) -> None:
    twin = {"document_id": "b", "title": "Асылды", "language": "ba", "certain": True}
    twins = [{**twin, "url": "https://example.org/ba"}, {**twin, "url": None}]
    given = citation(page=7, section="Порядок <b>приёма</b>", translations=twins)
    site.answer(answer("Раз.", given, citation(2, section="Музей открыт")))
    reader = visit(site.page("/page", page_of(language=language)))
    turn = reader.ask(QUESTION, "answered")
    first, second = turn.locator("button.marker").all()
    card = reader.open_card(first)
    expect(card.locator(".facts")).to_contain_text(page)
    expect(card.locator(".facts")).to_contain_text("Порядок <b>приёма</b>")
    links = card.locator(".card-actions a")
    expect(links).to_have_count(2)
    assert links.last.get_attribute("href") == "https://example.org/ba"
    expect(links.last).to_contain_text("башҡортса" if language == "ba" else "на башкирском")
    reader.close_card()
    facts = reader.open_card(second).locator(".facts")
    expect(facts).not_to_contain_text("Музей открыт")  # it is the title, which stands above


def test_a_card_shows_whole_words_and_says_where_the_text_goes_on(
    reader: Reader, site: Scripted
) -> None:
    after = " Стало иначе." + " слово" * 50
    site.answer(answer("Раз.", citation(start=10, end=42, after=after[:300])))
    turn = reader.ask(QUESTION, "answered")

    shown = reader.open_card(turn.locator("button.marker").first).locator(".surroundings")

    expect(shown).to_contain_text("Было так. Музей пчёл")
    expect(shown).to_have_text(re.compile(r"Стало иначе\.( слово)+ …$"))


def test_a_bracketed_number_in_a_quotation_is_no_marker(reader: Reader, site: Scripted) -> None:
    site.answer(answer("«Так [1] сказано [2].»"))
    turn = reader.ask(QUESTION, "answered")
    expect(turn.locator("button.marker")).to_have_count(1)
    expect(turn.locator(".answer")).to_contain_text("«Так [1] сказано [2].»")


def test_places_are_counted_in_code_points(reader: Reader, site: Scripted) -> None:
    words = "«🐝𝔸 летит.»"
    site.answer(answer(words))
    turn = reader.ask(QUESTION, "answered")
    assert text_of(turn.locator(".answer")) == f"{words}1"


def test_a_refusal_helps(reader: Reader, site: Scripted) -> None:
    site.answer(refusal(hit(quote="Рядом стоит пасека."), hit(language="ba", quote="Бал тәмле.")))
    turn = reader.ask(QUESTION, "refused")
    expect(turn.locator(".answer")).to_have_text("В документах этого нет.")
    expect(turn.locator(".failure")).to_have_count(0)
    expect(turn.locator(".rate")).to_have_count(2)
    expect(turn.locator(".related-hit")).to_have_count(2)
    card = reader.open_card(turn.locator(".related-hit").last)
    expect(card.locator("mark")).to_have_text("Бал тәмле.")
    expect(card.locator(".other-language")).to_be_visible()
    reader.close_card()
    site.answer(refusal())
    turn = reader.ask(QUESTION, "refused")
    expect(turn).to_contain_text("Попробуйте спросить иначе")


def test_an_answer_is_rated(reader: Reader, site: Scripted) -> None:
    site.answer(answer())
    site.reply("/v1/feedback", status=204, times=3)
    turn = reader.ask(QUESTION, "answered")
    right, wrong = turn.locator(".rate").all()
    right.click()
    expect(right).to_have_attribute("aria-pressed", "true")
    expect(turn.locator(".rated")).to_have_text("Спасибо за отзыв!")
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    expect(right).to_have_attribute("aria-pressed", "false")
    turn.locator(".comment textarea").fill("Это другой музей.")
    turn.locator(".comment button").click()
    expect(turn.locator(".comment")).to_have_count(0)

    def given() -> list[Any]:
        return [one.body for one in site.received if one.path == "/v1/feedback"]

    wait_for(lambda: len(given()) == 3, "the comment")
    assert given() == [
        {"answer_id": "answer-1", "rating": 1},
        {"answer_id": "answer-1", "rating": -1},
        {"answer_id": "answer-1", "rating": -1, "comment": "Это другой музей."},
    ]


def test_a_rating_that_is_not_taken_is_said_to_be_so(reader: Reader, site: Scripted) -> None:
    reader.may_complain = True
    site.answer(answer())
    site.reply("/v1/feedback", status=404, body={"detail": "Такого ответа нет."})
    turn = reader.ask(QUESTION, "answered")
    turn.locator(".rate").first.click()
    expect(turn.locator(".rated")).to_have_text("Такого ответа нет.")
    expect(turn.locator(".rate").first).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("clipboard", [True, False])
def test_an_answer_is_copied_with_its_sources(
    reader: Reader, site: Scripted, clipboard: bool
) -> None:
    page = reader.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not clipboard:  # as on a page that came over plain http
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
    site.answer(answer())
    turn = reader.ask(QUESTION, "answered")
    turn.locator(".copy").click()
    expect(turn.locator(".copy")).to_have_text("Скопировано")
    assert page.evaluate("() => navigator.clipboard.readText()") == (
        "«Музей пчёл открылся в 2033 году.» [1]\n\n"
        "Источники:\n[1] «Музей пчёл открылся в 2033 году.» — Музей открыт, 1 февраля 2024 года, "
        "https://example.org/%D0%BC%D1%83%D0%B7%D0%B5%D0%B9?a=1&b=2"
    )


def test_a_follow_up_is_sent_with_what_was_said(reader: Reader, site: Scripted) -> None:
    site.answer(answer())
    reader.ask(QUESTION, "answered")
    site.answer(answer(question="Где открылся музей?"))
    turn = reader.ask("А где?", "answered")
    expect(turn.locator(".understood")).to_have_text("Вопрос понят так: Где открылся музей?")
    first, second = site.asked()
    assert first == {"question": QUESTION, "language": "auto", "history": [], "stream": True}
    assert second["history"] == [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "«Музей пчёл открылся в 2033 году.»"},
    ]


def test_history_is_kept_for_the_tab(reader: Reader, site: Scripted, visit: Visit) -> None:
    page = reader.page
    site.answer(answer())
    site.reply("/v1/feedback", status=204)
    turn = reader.ask(QUESTION, "answered")
    turn.locator(".rate").first.click()
    expect(turn.locator(".rate").first).to_have_attribute("aria-pressed", "true")
    page.reload()
    turn = reader.turn
    expect(turn).to_have_attribute("data-state", "answered")
    expect(turn.locator(".rate").first).to_have_attribute("aria-pressed", "true")
    reader.open_card(turn.locator("button.marker").first)
    reader.close_card()
    site.answer(answer())
    reader.ask("А где?", "answered")
    assert len(site.asked()[-1]["history"]) == 2
    reader.find(".begin").click()
    expect(reader.find(".turn")).to_have_count(0)
    expect(reader.find(".greeting")).to_be_visible()
    page.reload()
    expect(reader.find(".greeting")).to_be_visible()
    other = visit(site.url + "/page")
    expect(other.find(".greeting")).to_be_visible()


def test_damaged_history_is_left_out(reader: Reader, site: Scripted) -> None:
    site.answer(answer())
    reader.ask(QUESTION, "answered")
    page = reader.page
    page.evaluate(
        """() => { for (const key of Object.keys(sessionStorage)) {
          if (!key.includes("conversation")) continue;
          const turns = JSON.parse(sessionStorage[key]);
          sessionStorage[key] = JSON.stringify([null, 5, {}, {question: 3, body: turns[0].body},
            {question: "x", body: {answer: 1}}, {...turns[0], body: {...turns[0].body,
              citations: [{...turns[0].body.citations[0], url: "javascript:alert(1)"}, 7]}}]);
        } }"""
    )
    page.reload()
    expect(reader.find(".turn")).to_have_count(1)
    card = reader.open_card(reader.turn.locator("button.marker"))
    expect(card.locator("a")).to_have_count(0)
    page.evaluate(
        "() => { for (const key of Object.keys(sessionStorage)) sessionStorage[key] = '{' }"
    )
    page.reload()
    expect(reader.find(".greeting")).to_be_visible()


def test_a_question_is_stopped_and_asked_again(reader: Reader, site: Scripted) -> None:
    reply = site.reply("/v1/ask")
    turn = reader.ask(QUESTION, "thinking")
    expect(reader.find(".send")).to_be_hidden()
    reply.send("delta", {"text": "Начало"})
    expect(turn).to_have_attribute("data-state", "answering")
    reader.find(".stop").click()
    expect(turn).to_have_attribute("data-state", "stopped")
    expect(turn).not_to_contain_text("Начало")
    expect(reader.find(".send")).to_be_visible()
    expect(reader.find(".line textarea")).to_be_focused()
    while not reply.left.wait(0.05):  # the service notices, and stops working
        reply.send("delta", {"text": "…"})
    site.answer(answer())
    turn.locator(".retry").click()
    expect(turn).to_have_attribute("data-state", "answered")
    expect(reader.find(".turn")).to_have_count(1)


def test_one_question_at_a_time(reader: Reader, site: Scripted) -> None:
    reply = site.reply("/v1/ask")
    reader.ask(QUESTION, "thinking")
    box = reader.find(".line textarea")
    box.fill("Ещё вопрос")
    box.press("Enter")
    expect(box).to_have_value("Ещё вопрос")
    expect(reader.find(".turn")).to_have_count(1)
    reply.whole(answer())
    expect(reader.turn).to_have_attribute("data-state", "answered")


def test_suggestions_are_asked_by_a_click_those_in_the_readers_language_first(
    visit: Visit, site: Scripted
) -> None:
    url = site.page("/page", page_of())
    site.forget("/v1/widget/suggestions")
    offered = [{"question": "Музей ҡасан асыла?", "language": "ba"}]
    offered += [{"question": f"Вопрос {n}?", "language": "ru"} for n in range(5)]
    site.reply("/v1/widget/suggestions", body={"suggestions": offered})
    reader = visit(url)
    rows = reader.find(".suggestion")
    expect(rows).to_have_text(["Вопрос 0?", "Вопрос 1?", "Вопрос 2?", "Вопрос 3?"])
    reader.find("[data-language=ba]").click()
    expect(rows).to_have_text(["Музей ҡасан асыла?", "Вопрос 0?", "Вопрос 1?", "Вопрос 2?"])
    expect(rows.first.locator("span")).to_have_attribute("lang", "ba")
    site.answer(answer())
    rows.first.click()
    expect(reader.turn).to_have_attribute("data-state", "answered")
    expect(reader.find(".greeting")).to_be_hidden()
    assert site.asked()[0]["question"] == "Музей ҡасан асыла?"


def test_a_question_that_is_too_long_cannot_be_sent(reader: Reader) -> None:
    box, send = reader.find(".line textarea"), reader.find(".send")
    expect(send).to_be_disabled()
    box.fill(" \n ")
    expect(send).to_be_disabled()
    box.fill("𝔸" * 2000)
    expect(send).to_be_enabled()
    box.fill("𝔸" * 2001)
    expect(send).to_be_disabled()
    expect(reader.find(".count")).to_contain_text("2001 / 2000")
    box.press("Enter")
    expect(reader.find(".turn")).to_have_count(0)
