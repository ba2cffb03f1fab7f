"""The call itself: it ends when it must, whatever the server or the loop of all calls does."""

import time
from collections.abc import Callable
from contextlib import closing

import pytest

from rag.generation.chat import ChatModel, _event_loop
from rag.generation.protocol import Abandoned, GenerationFailed, Prompt
from tests.scripted_model import Reply, ScriptedModel, endless, says, silent

PROMPT = Prompt("Правила", "Вопрос")
SOON = 15  # seconds; a busy machine is slow, but not endless


def whole(model: ScriptedModel, seconds: float, wanted: Callable[[], bool] = lambda: True) -> str:
    return "".join(ChatModel(model.url, "scripted", None).pieces(PROMPT, seconds, wanted))


ENDLESS = {"words": endless("слово "), "emptiness": endless(""), "silence": silent}


@pytest.mark.parametrize("reply", ENDLESS.values(), ids=ENDLESS)
def test_the_deadline_ends_an_endless_answer(model: ScriptedModel, reply: Reply) -> None:
    model.script(reply)
    started = time.monotonic()
    with pytest.raises(GenerationFailed, match="timeout"):
        whole(model, 1)
    assert time.monotonic() - started < SOON
    assert model.left.wait(SOON)  # the call does not go on behind our back


@pytest.mark.parametrize("reply", ENDLESS.values(), ids=ENDLESS)
def test_who_does_not_wait_any_more_ends_it(model: ScriptedModel, reply: Reply) -> None:
    model.script(reply)
    started = time.monotonic()
    with pytest.raises(Abandoned):
        whole(model, 300, lambda: time.monotonic() < started + 1)
    assert model.left.wait(SOON)


def test_who_has_read_enough_ends_it(model: ScriptedModel) -> None:
    model.script(endless("слово "))
    with closing(ChatModel(model.url, "scripted", None).pieces(PROMPT, 300, lambda: True)) as said:
        assert next(said).startswith("слово ")
    assert model.left.wait(SOON)


def test_the_deadline_holds_while_the_loop_is_held_up(model: ScriptedModel) -> None:
    model.script(says("Да."))
    assert whole(model, 30) == "Да."
    _event_loop().call_soon_threadsafe(time.sleep, 8)
    started = time.monotonic()
    with pytest.raises(GenerationFailed, match="timeout"):
        whole(model, 0.5)
    assert time.monotonic() - started < 6
