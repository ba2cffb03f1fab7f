"""The widget in a real browser on a bad day: failures, limits, slowness, a lost connection."""

import json

import pytest
from playwright.sync_api import expect

from tests.service.browser.conftest import Reader, Visit, page_of
from tests.service.browser.scripted import Scripted, answer

pytestmark = pytest.mark.browser

QUESTION = "Когда открылся музей?"


FAILURES = {
    "ru": {
        "problem": "Ещё <b>не</b> готово.",
        "proxy": "Что-то пошло не так (код 502).",
        "starting": "Сервис пока не готов отвечать.",
        "gone": "Сервис не отвечает.",
        "cut": "Связь прервалась",
        "error": "Ответ не успел вовремя.",
        "unreadable": "Ответ сервиса не удалось прочитать.",
    },
    "ba": {
        "problem": "Ещё <b>не</b> готово.",
        "proxy": "Хата килеп сыҡты (код 502).",
        "starting": "Сервис әлегә яуап бирергә әҙер түгел.",
        "gone": "Сервис яуап бирмәй.",
        "cut": "Бәйләнеш өҙөлдө",
        "error": "Ответ не успел вовремя.",
        "unreadable": "Сервистың яуабын уҡып булманы.",
    },
}


@pytest.mark.parametrize("language", FAILURES)
def test_what_went_wrong_is_said_and_can_be_tried_again(
    visit: Visit, site: Scripted, language: str
) -> None:
    reader = visit(site.page("/page", page_of(language=language)))
    reader.may_complain = True
    for fault, words in FAILURES[language].items():
        if fault == "problem":
            site.reply("/v1/ask", status=503, body={"detail": "Ещё <b>не</b> готово."})
        elif fault == "proxy":
            site.reply("/v1/ask", status=502, body={})
        elif fault == "starting":
            site.reply("/v1/ask", status=503, body={})
        elif fault == "cut":
            reply = site.reply("/v1/ask")
            reply.send("delta", {"text": "Начало"})
            reply.end()
        elif fault == "error":
            reply = site.reply("/v1/ask")
            reply.send("error", {"status": 504, "detail": "Ответ не успел вовремя."})
        elif fault == "unreadable":
            site.reply("/v1/ask").send("final", {"answer": 5})
        else:
            reader.page.route("**/v1/ask", lambda route: route.abort("connectionrefused"))
        turn = reader.ask(QUESTION, "failed")
        expect(turn.locator(".failure")).to_contain_text(words)
        expect(turn).not_to_contain_text("Начало")
        reader.page.unroute("**/v1/ask")
    site.answer(answer())
    reader.turn.locator(".retry").click()
    expect(reader.turn).to_have_attribute("data-state", "answered")


@pytest.mark.parametrize(
    ("language", "words", "wait"),
    [
        pytest.param("ru", "Слишком много вопросов подряд.", "Повторить можно через", id="ru"),
        pytest.param("ba", "Һорауҙар артыҡ йыш бирелә.", "секундтан ҡабатларға мөмкин", id="ba"),
    ],
)
def test_too_many_questions_are_counted_down(
    visit: Visit, site: Scripted, language: str, words: str, wait: str
) -> None:
    reader = visit("about:blank")
    reader.may_complain = True
    reader.page.clock.install()
    reader.page.goto(site.page("/page", page_of(language=language)))
    site.reply("/v1/ask", status=429, body={}, headers={"Retry-After": "300"})
    turn = reader.ask(QUESTION, "failed")
    expect(turn.locator(".failure")).to_contain_text(words)
    retry = turn.locator(".retry")
    expect(retry).to_be_disabled()
    expect(turn.locator(".retry-in")).to_contain_text(wait)
    reader.page.clock.fast_forward(301_000)
    expect(retry).to_be_enabled()
    expect(turn.locator(".retry-in")).to_have_count(0)
    site.answer(answer())
    retry.click()
    expect(turn).to_have_attribute("data-state", "answered")


@pytest.mark.parametrize(
    ("language", "slow", "late"),
    [
        pytest.param("ru", "Дольше обычного", "Ответ не пришёл вовремя.", id="ru"),
        pytest.param("ba", "Ғәҙәттәгенән оҙағыраҡ", "Яуап ваҡытында килеп етмәне.", id="ba"),
    ],
)
def test_a_slow_answer_is_said_to_be_slow_and_then_given_up(
    visit: Visit, site: Scripted, language: str, slow: str, late: str
) -> None:
    reader = visit("about:blank")
    reader.page.clock.install()
    reader.page.goto(site.page("/page", page_of(language=language)))
    reply = site.reply("/v1/ask")
    turn = reader.ask(QUESTION, "thinking")
    reply.send("delta", {"text": "Начало"})
    expect(turn).to_have_attribute("data-state", "answering")
    reader.page.clock.run_for(11_000)
    expect(turn.locator(".thinking")).to_contain_text(slow)
    expect(turn.locator(".clock")).to_contain_text("11")
    reader.page.clock.run_for(40_000)  # not even a heartbeat
    expect(turn).to_have_attribute("data-state", "failed")
    expect(turn.locator(".failure")).to_contain_text(late)
    reply.end()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        pytest.param("ru", "Нет связи с интернетом.", id="ru"),
        pytest.param("ba", "Интернет менән бәйләнеш юҡ.", id="ba"),
    ],
)
def test_being_offline_is_said_at_once_and_where_a_question_fails(
    visit: Visit, site: Scripted, language: str, said: str
) -> None:
    reader = visit(site.page("/page", page_of(language=language)))
    reader.may_complain = True
    context = reader.page.context
    expect(reader.find(".network")).to_be_empty()
    context.set_offline(True)
    expect(reader.find(".network")).to_have_text(said)
    turn = reader.ask(QUESTION, "failed")
    expect(turn.locator(".failure")).to_have_text(said)
    context.set_offline(False)
    expect(reader.find(".network")).to_be_empty()
    site.answer(answer())
    turn.locator(".retry").click()
    expect(turn).to_have_attribute("data-state", "answered")


def test_a_stream_may_be_cut_anywhere(reader: Reader, site: Scripted) -> None:
    reply = site.reply("/v1/ask")
    turn = reader.ask(QUESTION, "thinking")
    final = json.dumps(answer(), ensure_ascii=False)
    for piece in (": ping\r\n\r\nev", "ent: fi", f"nal\r\ndata: {final[:40]}", final[40:], "\r\n"):
        reply.chunks.put(piece)
    reply.chunks.put("\r\n")
    expect(turn).to_have_attribute("data-state", "answered")
    reply.end()
