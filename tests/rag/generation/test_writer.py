"""Answers of a language model, over HTTP and through LangChain's client, however it behaves."""

import logging
import threading
import time
from collections.abc import Sequence

import pytest

from index.folder import DataFolder
from index.messages import message
from index.text.sentences import sentence_spans
from rag.retrieval import Hit
from rag.types import Answer, Ask, Citation, Observer, RestartReason, WrittenBy
from tests.rag.generation.conftest import BA, RU, MakePipeline
from tests.scripted_model import (
    Exchange,
    Reply,
    ScriptedModel,
    breaks_off,
    endless,
    says,
    sends,
    silent,
    status,
    trickles,
)

GENERATIVE = WrittenBy("generative", "scripted", degraded=False)
DEGRADED = WrittenBy("extractive", "scripted", degraded=True)
EXTRACTIVE = WrittenBy("extractive", None, degraded=False)
QUOTED = "«Технопарк открыт в 2012 году.» [1]"
ENGLISH = "The technopark was opened in 2012 [1]."

FAILURES: dict[str, Reply] = {
    "500": status(500),
    "503": status(503),
    "429": status(429),
    "401": status(401),
    "404": status(404),
    "silence": silent,
    "a trickle": trickles("Технопарк"),
    "JSON": sends('{"choices": []}', "application/json"),
    "no JSON": sends("data: {nope\n\n"),
    "no stream": sends("<html>502</html>", "text/html"),
    "another shape": sends('data: {"choices": [{"delta": 5}]}\n\ndata: [DONE]\n\n'),
    "an error event": sends('data: {"error": {"message": "secret"}}\n\n'),
    "nothing": says(""),
    "white space": says(" \n \n"),
    "no end": breaks_off("Технопарк"),
    "too long": says("Технопарк открыт в 2012 году.", finish="length"),
    "filtered": says("Технопарк открыт в 2012 году.", finish="content_filter"),
    "endless": endless("слово "),
    "endless emptiness": endless(""),
    "an endless line": sends("data: " + "я" * 2_000_000),
    "thoughts alone": says("<think>Технопарк открыт в 2012 году.</think>\n"),
    "thoughts without an end": says("<think>Технопарк открыт в 2012 году [1]. И ещё."),
}


class Watching(Observer):
    """Keeps what it is told, and what stands after the last restart."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.text = ""
        self.citations: list[Citation] = []
        self.leaving = threading.Event()

    def found(self, hits: Sequence[Hit]) -> None:
        self.told.append("found")

    def cited(self, citation: Citation) -> None:
        self.told.append("cited")
        self.citations.append(citation)

    def said(self, text: str) -> None:
        self.told.append("said")
        self.text += text
        assert all(f"[{c.number}]" in self.text for c in self.citations)

    def restarted(self, reason: RestartReason) -> None:
        self.told.append(reason)
        self.text, self.citations = "", []

    def wanted(self) -> bool:
        return not self.leaving.is_set()


def assert_sound(answer: Answer, folder: DataFolder) -> None:
    """Every citation is a slice of the stored text; spans, markers and citations agree."""
    for citation in answer.citations:
        text = folder.library.text(citation.document_id, citation.document_version)
        assert citation.span.of(text) == citation.quote != ""
        assert len(citation.quote) <= 500
        assert len(sentence_spans(citation.quote)) <= 3
    assert [c.number for c in answer.citations] == [*range(1, len(answer.citations) + 1)]
    used = list(dict.fromkeys(n for span in answer.spans for n in span.citations))
    assert used == [citation.number for citation in answer.citations]
    for span in answer.spans:
        markers = "".join(f"[{number}]" for number in span.citations)
        assert span.span.of(answer.text).endswith(f" {markers}")
    assert answer.answered == bool(answer.citations)
    assert " ".join(span.span.of(answer.text) for span in answer.spans) in (answer.text, "")


def test_a_supported_answer_is_shown_with_its_citations(
    asked: MakePipeline, model: ScriptedModel, filled: DataFolder
) -> None:
    model.script(
        says(
            lambda e: (
                f"Его возглавил Антон Ковалев [{e.number_of('Антон')}]. Технопарк открыт в "
                f"2012 году. [{e.number_of('2012')}] "
                f"Ковалев возглавил его [{e.number_of('Антон')}]."
            )
        )
    )
    watching = Watching()

    answer = asked().ask(Ask(RU), watching)

    assert answer.text == (
        "Его возглавил Антон Ковалев. [1] Технопарк открыт в 2012 году. [2] "
        "Ковалев возглавил его. [1]"
    )
    assert [c.quote for c in answer.citations] == [
        "Его возглавил Антон Ковалев.",
        "Технопарк открыт в 2012 году.",
    ]
    assert (answer.generator, answer.reason) == (GENERATIVE, None)
    assert watching.told == ["found", "cited", "said", "cited", "said", "said"]
    assert watching.text == answer.text
    assert_sound(answer, filled)
    (request,) = model.requests
    assert (request["model"], request["temperature"], request["stream"]) == ("scripted", 0, True)
    assert request["max_completion_tokens"] > 0
    assert {m["role"] for m in request["messages"]} == {"system", "user"}
    assert "timeout" not in request


def test_what_it_thinks_aloud_is_no_part_of_the_answer(
    asked: MakePipeline, model: ScriptedModel
) -> None:
    model.script(
        says(
            lambda e: (
                f"<think>The user asks. Его возглавил Антон Ковалев [{e.number_of('Антон')}]. Так."
                f"</think>\n\nТехнопарк открыт в 2012 году [{e.number_of('2012')}]."
            )
        )
    )
    assert asked().ask(Ask(RU)).text == "Технопарк открыт в 2012 году. [1]"


def test_an_answer_across_languages(
    asked: MakePipeline, model: ScriptedModel, filled: DataFolder
) -> None:
    model.script(
        says(
            lambda e: (
                f"Кластерный центр создан в 2011 году [{e.number_of('2011')}]. Открыл его "
                f"Рустэм Хамитов [{e.number_of('Рөстәм')}]. Есть 2 проекта [{e.number_of('ике')}]."
            )
        )
    )

    answer = asked().ask(Ask("Когда создан Кластерный центр?"))

    assert answer.language == "ru"
    assert answer.text.count(".") == len(answer.citations) == 3
    assert_sound(answer, filled)


@pytest.mark.parametrize("name", FAILURES)
def test_when_the_model_fails_quotations_stand_in(
    asked: MakePipeline,
    model: ScriptedModel,
    filled: DataFolder,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model.script(FAILURES[name])
    slow = name in ("silence", "a trickle", "endless emptiness")
    pipeline = asked(llm_timeout=2 if slow else 20)
    watching = Watching()
    started = time.monotonic()

    answer = pipeline.ask(Ask(RU), watching)

    assert time.monotonic() - started < 15
    assert answer.text.startswith(QUOTED)
    assert answer.generator == DEGRADED
    assert watching.text == answer.text
    assert "failed" not in watching.told  # nothing was shown that had to be taken back
    assert len(model.requests) == 1  # never twice by itself
    assert "secret" not in caplog.text
    assert_sound(answer, filled)


def test_a_model_that_never_ends_is_left(asked: MakePipeline, model: ScriptedModel) -> None:
    model.script(endless("слово "))
    assert asked(llm_timeout=300).ask(Ask(RU)).generator == DEGRADED
    assert model.left.wait(20)  # the server saw the connection close: nobody reads on


def test_nobody_listens(asked: MakePipeline, model: ScriptedModel) -> None:
    model.script(says("NO_ANSWER"))
    answer = asked(llm_base_url="http://127.0.0.1:9/v1").ask(Ask(RU))
    assert (answer.generator, model.requests) == (DEGRADED, [])


@pytest.mark.parametrize("then", ["breaks off", "goes quiet", "never ends"])
def test_what_was_shown_is_taken_back_when_it_fails_midway(
    asked: MakePipeline, model: ScriptedModel, filled: DataFolder, then: str
) -> None:
    def begun(exchange: Exchange) -> str:
        return f"Его возглавил Антон Ковалев [{exchange.number_of('Антон')}]. И ещё он "

    def reply(exchange: Exchange) -> None:
        go_on = {"breaks off": breaks_off, "goes quiet": trickles, "never ends": endless}[then]
        go_on(begun(exchange))(exchange)

    model.script(reply)
    watching = Watching()

    answer = asked(llm_timeout=3).ask(Ask(RU), watching)

    assert watching.told[:3] == ["found", "cited", "said"]
    assert watching.told.count("failed") == 1
    assert answer.generator == DEGRADED
    assert answer.text.startswith(QUOTED)
    assert watching.text == answer.text
    assert watching.citations == list(answer.citations)
    assert_sound(answer, filled)


def test_in_another_language_it_is_asked_once_more(
    asked: MakePipeline, model: ScriptedModel, filled: DataFolder
) -> None:
    russian = says(
        lambda e: f"Центр кластерного развития создан в 2011 году [{e.number_of('20')}]."
    )
    bashkir = says(lambda e: f"Үҙәк 2011 йылда булдырылды [{e.number_of('2011')}].")
    model.script(russian, bashkir)

    answer = asked().ask(Ask(BA))

    assert (answer.text, answer.generator) == ("Үҙәк 2011 йылда булдырылды. [1]", GENERATIVE)
    first, second = (request["messages"][-1]["content"] for request in model.requests)
    assert second.startswith(first)
    assert "башҡорт телендә булһын" in second
    assert_sound(answer, filled)


@pytest.mark.parametrize(
    "text", [ENGLISH, "I am sorry, but I cannot answer.", "2012 йылда технопарк асылды [1]."]
)
def test_twice_in_another_language_quotations_stand_in(
    asked: MakePipeline, model: ScriptedModel, text: str
) -> None:
    model.script(says(text))
    pipeline = asked(llm_failures=1)

    answer = pipeline.ask(Ask(RU))

    assert answer.generator == DEGRADED
    assert answer.text.startswith(QUOTED)
    assert len(model.requests) == 2
    pipeline.ask(Ask(RU))
    assert len(model.requests) == 4  # it works, so the circuit stays closed


def test_words_shown_before_it_changed_its_language_are_taken_back(
    asked: MakePipeline, model: ScriptedModel
) -> None:
    def mixed(exchange: Exchange) -> str:
        number = exchange.number_of("2011")
        return (
            f"Үҙәк 2011 йылда булдырылды [{number}]. В 2011 году был создан центр "
            f"развития [{number}]. Ул "
        )

    model.script(says(mixed))
    watching = Watching()

    answer = asked().ask(Ask(BA), watching)

    assert watching.told.count("wrong_language") == 2
    assert answer.generator == DEGRADED
    assert watching.text == answer.text


@pytest.mark.parametrize(
    "text",
    [
        "NO_ANSWER",
        "Технопарк открыт в 2012 году.",  # cites nothing
        "Технопарк открыт в 2013 году [1].",
        "Технопарк открыт в 2012 году [99].",
        "Технопарк открыт в 2012 году [0].",
        "Технопарк открыт в 2012 году [1][99].",
        "Технопарк открыл Сергей Борисов [1].",
        "Технопарк открыт в 2012 году [1-3].",
    ],
)
def test_without_a_supported_claim_it_is_refused(
    asked: MakePipeline, model: ScriptedModel, filled: DataFolder, text: str
) -> None:
    model.script(says(text))
    watching = Watching()

    answer = asked().ask(Ask(RU), watching)

    assert (answer.reason, answer.generator) == ("low_confidence", GENERATIVE)
    assert answer.text == watching.text == message("answer.low_confidence", "ru")
    assert len(answer.related) > 0
    assert_sound(answer, filled)


def test_unsupported_claims_are_left_out(
    asked: MakePipeline, model: ScriptedModel, filled: DataFolder
) -> None:
    model.script(
        says(
            lambda e: (
                f"Технопарк открыт в 2012 году [{e.number_of('2012')}]. "
                f"Его оборот — 45 млрд рублей [{e.number_of('44')}]. "
                f"Возглавил его Антон Ковалев [{e.number_of('Антон')}]."
            )
        )
    )

    answer = asked().ask(Ask(RU))

    assert answer.text == ("Технопарк открыт в 2012 году. [1] Возглавил его Антон Ковалев. [2]")
    assert_sound(answer, filled)


def test_what_only_stands_by_is_not_cited(
    asked: MakePipeline, model: ScriptedModel, filled: DataFolder
) -> None:
    model.script(
        says(
            lambda e: (
                f"Технопарк открыт в 2012 году [{e.number_of('Антон')}][{e.number_of('2012')}]. "
                f"Рөстәм Хәмитов асты, Антон Ковалев возглавил [{e.number_of('Антон')}]"
                f"[{e.number_of('44')}][{e.number_of('Рөстәм')}]."
            )
        )
    )

    answer = asked().ask(Ask(RU))

    assert answer.text == (
        "Технопарк открыт в 2012 году. [1] Рөстәм Хәмитов асты, Антон Ковалев возглавил. [2][3]"
    )
    assert [c.quote for c in answer.citations] == [
        "Технопарк открыт в 2012 году.",
        "Его возглавил Антон Ковалев.",
        "Уны Рөстәм Хәмитов асты.",
    ]
    assert_sound(answer, filled)


def test_an_open_circuit_asks_nothing(asked: MakePipeline, model: ScriptedModel) -> None:
    model.script(status(500))
    pipeline = asked(llm_failures=2, llm_pause=600)

    answers = [pipeline.ask(Ask(RU)) for _ in range(4)]

    assert [answer.generator for answer in answers] == [DEGRADED] * 4
    assert len(model.requests) == 2


def test_after_the_pause_it_is_tried_again(asked: MakePipeline, model: ScriptedModel) -> None:
    right = says(lambda e: f"Технопарк открыт в 2012 году [{e.number_of('2012')}].")
    model.script(status(500), right)
    pipeline = asked(llm_failures=1, llm_pause=0)

    generators = [pipeline.ask(Ask(RU)).generator for _ in range(2)]

    assert generators == [DEGRADED, GENERATIVE]


def test_who_leaves_ends_the_call(asked: MakePipeline, model: ScriptedModel) -> None:
    model.script(trickles("Технопарк"))
    watching = Watching()
    threading.Timer(0.3, watching.leaving.set).start()
    pipeline = asked(llm_timeout=60, llm_failures=1)
    started = time.monotonic()

    pipeline.ask(Ask(RU), watching)

    assert time.monotonic() - started < 30
    assert model.left.wait(30)  # the server saw the connection close
    model.script(says(lambda e: f"Технопарк открыт в 2012 году [{e.number_of('2012')}]."))
    assert pipeline.ask(Ask(RU)).generator == GENERATIVE  # no failure of the model


def test_the_model_is_asked_only_where_it_may_answer(
    asked: MakePipeline, model: ScriptedModel
) -> None:
    model.script(says("NO_ANSWER"))

    assert asked().ask(Ask(RU, mode="extractive")).generator == EXTRACTIVE
    assert asked(accepted_wrong=0).ask(Ask(RU)).generator == EXTRACTIVE
    assert asked().ask(Ask("Спасибо!")).generator == EXTRACTIVE
    without = asked(llm_base_url="", llm_model="")
    assert without.ask(Ask(RU)).generator == EXTRACTIVE
    missing = without.ask(Ask(RU, mode="generative"))
    assert missing.generator == WrittenBy("extractive", None, degraded=True)
    assert model.requests == []


def test_the_key_goes_to_the_endpoint_and_nowhere_else(
    asked: MakePipeline,
    model: ScriptedModel,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    model.script(status(401))

    for key in ("sk-our-secret", None):
        asked(llm_api_key=key).ask(Ask(RU))

    sent = [headers["authorization"] for headers in model.headers]
    assert sent == ["Bearer sk-our-secret", "Bearer none"]
    assert "sk-" not in caplog.text
