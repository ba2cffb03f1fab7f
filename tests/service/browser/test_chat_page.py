"""The chat page over the real service: answers, their documents, suggestions, and the way in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from index.messages import message
from service.app import create_app
from service.keys import Keys
from service.settings import ServiceSettings
from tests.fakes import FakeEmbedder
from tests.service.browser.conftest import Reader, Visit, visiting
from tests.service.running import Service
from tests.service.seed_questions import (
    CENTRE,
    CENTRE_IN_RUSSIAN,
    CHAIRMAN,
    INNOVATION,
    MODERATOR,
    WEATHER,
)  # fmt: skip
from tests.service.serving import Serve, served

pytestmark = pytest.mark.browser


@pytest.fixture
def chat(chromium: Browser, service: Service) -> Iterator[Reader]:
    """A Russian reader of the chat page; nothing may be asked of any other address."""
    with visiting(chromium, service.url) as reader:
        yield reader
        assert [url for url in reader.requests if not url.startswith(service.url + "/")] == []


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        pytest.param(CHAIRMAN, "Антон Ковалев", id="ru"),
        pytest.param(MODERATOR, "Сергей Борисов", id="ba"),
    ],
)
def test_an_answer_opens_its_quotation_in_the_document(
    chat: Reader, service: Service, question: str, fact: str
) -> None:
    expected = service.ask(question)
    turn = chat.ask(question, "answered")
    expect(turn.locator(".answer")).to_contain_text(fact)
    expect(turn.locator("button.marker")).to_have_count(len(expected["citations"]))
    for marker, citation in zip(
        turn.locator("button.marker").all(), expected["citations"], strict=True
    ):
        card = chat.open_card(marker)
        expect(card.locator("mark")).to_have_text(citation["quote"], use_inner_text=False)
        expect(card.locator(".other-language")).to_be_hidden()
        card.locator(".whole").click()
        expect(card).to_be_hidden()
        text = chat.page.locator("#document-text")
        expect(text.locator("mark")).to_be_in_viewport()
        assert text.locator("mark").text_content() == citation["quote"]
        assert text.text_content() == service.text(citation["document_id"])
        chat.page.locator("#document-close").click()
        expect(chat.page.locator("#document")).to_be_hidden()


def test_a_quotation_in_the_other_language_is_said_to_be_one(chat: Reader) -> None:
    turn = chat.ask(CENTRE_IN_RUSSIAN, "answered")
    card = chat.open_card(turn.locator("button.marker").first)
    expect(card.locator("mark")).to_contain_text("2011 йылда")
    expect(card.locator(".other-language")).to_contain_text("источник на башкирском")
    expect(card.locator(".surroundings")).to_have_attribute("lang", "ba")


def test_a_refusal_offers_what_is_near(chat: Reader, service: Service) -> None:
    expected = service.ask(WEATHER)
    turn = chat.ask(WEATHER, "refused")
    expect(turn.locator(".answer")).to_have_text(expected["answer"])
    near = turn.locator(".related-hit")
    expect(near).to_have_count(len(expected["related"]))
    assert expected["related"]
    card = chat.open_card(near.first)
    assert card.locator("mark").text_content() == expected["related"][0]["quote"]


def test_thanks_are_answered_without_sources(chat: Reader) -> None:
    turn = chat.ask("Рәхмәт!", "small-talk")
    expect(turn.locator(".answer")).to_have_text(message("talk.thanks", "ba"))
    expect(turn.locator("section")).to_have_count(0)


def test_a_follow_up_is_understood(chat: Reader) -> None:
    chat.ask(CENTRE, "answered")
    with chat.page.expect_request("**/v1/ask") as sent:
        chat.ask("Ә ҡайҙа?")
    body = json.loads(sent.value.post_data or "")
    assert [turn["role"] for turn in body["history"]] == ["user", "assistant"]
    assert "2011" in body["history"][1]["content"]
    expect(chat.turn.locator(".understood")).to_contain_text("Кластерлы үҫеш үҙәге")


def test_a_rating_reaches_the_service(chat: Reader) -> None:
    turn = chat.ask(CENTRE, "answered")
    with chat.page.expect_response("**/v1/feedback") as rated:
        turn.locator(".rate").first.click()
    assert rated.value.status == 204
    expect(turn.locator(".rate").first).to_have_attribute("aria-pressed", "true")


def test_suggestions_come_from_the_documents_and_are_answered(
    chat: Reader, service: Service
) -> None:
    rows = chat.find(".suggestion")
    expect(rows.first).to_be_visible()
    offered = service.client.post("/v1/widget/suggestions").json()["suggestions"]
    assert set(rows.all_text_contents()) <= {one["question"] for one in offered}
    rows.first.click()
    expect(chat.turn).to_have_attribute("data-state", "answered")


def test_the_documents_stand_beside(chat: Reader, service: Service) -> None:
    page = chat.page
    rows = page.locator("#list .row")
    expect(rows.locator(".title")).to_have_text(sorted(service.ids()))
    expect(page.locator("#documents-heading")).to_have_text("Документы: 3")
    rows.filter(has_text=INNOVATION).click()
    text = page.locator("#document-text")
    expect(text).not_to_be_empty()
    assert text.text_content() == service.text(INNOVATION)
    page.keyboard.press("Escape")
    expect(page.locator("#document")).to_be_hidden()
    expect(rows.filter(has_text=INNOVATION)).to_be_focused()


def test_a_deleted_document_leaves_its_quotation(chat: Reader, fresh: Service) -> None:
    chat.may_complain = True
    fresh.add({"id": "leaving", "text": "Ташбулат ауылында умарта музейы 2033 йылда асылды."})
    turn = chat.ask("Ташбулат ауылында умарта музейы ҡайһы йылда асылды?", "answered")
    fresh.document("leaving", "DELETE")
    card = chat.open_card(turn.locator("button.marker").first)
    expect(card.locator("mark")).to_contain_text("умарта музейы 2033 йылда")
    card.locator(".whole").click()
    expect(chat.page.locator("#document-state")).to_contain_text("Документ удалён")


def test_everything_comes_from_the_service_itself(chat: Reader, service: Service) -> None:
    expect(chat.find(".suggestion").first).to_be_visible()
    paths = {url.removeprefix(service.url) for url in chat.requests}
    assert {"/", "/widget.js", "/web/page/page.js", "/web/page/page.css"} <= paths
    for script in chat.page.locator("script").all():
        assert (script.text_content() or "").strip() == ""  # nothing inline


def test_the_page_says_how_it_works(chat: Reader) -> None:
    page = chat.page
    chat.find("[data-language=ba]").click()
    expect(page.locator("html")).to_have_attribute("lang", "ba")
    page.get_by_role("link", name="Был нисек эшләй").click()
    expect(page.locator("h1")).to_have_text("Был нисек эшләй")
    page.locator("[data-language=ru]").click()
    expect(page.locator("h1")).to_have_text("Как это работает")
    page.locator("a.secondary").click()
    expect(chat.find(".greeting-title")).to_have_text("Задайте вопрос")


def test_an_empty_service_says_how_to_fill_it(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    with served(create_app(ServiceSettings(data_dir=tmp_path / "data"))) as client:
        reader = visit(str(client.base_url))
        expect(reader.page.locator("#empty")).to_contain_text("yauap ingest")
        expect(reader.find(".suggestions")).to_be_hidden()
        turn = reader.ask(CHAIRMAN, "refused")
        expect(turn.locator(".answer")).to_have_text(message("answer.empty_index", "ru"))
        reader.page.goto("about:blank")  # leaves no connection open


def test_a_service_with_keys_asks_the_reader_for_one(
    visit: Visit, serve: Serve, keys: Keys
) -> None:
    reading = keys.create("reader", ["ask", "read"])[1]
    asking = keys.create("asker", ["ask"])[1]
    with serve() as client:
        reader = visit(str(client.base_url))
        reader.may_complain = True
        form, page = reader.find(".key-form"), reader.page
        expect(form).to_be_visible()
        expect(page.locator("#list-state")).to_contain_text("нужен ключ")
        reader.ask("Бал тәмлеме?", "failed")
        form.locator("input").fill("yauap_nonsense")
        form.locator("button").click()
        expect(form.locator("input")).to_have_value("")
        expect(form).to_be_visible()
        form.locator("input").fill(reading)
        form.locator("button").click()
        expect(form).to_be_hidden()
        expect(reader.turn).to_have_attribute("data-state", "answered")  # asked again by itself
        expect(page.locator("#list .row")).to_have_count(2)
        page.reload()
        expect(page.locator("#list .row")).to_have_count(2)
        assert reading not in page.content()
        reader.page.goto("about:blank")
        other = visit(str(client.base_url))
        other.may_complain = True
        other.find(".key-form input").fill(asking)
        other.find(".key-form button").click()
        other.ask("Бал тәмлеме?", "answered")
        expect(other.page.locator("#list-state")).to_contain_text("нужен ключ с правом читать")
        other.page.goto("about:blank")
