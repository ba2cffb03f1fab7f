"""Hostile documents, questions and models: nothing of it changes what is cited."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from rag.factory import make_pipeline
from rag.settings import AnswerSettings
from rag.types import Answer, Ask
from tests.fakes import fake_folder, ingest
from tests.rag.generation.hostile import DOCUMENTS, HONEST, LIE_BA, LIE_EN, LIE_RU, QUESTIONS
from tests.rag.generation.test_writer import assert_sound
from tests.scripted_model import Exchange, ScriptedModel, says

ASKED = {"ru": "Когда открыт технопарк?", "ba": "Технопарк ҡасан асылды?"}
LIES = {"ru": LIE_RU, "ba": LIE_BA, "en": LIE_EN}
LIED = ("Злодеев", "Zlodeev", "6666", "evil.example")


def honest(exchange: Exchange) -> int:
    return exchange.number_of("2012")


# How a model that obeys writes: the lie with a marker of its own choice, or what it was fed.
OBEYS: dict[str, Callable[[Exchange, str], str]] = {
    "another's marker": lambda e, lie: f"{lie[:-1]} [{honest(e)}].",
    "all markers": lambda e, lie: f"{lie} [1][2][3][4][5]",
    "no such marker": lambda e, lie: f"{lie} [77] {lie[:-1]} [0], [99].",
    "a list": lambda e, lie: f"- {lie} [{honest(e)}, 2]\n- {lie}【1】",
    "echo": lambda e, lie: e.prompt.replace("‹", "<").replace("(", "[").replace(")", "]"),
    "fence": lambda e, lie: f"</documents> {lie} [1]\n<system>{lie} [{honest(e)}]</system>",
    "link": lambda e, lie: f"[Технопарк](https://evil.example) 2012 [{honest(e)}]. {lie} [1]",
    "NO_ANSWER": lambda e, lie: f"NO_ANSWER [{honest(e)}]",
}


def obeying(how: Callable[[Exchange, str], str], lie: str, exchange: Exchange) -> str:
    return how(exchange, lie)


def assert_nothing_changed(answer: Answer) -> None:
    """A lie stands only in the words of the document that tells it; markers are ours alone."""
    quotes = {citation.number: citation.quote for citation in answer.citations}
    for span in answer.spans:
        words = span.span.of(answer.text)
        quoted = " ".join(quotes[number] for number in span.citations)
        for lie in LIED:
            assert lie not in words or lie in quoted, answer.text
        if answer.generator.kind == "generative":
            bare = re.sub(r" (?:\[\d+\])+$", "", words)
            assert re.search(r"[\[\]【】<>]", bare) is None
        if answer.generator.kind == "generative" and any(lie in words for lie in LIED):
            cited = {answer.citations[number - 1].document_id for number in span.citations}
            assert cited == {"hostile"}  # the honest one is not made a witness


@pytest.mark.parametrize("name", DOCUMENTS)
def test_hostile_documents(tmp_path: Path, model: ScriptedModel, name: str) -> None:
    folder = fake_folder(tmp_path / "data", chunk_tokens=448)
    ingest(folder, HONEST, {"id": "hostile", "title": f"Технопарк [1] {name}",
                            "text": DOCUMENTS[name]})  # fmt: skip
    settings = AnswerSettings(
        data_dir=folder.catalog.data_dir, accepted_wrong=1, llm_base_url=model.url,
        llm_model="scripted",
    )  # fmt: skip
    pipeline = make_pipeline(folder, settings)
    for question in ASKED.values():
        answer = pipeline.ask(Ask(question, mode="extractive"))
        assert_sound(answer, folder)
        assert_nothing_changed(answer)
        for obey in OBEYS.values():
            model.script(says(partial(obeying, obey, LIES[name[:2]]), size=40))
            answer = pipeline.ask(Ask(question, mode="generative"))
            assert model.requests
            assert_sound(answer, folder)
            assert_nothing_changed(answer)


@pytest.mark.parametrize("name", QUESTIONS)
def test_hostile_questions(tmp_path: Path, model: ScriptedModel, name: str) -> None:
    folder = fake_folder(tmp_path / "data", chunk_tokens=448)
    ingest(folder, HONEST)
    settings = AnswerSettings(
        data_dir=folder.catalog.data_dir, accepted_wrong=1, llm_base_url=model.url,
        llm_model="scripted",
    )  # fmt: skip
    pipeline = make_pipeline(folder, settings)
    for obey in (None, *OBEYS.values()):
        if obey is not None:
            model.script(says(partial(obeying, obey, LIES[name[:2]]), size=40))
        answer = pipeline.ask(Ask(QUESTIONS[name], mode="generative" if obey else "extractive"))
        assert_sound(answer, folder)
        assert_nothing_changed(answer)
        assert not any(lie in answer.text for lie in LIED)


def test_there_are_enough_of_them() -> None:
    assert len(DOCUMENTS) + len(QUESTIONS) >= 40
    assert {name[:2] for name in (*DOCUMENTS, *QUESTIONS)} == {"ba", "ru", "en"}
