"""A follow-up question made whole by a language model, as far as the conversation bears it out."""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing

from rag.fact_wording import AnswerLanguage
from rag.generation.calls import GuardedModel, spoken
from rag.generation.checking import is_foreign
from rag.generation.prompts import conversation_line, make_rewriting_prompt
from rag.generation.protocol import GenerationFailed
from rag.generation.support import Quoted, is_checkable, ordinary_stems
from rag.lexicon import Lexicon
from rag.types import Turn

_log = logging.getLogger(__name__)

_MOST_TURNS = 6
_LONGEST_TURN = 500  # characters
_LONGEST_QUESTION = 500
_SHARE = 1 / 3  # of the time for a question: the answer needs the rest
_QUOTATION_MARKS = '«»“”"'


class ModelRewriter:
    """Makes questions whole with a language model; safe to share between threads.

    It takes a part of the time that the model has for a question in all.
    """

    def __init__(self, model: GuardedModel, lexicon: Lexicon) -> None:
        self._model = model
        self._lexicon = lexicon

    def whole_question(
        self,
        question: str,
        history: Sequence[Turn],
        language: AnswerLanguage,
        wanted: Callable[[], bool],
    ) -> str | None:
        """Return the question as it is understood from the turns before it.

        None where there are none, or the model fails, says what neither the question nor the turns
        do, or leaves out what the question says.
        """
        lines = self._lines(question, history, language)
        if not lines:
            return None
        prompt = make_rewriting_prompt(question, lines, language)
        try:
            seconds = _SHARE * self._model.bounds.seconds
            with closing(self._model.pieces(prompt, seconds, wanted)) as pieces:
                whole = spoken("".join(pieces)).strip()
        except GenerationFailed as failure:
            _log.warning("no question from %s: %s", self._model.name, failure)
            return None
        whole = whole.strip(_QUOTATION_MARKS)
        known = [question, *(turn.content for turn in history)]
        return whole if self._holds(whole, question, known, language) else None

    def _lines(
        self, question: str, history: Sequence[Turn], language: AnswerLanguage
    ) -> Sequence[str]:
        """Return the latest turns, as many as a prompt has room for."""
        bounds = self._model.bounds
        lines: list[str] = []
        for turn in reversed(history[-_MOST_TURNS:]):
            line = conversation_line(turn.role, turn.content[:_LONGEST_TURN], language)
            prompt = make_rewriting_prompt(question, [line, *lines], language)
            if bounds.count(prompt.system) + bounds.count(prompt.user) > bounds.tokens:
                break
            lines.insert(0, line)
        return lines

    def _holds(
        self, whole: str, question: str, known: Sequence[str], language: AnswerLanguage
    ) -> bool:
        """Whether ``whole`` says what ``question`` does, and nothing that is not ``known``."""
        if "\n" in whole or len(whole) > _LONGEST_QUESTION or is_foreign(whole, language):
            return False
        ordinary = ordinary_stems([*known, whole])
        kept = Quoted([whole], self._lexicon).support(question, ordinary)
        return (kept or not is_checkable(question)) and Quoted(known, self._lexicon).support(
            whole, ordinary_stems(known)
        )
